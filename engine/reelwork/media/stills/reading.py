"""Stills: a photograph, a drawing or a page goes in, one picture comes out."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from reelwork.catalogue.facts import READ, MediaFacts, Reading
from reelwork.errors import MediaError
from reelwork.media.files import check_file
from reelwork.media.formats import tags_for_hdr
from reelwork.media.opening import MAX_PIXELS
from reelwork.media.picture import Picture, check_light
from reelwork.media.stills import banded, by_pillow, exr, heif, jpeg_deep, jpegxl, pages, psd, raw, svg, tiff
from reelwork.media.stills.plugins import facts_by, load_by, reader_of
from reelwork.media.stills.raster import Raster, picture_of

_HEAD: Final = 4096
_TRIAL_SIZE: Final = 256
_TRIAL_LEVEL: Final = -3
_LEVELS: Final = (-8, 8)
# Of formats that are shrunk while they are decoded, and from how many pixels on.
_SHRINKING: Final = ("jpeg", "tiff", "png", "webp", "bmp")
_LARGE: Final = 1 << 25


@dataclass(frozen=True)
class _Kind:
    """A kind of still that the engine reads itself.

    :param name: of the format, empty where the file must be asked
    :param is_one: whether a file that begins so is of it
    :param load: the picture at a level
    :param size: of a drawing, its nominal one
    :param extent: of a picture that can be shrunk while it is decoded, its columns and rows
    :param picks: the keys that pick something out of it
    :param pages: how many pages, or pictures, it has
    :param layers: its parts and its layers
    :param rows: a large one by its rows, where it can be read so
    """

    name: str
    is_one: Callable[[bytes], bool]
    load: Callable[[Path, int, Reading], Picture]
    size: Callable[[Path, Reading], tuple[int, int]] | None = None
    extent: Callable[[Path, Reading], tuple[int, int]] | None = None
    picks: tuple[str, ...] = ()
    pages: Callable[[Path], int] = lambda path: 0
    layers: Callable[[Path], tuple[tuple[str, ...], tuple[str, ...]]] = lambda path: ((), ())
    rows: Callable[[Path, Reading], banded.Banded | None] = lambda path, reading: None


def is_still(path: Path) -> bool:
    """Whether a file's first bytes are those of a still, whatever its name says; or a plugin reads files of that name.

    :raises MediaError: the file cannot be read
    """
    check_file(path)
    return _kind(path) is not None or reader_of(path) is not None


def is_animation(path: Path) -> bool:
    """Whether a file of pictures holds several that follow each other.

    :raises MediaError: it is damaged
    """
    kind = _kind(path)
    return kind is not None and not kind.name and by_pillow.is_moving(path)


def still_facts(path: Path, digest: str, reading: Reading = READ) -> MediaFacts:
    """What is known of a still. It is decoded once, so that damage is found before anything is rendered.

    :param reading: which of its pages, parts or layers
    :raises MediaError: it cannot be read, is larger than the limit, or has no such page, part or layer
    """
    kind = _kind(path)
    _check_picks(kind, path, reading)
    if kind is None:
        reader = reader_of(path)
        if reader is None:
            raise MediaError(f"{path}: is no picture that can be read")
        return facts_by(reader, path, digest)
    if kind.size is not None:
        width, height = kind.size(path, reading)
        picture = kind.load(path, still_level(_TRIAL_SIZE / max(width, height)), reading)
    elif kind.extent is not None and math.prod(kind.extent(path, reading)) > _LARGE:
        width, height = kind.extent(path, reading)
        picture = kind.load(path, _TRIAL_LEVEL, reading)
    else:
        picture = kind.load(path, 0, reading)
        width, height = picture.width, picture.height
    storage = picture.storage
    alpha = storage.alpha != "none"
    name = ("greya" if alpha else "grey") if storage.model == "grey" else ("rgba" if alpha else "rgb")
    deep = ", linear" if storage.depth == 32 else f", {storage.depth} bits" if storage.depth > 8 else ""
    form = kind.name or by_pillow.form_of(path)
    parts, layers = kind.layers(path)
    return MediaFacts(
        kind="still",
        digest=digest,
        container=form,
        codec=form,
        width=width,
        height=height,
        scalable=kind.size is not None,
        frame_count=1,
        has_alpha=alpha,
        pixel_format=f"{name}{deep}",
        pages=kind.pages(path),
        parts=parts,
        layers=layers,
        turned=picture.turned,
        colour=tags_for_hdr(picture.storage),
        said=picture.said,
    )


def load_still(path: Path, *, level: int = 0, reading: Reading = READ) -> Picture:
    """The picture in a file of any kind of still, or of one of a plugin's, upright.

    Its colour is as the file says: by its tags or its profile, and sRGB where it says nothing; OpenEXR's is linear.

    :param level: rasterise a drawing or a page at ``2 ** level`` times its nominal size, or the next lower level that
        is not too large; shrink another picture so that it is large enough for that, where the format allows it, and
        never enlarge it
    :param reading: which of its pages, parts or layers
    :raises MediaError: it cannot be read, is larger than the limit, or has no such page, part or layer
    """
    check_file(path)
    kind = _kind(path)
    _check_picks(kind, path, reading)
    if kind is not None:
        if kind.size is None:
            level = min(level, 0)
            if kind.extent is not None:
                width, height = kind.extent(path, reading)
                while width * height * 4.0**level > MAX_PIXELS:
                    level -= 1
        return kind.load(path, level, reading)
    reader = reader_of(path)
    if reader is None:
        raise MediaError(f"{path}: is no picture that can be read")
    return load_by(reader, path)


def banded_still(path: Path, facts: MediaFacts) -> banded.Banded | None:
    """A large still by bands; ``None`` where it cannot be read so.

    :raises MediaError: it cannot be read
    """
    kind = _kind(path)
    return None if kind is None else kind.rows(path, facts.reading)


def still_level(scale: float) -> int:
    """The level at which a drawing must be loaded to be sharp when shown at ``scale`` times its nominal size.

    >>> still_level(1.0), still_level(1.01), still_level(0.3)
    (0, 1, -1)
    """
    mantissa, exponent = math.frexp(scale)
    lowest, highest = _LEVELS
    return min(max(exponent - 1 if mantissa == 0.5 else exponent, lowest), highest)


def is_shrunk(facts: MediaFacts) -> bool:
    """Whether a picture is shrunk while it is decoded, where it is shown smaller: a large one, if its format allows."""
    return facts.kind == "still" and facts.container in _SHRINKING and facts.width * facts.height > _LARGE


def is_scan(facts: MediaFacts, level: int) -> bool:
    """Whether a picture that is loaded at a level is more than what is held, so that its bands are read where they can
    be: a large one in its own size, and at any level one that is never loaded as a whole."""
    pixels = facts.width * facts.height
    large = facts.kind == "still" and not facts.scalable and pixels > _LARGE
    return large and (level == 0 or pixels > MAX_PIXELS)


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_HEAD)
    except OSError as error:
        raise MediaError(f"{path}: cannot be read: {error.strerror or error}") from error


def _kind(path: Path) -> _Kind | None:
    if raw.is_raw(path):  # most begin as a TIFF does, and hold a small one
        return _RAW
    head = _head(path)
    if head.startswith(jpeg_deep.MAGIC) and jpeg_deep.is_deep(path):
        return _DEEP_JPEG
    return next((kind for kind in _KINDS if kind.is_one(head)), None)


def _check_picks(kind: _Kind | None, path: Path, reading: Reading) -> None:
    """:raises MediaError: what is picked is of a kind of thing that such files do not have"""
    for key in reading.picks:
        if kind is None or key not in kind.picks:
            others = [other.name.upper() for other in _KINDS if key in other.picks]
            raise MediaError(f"{path}: `{key}` is for {' and '.join(others)}; leave it out")


def _of(read: Callable[[Path, int, Reading], Raster]) -> Callable[[Path, int, Reading], Picture]:
    """A kind's pictures, from its samples."""

    def load(path: Path, level: int, reading: Reading) -> Picture:
        with by_pillow.reading(path):
            return check_light(picture_of(read(path, level, reading)), path)

    return load


