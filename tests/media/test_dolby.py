"""Dolby Vision: profile 5 is refused, whatever holds it; of the others the base layer is shown as it is tagged."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest
from click.testing import CliRunner
from media.clips import visible
from media.dolby import rpu
from media.footage import run
from media.layered import COUNT, HEIGHT, WIDTH, Pictures, encoded, muxed, unit
from media_table import media

from reelwork.cli import app
from reelwork.errors import MediaError
from reelwork.media.probe import probe
from reelwork.media.video.attached import attached
from reelwork.media.video.source import VideoSource

LUMA = [(np.add.outer(np.arange(HEIGHT), np.arange(WIDTH)) * 4 + 9 * n + 64).astype(np.uint16) for n in range(COUNT)]
TAGS = "colorprim=bt2020:colormatrix=bt2020nc:transfer="
REFUSED = (
    r"is Dolby Vision of profile 5, whose colours \(IPT-PQ\).*export it as HDR10, HLG or Dolby Vision of profile 8"
)


def with_units(pictures: Pictures, *more: bytes) -> Pictures:
    return [(pts, dts, [*units, *more]) for pts, dts, units in pictures]


@pytest.mark.parametrize(
    ("name", "label"),
    [
        pytest.param(name, label, marks=media("video", label, "refused, with the remedy", read="the message"))
        for name, label in (
            ("five.mp4", "Dolby Vision, profile 5, .mp4"),
            ("five.mkv", "Dolby Vision, profile 5, .mkv"),
            ("five.ts", "Dolby Vision, profile 5, MPEG-TS"),
        )
    ],
)
def test_profile_5_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, label: str) -> None:
    monkeypatch.chdir(tmp_path)
    pictures = encoded(LUMA[:8], "yuv420p10le", "range=full")
    path = muxed(tmp_path / name, with_units(pictures, rpu(mapping=0, full_range=1)), beside=path_beside(name))
    with av.open(str(path)) as container:  # FFmpeg takes it for Dolby Vision too
        assert "DOVI_METADATA" in attached(next(container.decode(video=0)))
    with pytest.raises(MediaError, match=REFUSED):
        probe(path)
    Path("scene.yaml").write_text(
        f"reelwork: 1\ncanvas: {{size: [{WIDTH}, {HEIGHT}], fps: 24}}\ncompositions:\n  main:\n"
        f"    layers: [{{file: {name}}}]\noutputs:\n  film: {{file: film.mp4}}\n"
    )
    for command in (["check", "scene.yaml"], ["render", "scene.yaml"], ["probe", name]):
        found = CliRunner().invoke(app.cli, command)
        assert found.exit_code != 0, command
        assert "is Dolby Vision of profile 5" in found.output, command


def path_beside(name: str) -> bool:
    return not name.endswith(".ts")


@pytest.mark.parametrize(
    ("transfer", "tagged", "more"),
    [
        pytest.param(
            "smpte2084", "pq", (rpu(mapping=1, full_range=0),),
            marks=media("video", "Dolby Vision, profile 8.1 (HDR10), .mp4", "the base layer", read="ffmpeg's command"),
        ),
        pytest.param(
            "arib-std-b67", "hlg", (rpu(mapping=1, full_range=0),),
            marks=media("video", "Dolby Vision, profile 8.4 (HLG), .mp4", "the base layer", read="ffmpeg's command"),
        ),
        pytest.param(
            "smpte2084", "pq", (unit(63, b"\x42\x01\x01\x02\x20"), rpu(mapping=1, full_range=0, residual=True)),
            marks=media("video", "Dolby Vision, profile 7, one track, .mp4", "the base layer", read="ffmpeg's command"),
        ),
    ],
)  # fmt: skip
def test_other_profiles_show_their_base_layer(
    tmp_path: Path, transfer: str, tagged: str, more: tuple[bytes, ...]
) -> None:
    pictures = encoded(LUMA, "yuv420p10le", f"{TAGS}{transfer}")
    path = muxed(tmp_path / "dolby.mp4", with_units(pictures, *more))
    raw = tmp_path / "raw"
    run("ffmpeg", "-i", str(path), "-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "yuv420p10le", str(raw))
    expected = np.fromfile(raw, np.uint16).reshape(COUNT, -1)
    with av.open(str(path)) as container:
        assert "DOVI_METADATA" in attached(next(container.decode(video=0)))
    with VideoSource(path) as source:
        assert (source.storage.transfer, source.storage.primaries, source.storage.matrix) == (
            tagged,
            "bt2020",
            "bt2020",
        )
        for number in (13, 2, 20):
            planes = visible(source.picture(number))
            assert np.array_equal(np.concatenate([plane.ravel() for plane in planes]), expected[number])
