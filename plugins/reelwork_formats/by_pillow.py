"""Formats that Pillow knows: a file goes in and a still comes out, or the other way round."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from reelwork import Still, StillReader, StillWriter

if TYPE_CHECKING:
    from PIL.Image import Image


class PillowReader(StillReader):
    """A format by Pillow's name for it."""

    form: ClassVar[str]

    def size(self, path: Path) -> tuple[int, int]:
        with self._opened(path) as image:
            return image.size

    def read(self, path: Path) -> Still:
        import numpy as np

        with self._opened(path) as image:
            if image.mode.startswith("I"):
                return Still(np.asarray(image).astype(np.uint16)[:, :, np.newaxis])
            if image.mode == "F":
                return Still(np.asarray(image, np.float32)[:, :, np.newaxis])
            grey = image.mode in ("1", "L", "LA")
            transparent = "A" in image.getbands() or "transparency" in image.info
            mode = ("LA" if transparent else "L") if grey else "RGBA" if transparent else "RGB"
            pixels = np.asarray(image.convert(mode))
        return Still(pixels if pixels.ndim == 3 else pixels[:, :, np.newaxis])

    def _opened(self, path: Path) -> Image:
        from PIL import Image

        return Image.open(path, formats=[self.form])


class PillowWriter(StillWriter):
    """A format by Pillow's name for it."""

    form: ClassVar[str]
    alpha = True

    def write(self, still: Still, to: Path) -> None:
        from PIL import Image

        # Into memory first: of a file that is written in part, as on a full disk, Pillow does not hear.
        made = BytesIO()
        Image.fromarray(still.pixels).save(made, self.form)
        to.write_bytes(made.getbuffer())
