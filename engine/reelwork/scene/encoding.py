"""How an output's pictures and sound are encoded, as a scene says it."""

from __future__ import annotations

from dataclasses import dataclass

from reelwork.kinds import Boolean, Choice, Number, Struct, Text, param
from reelwork.scene import files
from reelwork.scene.language import Bitrate

#: The display that films are graded on where nothing else is said: a cinema's colours, 1,000 cd/m².
DISPLAY_PEAK = 1000.0
DISPLAY_BLACK = 0.0001


@dataclass(frozen=True, kw_only=True)
class Mastering:
    """The display that a film was graded on (SMPTE ST 2086)."""

    peak: float = param(
        DISPLAY_PEAK,
        kind=Number(minimum=1.0, maximum=10_000.0),
        animated=False,
        help="How bright its white is, in cd/m².",
    )
    black: float = param(
        DISPLAY_BLACK, kind=Number(minimum=0.0, maximum=5.0), animated=False, help="How bright its black is, in cd/m²."
    )
    primaries: str = param("p3-d65", kind=Choice(("p3-d65", "bt2020", "bt709")), help="What colours it shows.")


@dataclass(frozen=True, kw_only=True)
class ContentLight:
    """How bright a film is (CTA-861.3)."""

    max: int = param(
        kind=Number(minimum=1.0, maximum=10_000.0, integer=True),
        animated=False,
        help="MaxCLL: its brightest pixel, in cd/m².",
    )
    average: int = param(
        kind=Number(minimum=1.0, maximum=10_000.0, integer=True),
        animated=False,
        help="MaxFALL: its brightest frame on the average, in cd/m².",
    )


@dataclass(frozen=True, kw_only=True)
class Video:
    """How pictures are encoded. ``None`` leaves it to the file and the codec."""

    codec: str | None = param(
        None, kind=Choice(files.VIDEO_CODECS), help="Default: h264; vp9 in `.webm`. prores, ffv1 and vp9 keep alpha."
    )
    crf: int | None = param(
        None,
        kind=Number(minimum=0.0, maximum=63.0, integer=True),
        animated=False,
        help="Constant quality: lower is better and larger. Default for h264: 18; 0 is lossless there.",
    )
    bitrate: int | None = param(
        None, kind=Bitrate(), animated=False, help="Bits per second on the average, instead of `crf`."
    )
    max_bitrate: int | None = param(
        None,
        kind=Bitrate(),
        animated=False,
        help="Bits per second that a player must be able to take in; it has room for those of one second.",
    )
    two_pass: bool = param(
        False,
        kind=Boolean(),
        help="With `bitrate`: first look at the whole film, small, and give more bits to what needs more. Without, "
        "every four seconds or so get the same.",
    )
    preset: str = param("medium", kind=Choice(files.PRESETS), help="How much work goes into making the file small.")
    profile: str | None = param(
        None,
        kind=Choice(tuple(dict.fromkeys(name for names in files.PROFILES.values() for name in names))),
        help="What a decoder must be able to do, by the codec's own names. Default: as the pixel format needs; of "
        "prores hq, or 4444 with alpha; of dnxhr and dnxhd hq.",
    )
    level: str | None = param(
        None,
        kind=Choice(tuple(sorted({name for names in files.LEVELS.values() for name in names}))),
        help="How large and fast a film a decoder must be able to take: h264 and hevc. Default: as this one needs.",
    )
    tune: str | None = param(
        None,
        kind=Choice(tuple(dict.fromkeys(name for names in files.TUNES.values() for name in names))),
        help="What the pictures are like: h264 and hevc.",
    )
    gop: int | None = param(
        None,
        kind=Number(minimum=1.0, maximum=1000.0, integer=True),
        animated=False,
        help="A player can begin at each of so many frames, or more often; it always can at each 96th.",
    )
    pixel_format: str | None = param(
        None,
        kind=Choice(tuple(dict.fromkeys(name for names in files.PIXEL_FORMATS.values() for name in names))),
        help="How a pixel is stored, by FFmpeg's names. Default: yuv420p, where the codec has it.",
    )
    depth: int | None = param(
        None,
        kind=Number(minimum=8.0, maximum=16.0, integer=True),
        animated=False,
        help="Bits a sample, instead of `pixel-format`. Default: 8, and 10 for `pq` and `hlg`, where the codec has it.",
    )
    chroma: str | None = param(
        None,
        kind=Choice(("4:2:0", "4:2:2", "4:4:4", "rgb")),
        help="How finely colour is stored, instead of `pixel-format`.",
    )
    transfer: str | None = param(
        None,
        kind=Choice(("pq", "hlg")),
        help="The curve of a film for HDR displays (ITU-R BT.2100), with white at 203 cd/m² (BT.2408). Default: the "
        "canvas's `display`.",
    )
    primaries: str | None = param(
        None,
        kind=Choice(("bt709", "display-p3", "bt2020")),
        help="What red, green and blue are. Default: bt2020 with `pq`, `hlg` or the matrix `bt2020`, else bt709.",
    )
    matrix: str | None = param(
        None,
        kind=Choice(("bt709", "bt601", "bt2020")),
        help="The matrix that makes Y′CbCr, tagged and used. Default: bt709, and bt2020 with those primaries.",
    )
    range: str = param("limited", kind=Choice(("limited", "full")), help="Which code values are black and white.")
    mastering: Mastering | None = param(
        None,
        kind=Struct(Mastering),
        animated=False,
        help="The display that an HDR film was graded on, which it says.",
    )
    content_light: ContentLight | None = param(
        None,
        kind=Struct(ContentLight),
        animated=False,
        help="How bright an HDR film is, which it says, as above. "
        "Default: with `pq`, the container says what its frames were measured to be.",
    )
    copy: bool = param(
        False,
        kind=Boolean(),
        help="Copy stretches of a video that nothing changes, rather than encode them anew: where it has the output's "
        "size, rate, codec and pixel format, is cut at keys, and its header can be the whole film's. What is not "
        "copied, and why, is said.",
    )


