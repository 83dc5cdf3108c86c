"""JPEGs of several scans come out in one scan with the same pixels, or are told to be damaged."""

import random
from pathlib import Path

import numpy as np
import pytest
import simplejpeg
from media.fuzzing import mutated
from media_table import media
from PIL import Image

from reelwork.errors import MediaError
from reelwork.media.stills import by_pillow, jpeg

SPACES = {"RGB": "RGB", "L": "GRAY", "CMYK": "CMYK"}


def drawn(width: int = 131, height: int = 77) -> Image.Image:
    chance = np.random.default_rng(3)
    small = Image.fromarray(chance.integers(0, 256, (5, 8, 4)).astype(np.uint8))
    smooth = np.asarray(small.resize((width, height), Image.Resampling.BICUBIC)).astype(int)
    return Image.fromarray(np.clip(smooth + chance.integers(-25, 26, smooth.shape), 0, 255).astype(np.uint8))


def one_scan(path: Path) -> bytes:
    with by_pillow.reading(path), jpeg.bytes_of(path) as data:
        return bytes(data)


def apart(path: Path, pixels: np.ndarray, **options: int) -> None:
    """Each channel in a scan of its own, sequential: three grey pictures put together."""
    parts = []
    for channel in range(3):
        Image.fromarray(pixels[:, :, channel]).save(path, quality=90, **options)
        parts.append(path.read_bytes())
    first = parts[0]
    frame, scan = first.index(b"\xff\xc0"), first.index(b"\xff\xda")
    size = first[frame + 5 : frame + 9]
    head = b"\xff\xc0\0\x11\x08" + size + b"\x03" + b"".join(bytes((n, 0x11, 0)) for n in b"RGB")
    tables = first[2:frame] + first[frame + 13 : scan]
    scans = []
    for name, data in zip(b"RGB", parts, strict=True):
        scans.append(b"\xff\xda\0\x08\x01" + bytes((name, 0, 0, 63, 0)) + data[data.index(b"\xff\xda") + 10 : -2])
    # without JFIF's word, libjpeg takes components of these names for red, green and blue
    at = tables.index(b"\xff\xe0")
    path.write_bytes(b"\xff\xd8" + tables[:at] + tables[at + 18 :] + head + b"".join(scans) + b"\xff\xd9")


@pytest.mark.parametrize(
    ("mode", "options"),
    [
        ("RGB", {"subsampling": 0}),
        ("RGB", {"subsampling": 1, "restart_marker_blocks": 5}),
        ("RGB", {"subsampling": 2, "quality": 100}),
        ("L", {"quality": 90}),
        ("CMYK", {"quality": 90, "restart_marker_rows": 1}),
    ],
)
@media("stills", "JPEG, progressive", "the pixels of one read row by row", read="libjpeg, all scans at once")
def test_a_progressive_jpeg_in_one_scan_has_the_same_pixels(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str, options: dict
) -> None:
    path = tmp_path / "a.jpg"
    drawn().convert(mode).save(path, progressive=True, **options)
    monkeypatch.setattr(jpeg, "MOST_HELD", 0)
    found = simplejpeg.decode_jpeg(one_scan(path), SPACES[mode])
    assert np.array_equal(found, simplejpeg.decode_jpeg(path.read_bytes(), SPACES[mode]))


@pytest.mark.parametrize("restarts", [{}, {"restart_marker_blocks": 3}])
def test_channels_that_lie_apart_come_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, restarts: dict) -> None:
    path = tmp_path / "a.jpg"
    apart(path, np.asarray(drawn().convert("RGB")), **restarts)
    wanted = simplejpeg.decode_jpeg(path.read_bytes(), "RGB")
    assert np.abs(wanted.astype(int) - np.asarray(drawn().convert("RGB"))).mean() < 6
    monkeypatch.setattr(jpeg, "MOST_HELD", 0)
    assert np.array_equal(simplejpeg.decode_jpeg(one_scan(path), "RGB"), wanted)


def test_what_libjpeg_reads_row_by_row_is_left_to_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jpeg, "MOST_HELD", 0)
    drawn().convert("RGB").save(tmp_path / "a.jpg")
    with jpeg.frugal(tmp_path / "a.jpg") as file:
        assert file is None


def test_a_kind_that_must_be_held_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn().convert("RGB").save(tmp_path / "a.jpg", progressive=True)
    data = (tmp_path / "a.jpg").read_bytes().replace(b"\xff\xc2", b"\xff\xca", 1)
    (tmp_path / "a.jpg").write_bytes(data)
    monkeypatch.setattr(jpeg, "MOST_HELD", 0)
    with pytest.raises(MediaError, match=r"a\.jpg: its kind of JPEG is read as a whole, .* save it as baseline JPEG"):
        one_scan(tmp_path / "a.jpg")


@pytest.mark.parametrize("count", [120, pytest.param(6000, marks=pytest.mark.soak)])
def test_damaged_scans_are_told_or_give_what_libjpeg_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    monkeypatch.setattr(jpeg, "MOST_HELD", 0)
    path, bases = tmp_path / "a.jpg", []
    for mode, options in (("RGB", {}), ("CMYK", {"restart_marker_blocks": 4}), ("L", {"quality": 100})):
        drawn(64, 48).convert(mode).save(path, progressive=True, **options)
        bases.append((mode, path.read_bytes()))
    told = same = 0
    for number in range(count):
        mode, data = bases[number % 3]
        path.write_bytes(damaged(data, number) if number % 2 else mutated(data, bases[0][1], number))
        try:
            found = one_scan(path)
        except MediaError:
            told += 1
            continue
        try:
            wanted = simplejpeg.decode_jpeg(path.read_bytes(), SPACES[mode])
        except ValueError:
            continue
        got = simplejpeg.decode_jpeg(found, SPACES[mode])
        # libjpeg smooths what lacks scans
        same += got.shape == wanted.shape and np.abs(got.astype(int) - wanted).mean() < 1
    assert told > count / 4
    assert same > 0


def damaged(data: bytes, number: int) -> bytes:
    """A few bytes of the scans' bits are others, so that heads stay whole."""
    chance, out = random.Random(number), bytearray(data)
    for _ in range(chance.choice((1, 2, 9))):
        at = chance.randrange(data.index(b"\xff\xda"), len(data) - 2)
        if out[at] != 0xFF and out[at - 1] != 0xFF:
            out[at] = chance.randrange(255)
    return bytes(out)
