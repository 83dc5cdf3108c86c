"""What is to be written: the frozen specifications of a film's picture and sound, and the rules they must keep."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

from reelwork.errors import OutputError
from reelwork.image.storage import Matrix, Primaries, StorageFormat, Transfer
from reelwork.media.formats import pixel_format_of, planar_storage
from reelwork.scene.files import (
    BITRATES,
    CRF,
    DNXHD_RATES,
    DNXHD_SIZE,
    FILMS,
    INTRA,
    LEVELS,
    PIXEL_FORMATS,
    PRESETS,
    PROFILES,
    SOUND_DEPTHS,
    SOUNDS,
    TUNES,
)
from reelwork.values import Display

#: Codecs that can keep transparency.
ALPHA_CODECS: Final = ("vp9", "prores", "ffv1")
# Defaults that are about alike to look at.
_CRF: Final = {"h264": 18, "hevc": 20, "vp9": 24, "av1": 24}
_MAXIMUM_SIZE: Final = 16_384
# DNxHR's tables are made for no smaller pictures; x265 writes beyond its memory where some are narrower.
_SMALLEST: Final = {"dnxhr": (256, 120), "hevc": (64, 16)}
# Profiles where nothing is said, the first that has the pixel format.
_PROFILE: Final = {"prores": ("hq", "4444"), "dnxhr": ("hq", "hqx", "444"), "dnxhd": ("hq", "hqx")}


@dataclass(frozen=True)
class Rate:
    """How many bits a film has.

    :param average: bits a second; ``None``: as the quality takes
    :param most: bits a second that a decoder takes in, with room for those of one second; ``None``: any
    """

    average: int | None = None
    most: int | None = None


@dataclass(frozen=True)
class Light:
    """What an HDR film says of its light: SMPTE ST 2086 and CTA-861.3.

    :param primaries: of the display that it was graded on; ``None`` where nothing is said of that
    :param peak: of that display, cd/m²
    :param black: likewise
    :param content: the brightest pixel and the brightest frame's average, cd/m²; ``None`` where nothing is said of it
    """

    primaries: Primaries | None = None
    peak: float = 0.0
    black: float = 0.0
    content: tuple[int, int] | None = None


@dataclass(frozen=True)
class Tuning:
    """What an encoder is told beyond how much to make of a picture; ``None`` leaves it to the encoder.

    :param profile: by the codec's own name
    :param level: of h264 and hevc, such as ``4.1``
    :param tune: what the pictures are like
    :param gop: frames from key to key, at most
    """

    profile: str | None = None
    level: str | None = None
    tune: str | None = None
    gop: int | None = None


@dataclass(frozen=True)
class VideoSpec:
    """The picture of a film; every field changes the bytes of a unit, and nothing else does.

    Make one with :func:`video_spec`, which knows the defaults and refuses what cannot be written.

    :param codec: ``h264 hevc vp9 av1 prores ffv1 dnxhr dnxhd``
    :param width: columns
    :param height: rows
    :param fps: pictures a second
    :param storage: how planes must be handed in, and how the film is tagged
    :param crf: quality of the lossy codecs, lower is better; ``None`` for the others. With an average rate it is where
        the search for the right one begins
    :param preset: one of :data:`PRESETS`
    :param rate: what the bits are kept to; ``None``: nothing
    :param header: hexadecimal, where packets of a source are copied into the film: its header, which the film keeps;
        see :class:`reelwork.media.writing.copying.StoredStream`
    """

    codec: str
    width: int
    height: int
    fps: Fraction
    storage: StorageFormat
    crf: int | None = None
    preset: str = "medium"
    rate: Rate | None = None
    tuning: Tuning = Tuning()
    light: Light | None = None
    header: str | None = None

    @property
    def pixel_format(self) -> str:
        """FFmpeg's name of the pixel format."""
        return pixel_format_of(self.storage)


@dataclass(frozen=True)
class SoundSpec:
    """The sound of a film or a sound file, always 48,000 Hz stereo.

    :param codec: ``aac opus flac mp3 pcm``
    :param bitrate: bits a second, for the lossy codecs
    :param depth: bits a sample, for the others; PCM of 32 is float
    """

    codec: str = "aac"
    bitrate: int = 192_000
    depth: int = 24