def _laid(read: Callable[[Path, Reading], Raster]) -> Callable[[Path, Reading], banded.Banded]:
    """A kind's pictures by bands, where it is decoded only as a whole."""
    return lambda path, reading: banded.laid(path, lambda: read(path, reading))


def _drawing(path: Path, level: int, reading: Reading) -> Picture:
    return picture_of(by_pillow.raster_of(svg.rasterise(svg.read_svg(path), level, path)))


def _drawing_size(path: Path, reading: Reading) -> tuple[int, int]:
    drawing = svg.read_svg(path)
    return drawing.width, drawing.height


def _page(path: Path, level: int, reading: Reading) -> Picture:
    return picture_of(pages.rasterise_page(pages.read_page(path, reading.page or 1), level))


def _page_size(path: Path, reading: Reading) -> tuple[int, int]:
    page = pages.read_page(path, reading.page or 1)
    return page.width, page.height


_RAW: Final = _Kind(
    "raw", lambda head: False, _of(lambda path, *_: raw.read_raw(path)), rows=_laid(lambda path, _: raw.read_raw(path))
)
_DEEP_JPEG: Final = _Kind(
    "jpeg",
    lambda head: False,
    _of(lambda path, *_: jpeg_deep.read_deep(path)),
    rows=_laid(lambda path, _: jpeg_deep.read_deep(path)),
)
_KINDS: Final = (
    _Kind(
        "psd",
        psd.is_psd,
        _of(lambda path, *_: psd.read_psd(path)),
        rows=_laid(lambda path, _: psd.read_psd(path)),
    ),
    _Kind(
        "",
        by_pillow.is_pillows,
        _of(lambda path, level, reading: by_pillow.read_raster(path, level)),
        extent=lambda path, reading: by_pillow.extent(path),
        rows=lambda path, reading: banded.pillow_rows(path),
    ),
    _Kind(
        "exr",
        lambda head: head.startswith(exr.MAGIC),
        lambda path, level, reading: exr.load_exr(path, reading.part, reading.layer),
        picks=("part", "layer"),
        layers=exr.exr_layers,
        rows=lambda path, reading: banded.laid_light(path, exr.load_exr(path, reading.part, reading.layer)),
    ),
    _Kind(
        "tiff",
        lambda head: head.startswith(tiff.MAGICS),
        _of(lambda path, level, reading: tiff.read_tiff(path, level, reading.page or 1)),
        extent=lambda path, reading: tiff.tiff_extent(path, reading.page or 1),
        picks=("page",),
        pages=tiff.tiff_pages,
        rows=lambda path, reading: banded.tiff_rows(path, reading.page or 1),
    ),
    _Kind(
        "heif",
        heif.is_heif,
        _of(lambda path, level, reading: heif.read_heif(path, reading.page)),
        picks=("page",),
        pages=heif.heif_pictures,
        rows=_laid(lambda path, reading: heif.read_heif(path, reading.page)),
    ),
    _Kind(
        "jpegxl",
        lambda head: head.startswith(jpegxl.MAGICS),
        _of(lambda path, *_: jpegxl.read_jpegxl(path)),
        rows=_laid(lambda path, _: jpegxl.read_jpegxl(path)),
    ),
    _Kind("svg", svg.is_svg, _drawing, _drawing_size),
    _Kind("pdf", pages.is_page, _page, _page_size, picks=("page",), pages=lambda path: pages.read_page(path).count),
)
