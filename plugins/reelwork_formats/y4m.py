"""Y4M (YUV4MPEG2 of the MJPEG tools): pictures as they are, for encoders and analysers that have their own command."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from reelwork import Film, FilmFacts, FilmWriter

if TYPE_CHECKING:
    from reelwork import Planes, Still

#: What the format calls the pixel formats; chroma of 4:2:0 stands where MPEG-2 and H.264 have it.
_COLOURS: Final = {
    "yuv420p": "420mpeg2",
    "yuv422p": "422",
    "yuv444p": "444",
    "yuv420p10le": "420p10",
    "yuv422p10le": "422p10",
    "yuv444p10le": "444p10",
}
_SUBSAMPLINGS: Final = {(2, 2): "420", (2, 1): "422", (1, 1): "444"}


class Y4mWriter(FilmWriter):
    """Writes Y4M; it has no sound."""

    name, suffixes, pixel_formats = "y4m", (".y4m",), tuple(_COLOURS)

    def begin(self, to: Path, film: FilmFacts) -> Film:
        return _Y4m(to, film)


class _Y4m(Film):
    def __init__(self, to: Path, film: FilmFacts) -> None:
        storage, fps = film.storage, film.fps
        name = f"yuv{_SUBSAMPLINGS[storage.subsampling]}p" + ("" if storage.depth == 8 else f"{storage.depth}le")
        levels = "FULL" if storage.full_range else "LIMITED"
        head = f"W{film.width} H{film.height} F{fps.numerator}:{fps.denominator} Ip A1:1 C{_COLOURS[name]}"
        self._file = to.open("wb")
        self._file.write(f"YUV4MPEG2 {head} XCOLORRANGE={levels}\n".encode())

    def picture(self, picture: Still | Planes) -> None:
        assert not hasattr(picture, "pixels")  # it asked for planes
        self._file.write(b"FRAME\n")
        for plane in picture.planes:
            self._file.write(plane.astype(plane.dtype.newbyteorder("<"), copy=False).tobytes())

    def finish(self) -> None:
        self._file.close()

    def discard(self) -> None:
        self._file.close()