def video_spec(
    suffix: str,
    *,
    size: tuple[int, int],
    fps: Fraction,
    codec: str | None = None,
    crf: int | None = None,
    preset: str = "medium",
    rate: Rate | None = None,
    tuning: Tuning | None = None,
    light: Light | None = None,
    pixel_format: str | None = None,
    depth: int | None = None,
    chroma: str | None = None,
    alpha: bool = False,
    display: Display = "srgb",
    transfer: str | None = None,
    primaries: Primaries | None = None,
    matrix: Matrix | None = None,
    full_range: bool = False,
) -> VideoSpec:
    """The specification for a film of this suffix, with the defaults of the scene format.

    :param size: columns and rows
    :param depth: bits a sample; ``None``: as the codec's first pixel format that fits, and 10 for HDR
    :param chroma: ``4:2:0``, ``4:2:2``, ``4:4:4`` or ``rgb``
    :param alpha: keep transparency; chooses a pixel format that can where none is given
    :param display: the curve of the values that are stored
    :param transfer: ``pq`` or ``hlg`` instead of it
    :param primaries: default: bt2020 for HDR and with that matrix, else bt709
    :param full_range: codes from 0 to the highest, rather than broadcast's limited range
    :raises OutputError: what cannot be written, and what can be instead
    """
    codecs = FILMS.get(suffix)
    if codecs is None:
        raise OutputError(f"a film cannot be written as {suffix!r}; use one of {', '.join(FILMS)}")
    codec = codec or codecs[0]
    if alpha and codec not in ALPHA_CODECS and pixel_format is None:
        raise OutputError(f"{codec} cannot keep alpha; use prores in .mov, vp9 in .webm or .mkv, or ffv1 in .mkv")
    if codec not in codecs:
        raise OutputError(f"a {suffix} file cannot hold {codec}; it can hold {', '.join(codecs)}")
    if alpha and codec == "vp9" and suffix == ".mp4":
        raise OutputError("an .mp4 file cannot hold vp9's alpha; use .webm or .mkv")
    tuning = tuning or Tuning()
    hdr = transfer is not None
    chosen = Wanted(pixel_format, depth, chroma, alpha, tuning.profile, hdr)
    storage = stored_as(codec, chosen)
    width, height = size
    across, down = storage.subsampling
    if not (0 < width <= _MAXIMUM_SIZE and 0 < height <= _MAXIMUM_SIZE):
        raise OutputError(f"a film of {width}x{height} cannot be written; sides go from 1 to {_MAXIMUM_SIZE:,} pixels")
    if width % across or height % down:
        raise OutputError(
            f"a film of {width}x{height} cannot be stored as {pixel_format_of(storage)}, which shares colour between "
            f"{across}x{down} pixels; make the sides even, or choose a 4:4:4 pixel format"
        )
    least = _SMALLEST.get(codec, (1, 1))
    if width < least[0] or height < least[1]:
        raise OutputError(f"{codec} cannot store {width}x{height}: it begins at {least[0]}x{least[1]}")
    if codec == "dnxhd" and (size != DNXHD_SIZE or fps not in DNXHD_RATES):
        raise OutputError(
            f"dnxhd cannot store {width}x{height} at {float(fps):g} frames a second: it is for 1920x1080 at 23.976, "
            "24, 25, 29.97, 50 and 59.94; use dnxhr"
        )
    if preset not in PRESETS:
        raise OutputError(f"there is no preset {preset!r}; use one of {', '.join(PRESETS)}")
    if fps <= 0 or fps.numerator > 1_000_000 or fps.denominator > 1_000_000:
        raise OutputError(f"a film cannot run at {fps} frames a second")
    if primaries is None:
        primaries = "bt2020" if hdr or matrix == "bt2020" else "bt709"
    curves: dict[str, Transfer] = {"pq": "pq", "hlg": "hlg"}
    return VideoSpec(
        codec=codec,
        width=width,
        height=height,
        fps=fps,
        storage=replace(
            storage,
            transfer=curves[transfer] if transfer is not None else display,
            matrix=matrix or ("bt2020" if primaries == "bt2020" else "bt709"),
            full_range=full_range or storage.model == "rgb",
            primaries=primaries,
        ),
        crf=_crf(codec, crf),
        preset=preset,
        rate=_rate(codec, rate, crf),
        tuning=_tuning(codec, tuning, size, fps, storage),
        light=_light(light, hdr),
    )


