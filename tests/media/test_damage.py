"""Damaged footage: told with its place in a final, concealed and told in a draft; never a crash or a wrong picture."""

from __future__ import annotations

import struct
from collections import Counter
from pathlib import Path

import av
import pytest
from click.testing import CliRunner
from media.clips import digest, make_clip
from media.footage import FIELDS, KINDS
from media.mutated import MOST_SECONDS, mutated, soaked, tried
from media_table import media

from reelwork.cli import app
from reelwork.errors import DamageError, MediaError
from reelwork.media.opening import MAX_PIXELS
from reelwork.media.probe import probe
from reelwork.media.video.source import VideoSource

#: A kind for each family of decoders and containers.
FAMILIES = (
    "h264.mp4", "hevc.mp4", "vp9.webm", "av1.mp4", "mpeg2.ts", "prores.mov", "mjpeg.avi", "mpeg4.avi", "theora.ogv",
    "dnxhr-hqx.mxf", "h264.flv", "wmv2.wmv", "h264.avi", "h264.h264", "qtrle.mov", "vp8-alpha.webm", "upper.ts",
)  # fmt: skip
KIND = {kind.name: kind for kind in (*KINDS, *FIELDS)}


def damage(path: Path, packets: list[int], length: int = 40) -> None:
    """Overwrite the middle of some packets of the pictures."""
    with av.open(str(path)) as container:
        places = [(packet.pos, packet.size) for packet in container.demux(video=0) if packet.size]
    data = bytearray(path.read_bytes())
    for number in packets:
        at = places[number][0] + places[number][1] // 2
        data[at : at + length] = bytes(byte ^ 0x5A for byte in data[at : at + length])
    path.write_bytes(data)


@media("video", "ProRes 422 HQ, .mov", "damage: the picture and the time are told", read="what was damaged")
def test_damage_is_told_with_picture_and_time_and_all_else_is_shown(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "d.mov", "prores_ks", "yuv422p10le", count=12, size=(96, 64))
    with VideoSource(path) as source:
        whole = [digest(source.picture(number)) for number in range(12)]
    damage(path, [5])
    with VideoSource(path) as source:
        with pytest.raises(DamageError, match=r"d\.mov: is damaged at picture 5 \(0\.208 s\): repair the file"):
            source.picture(5)
        assert [digest(source.picture(number)) for number in (4, 6, 11, 0)] == [whole[n] for n in (4, 6, 11, 0)]


def scene(folder: Path) -> Path:
    path = folder / "scene.yaml"
    path.write_text(
        "reelwork: 1\ncanvas: {size: [96, 64], fps: 24}\ncompositions:\n  main:\n    layers: [{file: d.mov}]\n"
        "outputs:\n  frames: {file: frames/%02d.png}\n"
    )
    return path


@media("video", "ProRes 422 HQ, .mov", "damage: a draft shows the picture before", read="the picture before")
def test_a_draft_shows_the_last_whole_picture_and_says_so_and_a_final_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = make_clip(tmp_path / "d.mov", "prores_ks", "yuv422p10le", count=8, size=(96, 64))
    damage(path, [0, 4, 5])
    found = CliRunner().invoke(app.cli, ["render", str(scene(tmp_path)), "--jobs", "1"])
    assert found.exit_code == MediaError.exit_code
    assert "d.mov: is damaged at picture 0 (0.000 s)" in found.output
    found = CliRunner().invoke(app.cli, ["render", str(scene(tmp_path)), "--draft", "--jobs", "1"])
    assert found.exit_code == 0, found.output
    assert found.output.count("warning: ") - found.output.count("nobody is credited") == 3, found.output
    assert "is damaged at picture 5 (0.208 s)" in found.output
    shown = [(tmp_path / f"out/frames/{number:02}.png").read_bytes() for number in range(8)]
    assert shown[3] == shown[4] == shown[5] != shown[6]
    assert shown[0] == shown[1] != shown[2]


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(n, marks=media("video", KIND[n].label, "damaged files: read or told", read="what is allowed"))
        for n in ("h264.mp4", "mpeg2.ts", "vp9.webm", "prores.mov", "mpeg4.avi")
    ],
)
def test_mutated_files_are_read_or_told(tmp_path: Path, name: str) -> None:
    data = KIND[name].make(tmp_path / name).read_bytes()
    for seed in range(8):
        path = tmp_path / f"{seed}-{name}"
        path.write_bytes(mutated(data, seed))
        assert tried(path) in ("read", "told")


