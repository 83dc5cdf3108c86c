"""Files that outputs may be: endings, the codecs that each can hold, the pixel formats of each codec."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from reelwork.extensions import Registry
from reelwork.footage import NUMBER as NUMBER

#: Films, and the codecs that each can hold, its default first.
FILMS: Final = {
    ".mp4": ("h264", "hevc", "av1", "vp9"),
    ".mov": ("h264", "hevc", "prores", "dnxhr", "dnxhd"),
    ".mkv": ("h264", "hevc", "av1", "vp9", "prores", "ffv1"),
    ".webm": ("vp9", "av1"),
}
STILLS: Final = (".png", ".exr", ".jpg", ".jpeg", ".tiff", ".tif", ".avif")
#: Bits a sample of the stills that have any choice of them, the default first.
DEPTHS: Final = {".png": (8, 16), ".tiff": (8, 16), ".tif": (8, 16), ".exr": (16, 32), ".avif": (8, 10)}
#: The stills that can be for HDR displays, and the bits a sample that they then have.
HDR_DEPTHS: Final = {".png": 16, ".avif": 10}
#: Those that lose something, and so have a quality.
LOSSY_STILLS: Final = (".jpg", ".jpeg", ".avif")
ANIMATIONS: Final = (".gif", ".apng", ".webp")
#: Films and files of sound alone, and the sound codecs that each can hold, its default first.
SOUNDS: Final = {
    ".mp4": ("aac", "opus", "flac", "mp3"),
    ".mov": ("aac", "pcm"),
    ".mkv": ("aac", "opus", "flac", "pcm", "mp3"),
    ".webm": ("opus",),
    ".wav": ("pcm",),
    ".flac": ("flac",),
    ".mp3": ("mp3",),
    ".m4a": ("aac",),
    ".opus": ("opus",),
}
CAPTIONS: Final = (".srt", ".vtt")
#: Every ending of an output's file that is built.
ENDINGS: Final = (*FILMS, *STILLS, *ANIMATIONS, *(ending for ending in SOUNDS if ending not in FILMS), *CAPTIONS)


def stills(known: Registry) -> tuple[str, ...]:
    """Every ending of stills, those that plugins write too."""
    return (*STILLS, *known.writers)


def endings(known: Registry) -> tuple[str, ...]:
    """Every ending of an output's file, those that plugins write too."""
    return (*ENDINGS, *known.writers, *known.film_writers)


def endings_in_words(known: Registry) -> str:
    """All of them, by what they are."""
    kinds = {
        "films": (*FILMS, *known.film_writers),
        "moving pictures": ANIMATIONS,
        "stills": stills(known),
        "sound": tuple(ending for ending in SOUNDS if ending not in FILMS),
        "captions": CAPTIONS,
    }
    return "; ".join(f"{kind}: {' '.join(endings)}" for kind, endings in kinds.items())