def sound_spec(suffix: str, *, codec: str | None = None, bitrate: int = 192_000, depth: int | None = None) -> SoundSpec:
    """The specification of the sound in a file of this suffix, a film's or a sound file's.

    :param bitrate: bits a second
    :param depth: bits a sample, of the codecs that lose nothing
    :raises OutputError: the file cannot hold the codec, or the codec such samples
    """
    codecs = SOUNDS.get(suffix)
    if codecs is None:
        raise OutputError(f"sound cannot be written as {suffix!r}; use one of {', '.join(SOUNDS)}")
    codec = codec or codecs[0]
    if codec not in codecs:
        raise OutputError(f"a {suffix} file cannot hold {codec}; it can hold {', '.join(codecs)}")
    if not 16_000 <= bitrate <= 512_000:
        raise OutputError(f"sound of {bitrate} bits a second cannot be written; choose 16,000 to 512,000")
    if depth is not None and depth not in SOUND_DEPTHS.get(codec, ()):
        raise OutputError(f"{codec} cannot hold samples of {depth} bits")
    return SoundSpec(codec, bitrate, depth or SoundSpec.depth)


@dataclass(frozen=True)
class Wanted:
    """What is asked of a codec's pixel format; ``None`` is no wish."""

    pixel_format: str | None = None
    depth: int | None = None
    chroma: str | None = None
    alpha: bool = False
    profile: str | None = None
    hdr: bool = False


def stored_as(codec: str, wanted: Wanted) -> StorageFormat:
    """The first of a codec's pixel formats that is as wanted.

    :raises OutputError: none is; the message says what there is
    """
    allowed = PIXEL_FORMATS[codec]
    name = wanted.pixel_format
    if name is not None:
        if not name.endswith("le") and f"{name}le" in allowed:
            name += "le"
        if name not in allowed:
            raise OutputError(f"{codec} cannot store {name}; it can store {', '.join(allowed)}")
        if wanted.alpha and not _keeps_alpha(name):
            able = ", ".join(filter(_keeps_alpha, allowed)) or "another codec"
            raise OutputError(f"{name} has no alpha; use {able}")
    profiles = PROFILES.get(codec, {})
    if wanted.profile is not None and wanted.profile not in profiles:
        has = f"it has {', '.join(profiles)}" if profiles else "leave the profile out"
        raise OutputError(f"{codec} has no profile {wanted.profile}; {has}")
    of_profile = profiles[wanted.profile] if wanted.profile else allowed
    if wanted.profile and wanted.alpha and not any(map(_keeps_alpha, of_profile)):
        others = [f"`profile: {each}`" for each, formats in profiles.items() if any(map(_keeps_alpha, formats))]
        use = " or ".join(others) or "another codec"
        raise OutputError(f"{codec} keeps no alpha in the profile {wanted.profile}; use {use}, or {_OPAQUE}")
    depth = wanted.depth or (10 if wanted.hdr and name is None else None)
    found = [
        (each, storage)
        for each in of_profile
        if each in allowed and (storage := planar_storage(each)) is not None
        if name in (None, each)
        and depth in (None, storage.depth)
        and wanted.chroma in (None, _chroma(storage))
        and (not wanted.alpha or _keeps_alpha(each))
    ]
    if found:
        _, storage = min(found, key=lambda each: _keeps_alpha(each[0]) and not wanted.alpha)
        if wanted.hdr and storage.depth < 10:
            raise OutputError(f"{name} has 8 bits a sample, too few for pq and hlg; use one of 10 bits or more")
        return storage
    what = [
        f"the profile {wanted.profile}" if wanted.profile else "",
        f"the pixel format {name}" if name else "",
        f"{depth} bits a sample" if depth else "",
        wanted.chroma or "",
        "alpha" if wanted.alpha else "",
    ]
    has = f"it can store {', '.join(of_profile)}"
    if wanted.hdr and not wanted.depth and not any((planar_storage(each) or _NONE).depth >= 10 for each in of_profile):
        has += "; pq and hlg need 10 bits or more"
    raise OutputError(f"{codec} cannot store {' with '.join(each for each in what if each)}; {has}")


