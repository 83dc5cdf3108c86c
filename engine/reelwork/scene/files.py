"""Files that outputs may be: endings, the codecs that each can hold, the pixel formats of each codec."""

from __future__ import annotations

from typing import Final

from reelwork.extensions import Registry
from reelwork.footage import NUMBER as NUMBER

#: Films, and the codecs that each can hold, its default first.
FILMS: Final = {
    ".mp4": ("h264", "hevc", "av1", "vp9"),
    ".mov": ("h264", "hevc", "prores"),
    ".mkv": ("h264", "hevc", "av1", "vp9", "prores", "ffv1"),
    ".webm": ("vp9", "av1"),
}
STILLS: Final = (".png", ".exr", ".jpg", ".jpeg", ".tiff", ".tif")
ANIMATIONS: Final = (".gif",)
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
ENDINGS: Final = (*FILMS, *STILLS, *ANIMATIONS, *(ending for ending in SOUNDS if ending not in FILMS))


def stills(known: Registry) -> tuple[str, ...]:
    """Every ending of stills, those that plugins write too."""
    return (*STILLS, *known.writers)


def endings(known: Registry) -> tuple[str, ...]:
    """Every ending of an output's file, those that plugins write too."""
    return (*ENDINGS, *known.writers)


VIDEO_CODECS: Final = ("h264", "hevc", "av1", "vp9", "prores", "ffv1")
SOUND_CODECS: Final = ("aac", "opus", "flac", "mp3", "pcm")
PRESETS: Final = (
    "ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow",
)  # fmt: skip
#: Pixel formats by codec, by FFmpeg's names, its default first.
PIXEL_FORMATS: Final = {
    "h264": ("yuv420p", "yuv422p", "yuv444p", "yuv420p10le", "yuv422p10le", "yuv444p10le"),
    "hevc": ("yuv420p", "yuv422p", "yuv444p", "yuv420p10le", "yuv422p10le", "yuv444p10le", "yuv420p12le",
             "yuv422p12le", "yuv444p12le"),
    "vp9": ("yuv420p", "yuva420p", "yuv422p", "yuv444p", "yuv420p10le", "yuv422p10le", "yuv444p10le"),
    "av1": ("yuv420p", "yuv420p10le"),
    "prores": ("yuv422p10le", "yuv444p10le", "yuva444p10le"),
    "ffv1": ("yuv420p", "yuva420p", "yuv422p", "yuva422p", "yuv444p", "yuva444p", "yuv420p10le", "yuv422p10le",
             "yuv444p10le", "yuva444p10le", "gbrp10le", "gbrp16le", "gbrap16le"),
}  # fmt: skip
#: Lowest and highest ``crf``, of the codecs that have one.
CRF: Final = {"h264": (0, 51), "hevc": (0, 51), "vp9": (0, 63), "av1": (1, 63)}
