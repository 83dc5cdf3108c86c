"""Bundles, as strangers send them: what they hold is taken out whole, or nothing is."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import opentimelineio as otio
import pytest
from exchange.exchanging import clip, imported, painted, saved, timeline, video
from PIL import Image

from reelwork.exchange.report import ExchangeError
from reelwork.graph.model import MediaSource
from reelwork.render.prepare import Settings, prepare


def _bundle(path: Path, media: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> Path:
    made = timeline(video(*(clip(name, 0, 12) for name in media)))
    with zipfile.ZipFile(path, "w", method) as bundle:
        bundle.writestr("content.otio", otio.adapters.write_to_string(made, "otio_json"))
        for name, data in media.items():
            bundle.writestr(name, data)
    return path


def _still(folder: Path, colour: str) -> bytes:
    Image.new("RGB", (8, 8), colour).save(folder / "still.png")
    return (folder / "still.png").read_bytes()


def _shown(scene: Path) -> list[bytes]:
    """The bytes of the files that the clips of an import show."""
    layers = prepare(scene, Settings()).graph("main").root.layers[0].source.sequence.clips
    return [Path(layer.source.media.path).read_bytes() for layer in layers if isinstance(layer.source, MediaSource)]


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_second_import_shows_what_the_second_bundle_holds(tmp_path: Path) -> None:
    red, blue, green = (_still(tmp_path, colour) for colour in ("red", "blue", "green"))
    folder = tmp_path / "scene"
    imported(_bundle(tmp_path / "cut.otioz", {"media/v.png": red}), folder)
    scene = imported(_bundle(tmp_path / "cut.otioz", {"media/v.png": blue}), folder, overwrite=True)
    assert _shown(scene.file) == [blue]
    assert set(_files(folder)) == {"scene.yaml", "media/v.png"}
    scene.file.unlink()  # what somebody put there is kept
    scene = imported(_bundle(tmp_path / "cut.otioz", {"media/v.png": green}), folder)
    assert _shown(scene.file) == [green]
    assert _files(folder / "media") == {"v.png": blue, "v-2.png": green}


def test_media_of_one_name_are_all_kept(tmp_path: Path) -> None:
    media = {f"media/{colour}/v.png": _still(tmp_path, colour) for colour in ("red", "blue", "green")}
    scene = imported(_bundle(tmp_path / "cut.otioz", media), tmp_path / "scene")
    assert _shown(scene.file) == list(media.values())
    assert set(_files(tmp_path / "scene" / "media")) == {"v.png", "v-2.png", "v-3.png"}


def test_numbered_media_of_one_name_stay_together(tmp_path: Path) -> None:
    folders = {colour: f"media/{colour}/take-%04d.png" for colour in ("red", "blue")}
    made = timeline(video(*(clip(name, 0, 2) for name in folders.values())))
    with zipfile.ZipFile(tmp_path / "cut.otioz", "w") as bundle:
        bundle.writestr("content.otio", otio.adapters.write_to_string(made, "otio_json"))
        for colour, name in folders.items():
            for number in (7, 8):
                bundle.writestr(name % number, _still(tmp_path, colour))
    scene = imported(tmp_path / "cut.otioz", tmp_path / "scene")
    assert "media/take-%04d.png" in scene.text
    assert "media/take-2-%04d.png" in scene.text
    blue = _files(tmp_path / "scene" / "media")["take-2-0008.png"]
    assert blue == _still(tmp_path, "blue")
    assert len(painted(scene.file, (0,))) == 1


def _cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def _turned(data: bytes) -> bytes:
    """One whose deflated bytes are none."""
    at = data.index(b"media/v.png") + len("media/v.png")
    return data[:at] + b"\xff" * 8 + data[at + 8 :]


def _flagged(data: bytes) -> bytes:
    """One that says of all it holds that it is encrypted."""
    return _with(data, 6, 8, b"\x01\x00")


def _with(data: bytes, local: int, central: int, value: bytes) -> bytes:
    found = bytearray(data)
    for mark, offset in ((b"PK\x03\x04", local), (b"PK\x01\x02", central)):
        at = data.find(mark)
        while at >= 0:
            found[at + offset : at + offset + 2] = value
            at = data.find(mark, at + 4)
    return bytes(found)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_cut, "damaged"),
        (_turned, r"damaged at media/v\.png"),
        (_flagged, "is encrypted"),
        (lambda data: _with(data, 8, 10, b"\x5d\x00"), "compressed by method 93"),
    ],
    ids=["cut off", "not deflated", "encrypted", "zstandard"],
)
def test_a_bundle_that_cannot_be_read_leaves_all_as_it_was(
    tmp_path: Path, spoil: Callable[[bytes], bytes], said: str
) -> None:
    folder = tmp_path / "scene"
    good = {"media/a.png": _still(tmp_path, "blue"), "media/v.png": _still(tmp_path, "red")}
    imported(_bundle(tmp_path / "cut.otioz", good), folder)
    before = _files(folder)
    bad = _bundle(tmp_path / "bad.otioz", {"media/a.png": b"other", "media/v.png": b"x" * 5000}, zipfile.ZIP_DEFLATED)
    bad.write_bytes(spoil(bad.read_bytes()))
    with pytest.raises(ExchangeError, match=rf"bad\.otioz.*{said}"):
        imported(bad, folder, overwrite=True)
    assert _files(folder) == before
    with pytest.raises(ExchangeError):
        imported(bad, tmp_path / "new" / "scene")
    assert not (tmp_path / "new").exists()


def test_an_import_that_fails_later_takes_back_what_it_put_there(tmp_path: Path) -> None:
    red, blue = _still(tmp_path, "red"), _still(tmp_path, "blue")
    folder = tmp_path / "scene"
    imported(_bundle(tmp_path / "cut.otioz", {"media/v.png": red}), folder)
    before = _files(folder)
    bad = _bundle(tmp_path / "bad.otioz", {"media/v.png": blue, "media/w.png": b"no picture"})
    with pytest.raises(ExchangeError):
        imported(bad, folder, overwrite=True, missing="error")
    assert _files(folder) == before


def test_a_bundle_that_would_burst_is_not_taken_out(tmp_path: Path) -> None:
    burst = _bundle(tmp_path / "cut.otioz", {"media/v.mp4": bytes(4 << 20)}, zipfile.ZIP_DEFLATED)
    with pytest.raises(ExchangeError, match=r"would take 4,194,304 bytes.* 100 times"):
        imported(burst, tmp_path / "scene")
    assert not (tmp_path / "scene").exists()


def test_a_broken_timeline_in_a_bundle_is_named(tmp_path: Path) -> None:
    path = saved(timeline(video(clip("a.mp4", 0, 12))), tmp_path)
    with zipfile.ZipFile(tmp_path / "cut.otioz", "w") as bundle:
        bundle.write(path, "other.otio")
    with pytest.raises(ExchangeError, match=r"cut\.otioz.*no content\.otio"):
        imported(tmp_path / "cut.otioz", tmp_path / "scene")