VIDEO_CODECS: Final = ("h264", "hevc", "av1", "vp9", "prores", "ffv1", "dnxhr", "dnxhd")
SOUND_CODECS: Final = ("aac", "opus", "flac", "mp3", "pcm")
#: Bits a sample of the sound codecs that lose nothing, their default first; PCM of 32 bits is float.
SOUND_DEPTHS: Final = {"flac": (24, 16), "pcm": (24, 16, 32)}
PRESETS: Final = (
    "ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow",
)  # fmt: skip
#: Pixel formats by codec, by FFmpeg's names, its default first.
PIXEL_FORMATS: Final = {
    "h264": ("yuv420p", "yuv422p", "yuv444p", "yuv420p10le", "yuv422p10le", "yuv444p10le"),
    "hevc": ("yuv420p", "yuv422p", "yuv444p", "yuv420p10le", "yuv422p10le", "yuv444p10le", "yuv420p12le",
             "yuv422p12le", "yuv444p12le"),
    "vp9": ("yuv420p", "yuva420p", "yuv422p", "yuv444p"),
    "av1": ("yuv420p", "yuv420p10le"),
    "prores": ("yuv422p10le", "yuv444p10le", "yuva444p10le"),
    "ffv1": ("yuv420p", "yuva420p", "yuv422p", "yuva422p", "yuv444p", "yuva444p", "yuv420p10le", "yuv422p10le",
             "yuv444p10le", "yuva444p10le", "yuv420p12le", "yuv422p12le", "yuv444p12le", "yuv420p16le", "yuv422p16le",
             "yuv444p16le", "yuva444p16le", "gbrp10le", "gbrp12le", "gbrp16le", "gbrap10le", "gbrap12le", "gbrap16le"),
    "dnxhr": ("yuv422p", "yuv422p10le", "yuv444p10le"),
    "dnxhd": ("yuv422p", "yuv422p10le"),
}  # fmt: skip
#: Profiles by codec, each with the pixel formats that it has, its default first. The others follow from the format.
PROFILES: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "h264": {
        "main": ("yuv420p",),
        "high": ("yuv420p",),
        "high10": ("yuv420p10le", "yuv420p"),
        "high422": ("yuv422p10le", "yuv422p", "yuv420p10le", "yuv420p"),
        "high444": ("yuv444p", "yuv444p10le", "yuv422p10le", "yuv422p", "yuv420p10le", "yuv420p"),
    },
    "hevc": {
        "main": ("yuv420p",),
        "main10": ("yuv420p10le",),
        "main12": ("yuv420p12le",),
        "main422-10": ("yuv422p10le",),
        "main422-12": ("yuv422p12le",),
        "main444-8": ("yuv444p",),
        "main444-10": ("yuv444p10le",),
        "main444-12": ("yuv444p12le",),
    },
    "prores": {
        "proxy": ("yuv422p10le",),
        "lt": ("yuv422p10le",),
        "standard": ("yuv422p10le",),
        "hq": ("yuv422p10le",),
        "4444": ("yuv444p10le", "yuva444p10le"),
        "4444xq": ("yuv444p10le", "yuva444p10le"),
    },
    "dnxhr": {
        "lb": ("yuv422p",),
        "sq": ("yuv422p",),
        "hq": ("yuv422p",),
        "hqx": ("yuv422p10le",),
        "444": ("yuv444p10le",),
    },
    "dnxhd": {
        "lb": ("yuv422p",),
        "sq": ("yuv422p",),
        "hq": ("yuv422p",),
        "hqx": ("yuv422p10le",),
    },
}
#: The one size of DNxHD, and its rates.
DNXHD_SIZE: Final = (1920, 1080)
DNXHD_RATES: Final = (
    Fraction(24000, 1001), Fraction(24), Fraction(25), Fraction(30000, 1001), Fraction(50), Fraction(60000, 1001),
)  # fmt: skip
#: What pictures are like, for the encoders that can be told.
TUNES: Final = {
    "h264": ("film", "animation", "grain", "stillimage", "fastdecode"),
    "hevc": ("animation", "grain", "fastdecode"),
}
#: Lowest and highest ``crf``, of the codecs that have one.
CRF: Final = {"h264": (0, 51), "hevc": (0, 51), "vp9": (0, 63), "av1": (1, 63)}
#: Bits a second that an encoder may be told to keep to.
BITRATES: Final = (10_000, 800_000_000)
#: Codecs all of whose pictures are keys.
INTRA: Final = ("prores", "ffv1", "dnxhr", "dnxhd")
#: Levels of H.264 and HEVC: the samples of the largest picture, and how many a second (ITU-T H.264 table A-1, where
#: macroblocks have 256 samples; H.265 tables A.8 and A.9, Main tier).
LEVELS: Final[dict[str, dict[str, tuple[int, int]]]] = {
    "h264": {
        name: (256 * size, 256 * rate)
        for name, size, rate in (
            ("1.0", 99, 1_485), ("1.1", 396, 3_000), ("1.2", 396, 6_000), ("1.3", 396, 11_880), ("2.0", 396, 11_880),
            ("2.1", 792, 19_800), ("2.2", 1_620, 20_250), ("3.0", 1_620, 40_500), ("3.1", 3_600, 108_000),
            ("3.2", 5_120, 216_000), ("4.0", 8_192, 245_760), ("4.1", 8_192, 245_760), ("4.2", 8_704, 522_240),
            ("5.0", 22_080, 589_824), ("5.1", 36_864, 983_040), ("5.2", 36_864, 2_073_600),
            ("6.0", 139_264, 4_177_920), ("6.1", 139_264, 8_355_840), ("6.2", 139_264, 16_711_680),
        )
    },
    "hevc": {
        "1.0": (36_864, 552_960), "2.0": (122_880, 3_686_400), "2.1": (245_760, 7_372_800),
        "3.0": (552_960, 16_588_800), "3.1": (983_040, 33_177_600), "4.0": (2_228_224, 66_846_720),
        "4.1": (2_228_224, 133_693_440), "5.0": (8_912_896, 267_386_880), "5.1": (8_912_896, 534_773_760),
        "5.2": (8_912_896, 1_069_547_520), "6.0": (35_651_584, 1_069_547_520), "6.1": (35_651_584, 2_139_095_040),
        "6.2": (35_651_584, 4_278_190_080),
    },
}  # fmt: skip
