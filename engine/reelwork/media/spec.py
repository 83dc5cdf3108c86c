"""What is to be written: the frozen specifications of a film's picture and sound, and the rules they must keep."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

from reelwork.errors import OutputError
from reelwork.image.storage import Matrix, StorageFormat
from reelwork.media.formats import pixel_format_of, planar_storage
from reelwork.scene.files import CRF, FILMS, PIXEL_FORMATS, PRESETS, SOUNDS
from reelwork.values import Display

#: Codecs that can keep transparency.
ALPHA_CODECS: Final = ("vp9", "prores", "ffv1")
# Defaults that are about alike to look at.
_CRF: Final = {"h264": 18, "hevc": 20, "vp9": 24, "av1": 24}
_MAXIMUM_SIZE: Final = 16_384


@dataclass(frozen=True)
class VideoSpec:
    """The picture of a film; every field changes the bytes of a unit, and nothing else does.

    Make one with :func:`video_spec`, which knows the defaults and refuses what cannot be written.

    :param codec: ``h264 hevc vp9 av1 prores ffv1``
    :param width: columns
    :param height: rows
    :param fps: pictures a second
    :param storage: how planes must be handed in, and how the film is tagged
    :param crf: quality of the lossy codecs, lower is better; ``None`` for prores and ffv1
    :param preset: one of :data:`PRESETS`
    :param header: hexadecimal, where packets of a source are copied into the film: its header, which the film keeps;
        see :class:`reelwork.media.copying.StoredStream`
    """

    codec: str
    width: int
    height: int
    fps: Fraction
    storage: StorageFormat
    crf: int | None = None
    preset: str = "medium"
    header: str | None = None

    @property
    def pixel_format(self) -> str:
        """FFmpeg's name of the pixel format."""
        return pixel_format_of(self.storage)


@dataclass(frozen=True)
class SoundSpec:
    """The sound of a film or a sound file, always 48,000 Hz stereo.

    :param codec: ``aac opus flac mp3``, or ``pcm`` (24 bits, as flac)
    :param bitrate: bits a second, for the lossy codecs
    """

    codec: str = "aac"
    bitrate: int = 192_000


def video_spec(
    suffix: str,
    *,
    size: tuple[int, int],
    fps: Fraction,
    codec: str | None = None,
    crf: int | None = None,
    preset: str = "medium",
    pixel_format: str | None = None,
    alpha: bool = False,
    display: Display = "srgb",
    matrix: Matrix = "bt709",
    full_range: bool = False,
) -> VideoSpec:
    """The specification for a film of this suffix, with the defaults of the scene format.

    :param size: columns and rows
    :param alpha: keep transparency; chooses a pixel format that can where none is given
    :param display: the curve of the values that are stored
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
    storage = _storage(codec, pixel_format, alpha)
    width, height = size
    across, down = storage.subsampling
    if not (0 < width <= _MAXIMUM_SIZE and 0 < height <= _MAXIMUM_SIZE):
        raise OutputError(f"a film of {width}x{height} cannot be written; sides go from 1 to {_MAXIMUM_SIZE:,} pixels")
    if width % across or height % down:
        raise OutputError(
            f"a film of {width}x{height} cannot be stored as {pixel_format_of(storage)}, which shares colour between "
            f"{across}x{down} pixels; make the sides even, or choose a 4:4:4 pixel format"
        )
    if preset not in PRESETS:
        raise OutputError(f"there is no preset {preset!r}; use one of {', '.join(PRESETS)}")
    if fps <= 0 or fps.numerator > 1_000_000 or fps.denominator > 1_000_000:
        raise OutputError(f"a film cannot run at {fps} frames a second")
    return VideoSpec(
        codec=codec,
        width=width,
        height=height,
        fps=fps,
        storage=replace(
            storage,
            transfer=display,
            matrix=matrix,
            full_range=full_range or storage.model == "rgb",
            primaries="bt2020" if matrix == "bt2020" else "bt709",
        ),
        crf=_crf(codec, crf),
        preset=preset,
    )


def sound_spec(suffix: str, *, codec: str | None = None, bitrate: int = 192_000) -> SoundSpec:
    """The specification of the sound in a file of this suffix, a film's or a sound file's.

    :param bitrate: bits a second
    :raises OutputError: the file cannot hold the codec
    """
    codecs = SOUNDS.get(suffix)
    if codecs is None:
        raise OutputError(f"sound cannot be written as {suffix!r}; use one of {', '.join(SOUNDS)}")
    codec = codec or codecs[0]
    if codec not in codecs:
        raise OutputError(f"a {suffix} file cannot hold {codec}; it can hold {', '.join(codecs)}")
    if not 16_000 <= bitrate <= 512_000:
        raise OutputError(f"sound of {bitrate} bits a second cannot be written; choose 16,000 to 512,000")
    return SoundSpec(codec, bitrate)


def _storage(codec: str, pixel_format: str | None, alpha: bool) -> StorageFormat:
    allowed = PIXEL_FORMATS[codec]
    name = pixel_format or next(name for name in allowed if not alpha or _keeps_alpha(name))
    if not name.endswith("le") and f"{name}le" in allowed:
        name += "le"
    storage = planar_storage(name)
    if name not in allowed or storage is None:
        raise OutputError(f"{codec} cannot store {pixel_format}; it can store {', '.join(allowed)}")
    if alpha and storage.alpha == "none":
        raise OutputError(
            f"{pixel_format} has no alpha; use {', '.join(filter(_keeps_alpha, allowed)) or 'another codec'}"
        )
    return storage


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