@pytest.mark.soak
@pytest.mark.parametrize("name", FAMILIES)
def test_two_thousand_mutated_files_of_each_family_are_read_or_told(tmp_path: Path, name: str) -> None:
    counts, wrong, longest = soaked(KIND[name].make(tmp_path / name), 0, 2000)
    assert not wrong
    assert counts.total() == 2000
    assert longest < MOST_SECONDS
    assert min(Counter(counts).values()) > 20  # neither all of them were broken beyond reading, nor none


def patched(path: Path, box: bytes, at: int, *numbers: int) -> Path:
    """Change numbers in a box of a QuickTime file."""
    data = bytearray(path.read_bytes())
    place = data.find(box) + 4 + at
    struct.pack_into(f">{len(numbers)}I", data, place, *numbers)
    path.write_bytes(data)
    return path


@media("video", "raw RGB, .mov", "a billion pictures declared in a tiny file", read="refused")
def test_a_billion_pictures_in_a_tiny_file_are_refused(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "r.mov", "rawvideo", "rgb24", count=4, size=(32, 18))
    patched(path, b"stsz", 4, 1, 1_000_000_000)
    patched(path, b"stts", 8, 1_000_000_000)
    patched(path, b"stsc", 12, 1_000_000_000)
    with pytest.raises(MediaError, match=r"r\.mov: "):
        probe(path)


@media("video", "PNG with alpha, .mov", "16,384 by 16,384 pixels declared in a tiny file", read="refused")
def test_pictures_that_would_fill_the_memory_are_refused(tmp_path: Path) -> None:
    import zlib

    path = make_clip(tmp_path / "p.mov", "png", "rgba", count=1, size=(32, 18))
    data = bytearray(path.read_bytes())
    at = data.find(b"IHDR")
    struct.pack_into(">II", data, at + 4, 1 << 14, 1 << 14)
    struct.pack_into(">I", data, at + 17, zlib.crc32(bytes(data[at : at + 17])))
    path.write_bytes(data)
    assert MAX_PIXELS < 1 << 28
    with pytest.raises(MediaError, match=r"p\.mov: "):
        probe(path)


def transport_packets(path: Path) -> list[bytes]:
    data = path.read_bytes()
    return [data[at : at + 188] for at in range(0, len(data), 188)]


def shows_picture(packet: bytes) -> bool:
    return (packet[1] & 0x1F) << 8 | packet[2] == 256


LOST = "whole at a joint, damaged where a packet is lost"
JOINED = [
    ("libx264", {"x264-params": "keyint=6:bframes=2:scenecut=0:threads=1"}, "H.264"),
    ("mpeg2video", {"g": "6"}, "MPEG-2"),
]


@pytest.mark.parametrize(
    ("encoder", "options"),
    [
        pytest.param(
            encoder, options, id=encoder,
            marks=media("video", f"{kind}, MPEG-TS", LOST, read="the parts"),
        )
        for encoder, options, kind in JOINED
    ],
)  # fmt: skip
def test_a_joint_damages_no_picture_and_a_lost_packet_does(
    tmp_path: Path, encoder: str, options: dict[str, str]
) -> None:
    """Behind a joint, as behind a loss, packets' counters jump."""
    part = make_clip(tmp_path / "part.ts", encoder, options=options, count=10, size=(96, 64))
    packets = transport_packets(part)
    joined = tmp_path / "joined.ts"
    joined.write_bytes(b"".join(2 * packets))
    with VideoSource(part) as source:
        whole = [digest(source.picture(number)) for number in range(10)]
    with VideoSource(joined) as source:
        assert [digest(source.picture(number)) for number in range(20)] == 2 * whole
    last = max(n for n, packet in enumerate(packets) if shows_picture(packet))
    middle = [n for n, packet in enumerate(packets) if shows_picture(packet)][len(packets) // 3]
    for lost in (last, middle):
        kept = packets[:lost] + packets[lost + 1 :]
        joined.write_bytes(b"".join(kept + packets))
        with VideoSource(joined) as source, pytest.raises(DamageError, match="is damaged at picture"):
            [source.picture(number) for number in range(source.frame_count)]
