"""Camera raw: a photograph as the sensor saw it goes in; its light comes out, in colours of Rec. 2020.

LibRaw, by way of rawpy, which the extra ``raw`` brings, puts the colours of neighbouring sensor cells together (AHD)
and turns the camera's colours into known ones by the camera's matrix. The white balance is the camera's. Nothing
depends on what the picture shows: white is where the sensor is full, whatever the brightest pixel.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from reelwork.errors import MediaError
from reelwork.media.opening import MAX_PIXELS
from reelwork.media.stills.raster import Colour, Raster

#: Endings of the cameras' files, most of which begin as a TIFF does.
SUFFIXES: Final = (
    ".3fr", ".arw", ".cr2", ".cr3", ".dcr", ".dng", ".erf", ".iiq", ".kdc", ".mef", ".mos", ".mrw", ".nef", ".nrw",
    ".orf", ".pef", ".raf", ".rw2", ".sr2", ".srf", ".srw", ".x3f",
)  # fmt: skip


def is_raw(path: Path) -> bool:
    """Whether a file's name is that of a camera's raw picture."""
    return path.suffix.lower() in SUFFIXES


def read_raw(path: Path) -> Raster:
    """The picture in a file, upright.

    :raises MediaError: the extra is not installed; the file is damaged, larger than the limit, or of an unknown camera
    """
    try:
        import rawpy
    except ImportError as error:
        raise MediaError(
            f"{path}: is camera raw, which needs the extra `raw`: pip install 'reelwork[raw]'; or save it as TIFF"
        ) from error
    try:
        with rawpy.imread(str(path)) as raw:
            size = raw.sizes
            if size.raw_width * size.raw_height > MAX_PIXELS:
                raise MediaError(
                    f"{path}: {size.width}x{size.height} is larger than {MAX_PIXELS:,} pixels, the most that is read"
                )
            return Raster(_developed(raw), "rgb", 16, colour=Colour(transfer="linear", primaries="bt2020"))
    except (rawpy.LibRawError, ValueError, OSError, RuntimeError) as error:
        said = error.args[0] if error.args else error
        words = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
        raise MediaError(f"{path}: is damaged, or of a camera that LibRaw does not know: {words}") from error
    except MemoryError as error:
        raise MediaError(f"{path}: is larger than what is read") from error


def _developed(raw: Any) -> Any:
    """``uint16[row, column, 3]``, linear, of Rec. 2020's primaries."""
    import rawpy

    return raw.postprocess(
        demosaic_algorithm=rawpy.DemosaicAlgorithm.AHD,
        use_camera_wb=True,
        output_color=rawpy.ColorSpace.Rec2020,
        output_bps=16,
        gamma=(1, 1),
        no_auto_bright=True,
        adjust_maximum_thr=0.0,
        highlight_mode=rawpy.HighlightMode.Clip,
    )