_NONE: Final = StorageFormat()
_OPAQUE: Final = "give the output a `background`, such as black"


def _chroma(storage: StorageFormat) -> str:
    return {(2, 2): "4:2:0", (2, 1): "4:2:2"}.get(storage.subsampling, "4:4:4") if storage.model == "yuv" else "rgb"


def _keeps_alpha(pixel_format: str) -> bool:
    return pixel_format.startswith(("yuva", "gbra"))


def _crf(codec: str, crf: int | None) -> int | None:
    if codec not in _CRF:
        return None
    lowest, highest = CRF[codec]
    if crf is None:
        return _CRF[codec]
    if not lowest <= crf <= highest:
        raise OutputError(f"{codec} cannot encode with crf {crf}; it goes from {lowest} (best) to {highest}")
    return crf


def _rate(codec: str, rate: Rate | None, crf: int | None) -> Rate | None:
    if rate is None or rate == Rate():
        return None
    if codec not in _CRF:
        raise OutputError(f"{codec} takes no bitrate: how large it is follows from its profile and the pictures")
    if rate.average is not None and crf is not None:
        raise OutputError("a film is encoded to a bitrate or a crf, not to both")
    for bits in (rate.average, rate.most):
        if bits is not None and not BITRATES[0] <= bits <= BITRATES[1]:
            raise OutputError(f"a film of {bits:,} bits a second cannot be written; choose {BITRATES[0]:,} and more")
    if rate.average is not None and rate.most is not None and rate.most < rate.average:
        raise OutputError(f"the highest bitrate, {rate.most:,}, is below the average, {rate.average:,}")
    return rate


def _tuning(codec: str, tuning: Tuning, size: tuple[int, int], fps: Fraction, storage: StorageFormat) -> Tuning:
    if tuning.tune is not None and tuning.tune not in TUNES.get(codec, ()):
        able = f"it has {', '.join(TUNES[codec])}" if codec in TUNES else "leave it out"
        raise OutputError(f"{codec} has no tune {tuning.tune}; {able}")
    if tuning.gop is not None and codec in INTRA:
        raise OutputError(f"a player can begin at every frame of {codec}; leave the gop out")
    if tuning.level is not None:
        _check_level(codec, tuning.level, size, fps)
    if tuning.profile is None and codec in _PROFILE:
        name = pixel_format_of(storage)
        return replace(tuning, profile=next(p for p in _PROFILE[codec] if name in PROFILES[codec][p]))
    return tuning


def _check_level(codec: str, level: str, size: tuple[int, int], fps: Fraction) -> None:
    levels = LEVELS.get(codec, {})
    if level not in levels:
        has = f"it has {', '.join(levels)}" if levels else "leave it out"
        raise OutputError(f"{codec} has no level {level}; {has}")
    block = 16 if codec == "h264" else 1
    samples = block * -(-size[0] // block) * block * -(-size[1] // block)
    fits = [name for name, (most, a_second) in levels.items() if samples <= most and samples * fps <= a_second]
    if level not in fits:
        remedy = f"level {fits[0]} does" if fits else "no level does"
        raise OutputError(
            f"level {level} of {codec} does not hold {size[0]}x{size[1]} at {float(fps):g} frames a second; {remedy}"
        )


def _light(light: Light | None, hdr: bool) -> Light | None:
    if light is None or light == Light():
        return None
    if not hdr:
        raise OutputError("what a film says of its light is for pq and hlg; say `transfer: pq`")
    return light