@dataclass(frozen=True, kw_only=True)
class Stills:
    """How stills are written. ``None`` leaves it to their kind."""

    depth: int | None = param(
        None,
        kind=Number(minimum=8.0, maximum=32.0, integer=True),
        animated=False,
        help="Bits a sample: 8 or 16 of `.png` and `.tiff` (default 8), 16 (half) or 32 (float) of `.exr` "
        "(default 16), 8 or 10 of `.avif` (default 8).",
    )
    quality: int | None = param(
        None,
        kind=Number(minimum=1.0, maximum=100.0, integer=True),
        animated=False,
        help="Of `.jpg` and `.avif`, from 1 to 100, the best. Default: 92.",
    )
    transfer: str | None = param(
        None,
        kind=Choice(("pq", "hlg")),
        help="The curve of a still for HDR displays, as of `video`: `.png` of 16 bits and `.avif` of 10.",
    )


@dataclass(frozen=True, kw_only=True)
class Metadata:
    """What a film says of itself, beside its title and its licence."""

    author: str = param("", kind=Text(), help="Who made it.")
    comment: str = param("", kind=Text(multiline=True), help="What else there is to say.")
    date: str = param("", kind=Text(), help="When it was made, such as `2026-11-22`.")
    language: str = param(
        "",
        kind=Text(),
        help="What is spoken and read in it, by the three letters of ISO 639-2: `deu`, `eng`. Players name its tracks "
        "by it.",
    )


@dataclass(frozen=True, kw_only=True)
class Audio:
    """How sound is encoded. ``None`` leaves it to the file's kind."""

    codec: str | None = param(
        None,
        kind=Choice(files.SOUND_CODECS),
        help="Default: aac; opus in `.webm`; a file of sound alone has the one that it is named for.",
    )
    bitrate: int = param(
        192_000, kind=Bitrate(), animated=False, help="Bits per second, for codecs that lose something."
    )
    depth: int | None = param(
        None,
        kind=Number(minimum=16.0, maximum=32.0, integer=True),
        animated=False,
        help="Bits a sample, for pcm and flac: 24 (default), 16, which is dithered, and for pcm 32, which is float and "
        "may be louder than full scale.",
    )
