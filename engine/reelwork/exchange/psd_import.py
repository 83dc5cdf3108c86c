"""Layered pictures: a PSD or PSB goes in, a scene with its layers, and a PNG of each, come out."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from psd_tools import PSDImage

from reelwork.exchange.carried import slug
from reelwork.exchange.files import write_text
from reelwork.exchange.psd_writer import LASTS, PictureWriter
from reelwork.exchange.report import ExchangeError, Report
from reelwork.exchange.yaml import dump, literal

_LARGEST: Final = 16_384
#: So much memory may a layer of a stranger's file ask for when it is unpacked.
_MEMORY: Final = 2 * 2**30


def import_picture(source: Path, folder: Path, *, live_text: bool, overwrite: bool, report: Report) -> None:
    """Write the scene of a layered picture, and the pictures of its layers.

    :param live_text: whether words become text rather than pixels
    :param overwrite: whether pictures of their names may be replaced; else theirs get a number
    :raises ExchangeError: the file is missing, damaged, or larger than a canvas may be
    :raises OutputError: something cannot be written
    """
    if not source.is_file():
        raise ExchangeError(f"{source}: there is no such file")
    writer = None
    try:
        document = PSDImage.open(source, max_alloc_bytes=_MEMORY)
        if max(document.width, document.height) > _LARGEST:
            raise ExchangeError(f"{source} is {document.width} × {document.height}; a canvas has {_LARGEST} at most")
        writer = PictureWriter(document, folder, report, live_text=live_text, overwrite=overwrite)
        layers = writer.layers(list(document))
        layers = layers or writer.merged()
    except ExchangeError:
        raise
    except RecursionError as error:
        raise ExchangeError(f"{source} has groups inside groups too deep to be read; flatten some of them") from error
    except MemoryError as error:
        raise ExchangeError(f"{source} wants more than {_MEMORY >> 30} GB of memory; flatten some layers") from error
    except OSError as error:
        if error.strerror:
            raise ExchangeError(f"{source} cannot be read: {error.strerror}") from error
        raise ExchangeError(_damaged(source, writer)) from error
    except Exception as error:  # psd-tools raises what it finds: assertions, struct's errors, indexes
        raise ExchangeError(_damaged(source, writer)) from error
    size = [str(document.width), str(document.height)]
    name = slug(source.stem) or "picture"
    data = {
        "#": f"Made from {source.name}: one picture for each layer, mixed as in Photoshop.",
        "reelwork": "1",
        "title": literal(source.stem),
        "canvas": {"size": size, "fps": "24", "background": "transparent"},
        "blend-space": "display",
        "##layers": "",
        "compositions": {**writer.compositions, "main": {"duration": LASTS, "layers": layers}},
        "outputs": {"picture": {"at": "0s", "file": f"{name}.png"}, "film": {"file": f"{name}.mp4"}},
    }
    write_text(folder / "scene.yaml", dump(data))


def _damaged(source: Path, writer: PictureWriter | None) -> str:
    """What to say of a file that psd-tools cannot read."""
    try:
        with source.open("rb") as file:
            mark = file.read(4)
    except OSError:
        mark = b""
    if mark != b"8BPS":
        return f"{source} is no PSD or PSB: it does not begin as one; check that it was copied whole"
    where = f"{writer.at} cannot be read" if writer is not None and writer.at else "its list of layers cannot be read"
    return f"{source} is damaged: {where}; save it again, or copy it again from where it came"
