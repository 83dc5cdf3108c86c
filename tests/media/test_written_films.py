"""Every kind of film that is written, decoded by ffmpeg's own command: its pictures, their times, and its tags."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from media.clips import visible
from media.footage import command
from media_table import media

from reelwork.media.picture import Picture
from reelwork.media.writing.encode import encode_unit
from reelwork.media.writing.mux import write_film
from reelwork.media.writing.spec import Light, Tuning, VideoSpec, video_spec

SIZE = (96, 54)
#: DNxHR begins at this size.
LARGE = (256, 120)
FPS = Fraction(24000, 1001)
#: Units of several pictures and of one, so that what is joined is seen.
UNITS = ((0, 11), (11, 12), (12, 16))
FRAMES = UNITS[-1][1]
#: dB by which what is lossy, and coded finely, differs from what was encoded: each plane, over all pictures.
LIKE = 38.0
DISPLAY = Light("p3-d65", 1000.0, 0.0001, (1000, 400))


@dataclass(frozen=True)
class Made:
    """A kind of film, how it is specified, and what ffmpeg's command must say of it."""

    label: str
    suffix: str
    options: dict[str, Any]
    says: tuple[str, ...]
    lossless: bool = False
    decoder: tuple[str, ...] = ()

    @property
    def spec(self) -> VideoSpec:
        size = LARGE if self.options.get("codec") == "dnxhr" else SIZE
        return video_spec(self.suffix, size=size, fps=FPS, **{"preset": "veryfast", **self.options})


def of(profile: str) -> Tuning:
    return Tuning(profile=profile)


H264, HEVC, AV1, VP9 = {"codec": "h264"}, {"codec": "hevc"}, {"codec": "av1"}, {"codec": "vp9"}
PRORES, FFV1, DNXHR = {"codec": "prores"}, {"codec": "ffv1"}, {"codec": "dnxhr"}
VPX = ("-c:v", "libvpx-vp9")
FILMS = (
    Made("H.264, .mp4", ".mp4", H264, ("h264 (High) (avc1", "yuv420p(tv, bt709")),
    Made("H.264, .mov", ".mov", H264, ("h264 (High) (avc1", "yuv420p(tv, bt709")),
    Made("H.264, .mkv", ".mkv", H264, ("h264 (High)", "yuv420p(tv, bt709")),
    Made("H.264, main profile, level 3.1, .mp4", ".mp4", {**H264, "tuning": Tuning("main", "3.1", "film", 5)},
         ("h264 (Main)",)),
    Made("H.264, 10 bit, .mp4", ".mp4", {**H264, "depth": 10}, ("h264 (High 10)", "yuv420p10le(tv, bt709")),
    Made("H.264, 4:2:2 10 bit, .mov", ".mov", {**H264, "depth": 10, "chroma": "4:2:2"},
         ("h264 (High 4:2:2)", "yuv422p10le(tv, bt709")),
    Made("H.264, 4:4:4, full range, .mkv", ".mkv", {**H264, "chroma": "4:4:4", "full_range": True},
         ("h264 (High 4:4:4 Predictive)", "yuvj444p(pc, bt709")),
    Made("H.264, lossless, .mp4", ".mp4", {**H264, "crf": 0}, ("h264 (High 4:4:4 Predictive)", "yuv420p"), True),
    Made("H.264, PQ, .mp4", ".mp4", {**H264, "transfer": "pq"},
         ("yuv420p10le(tv, bt2020nc/bt2020/smpte2084",)),
    Made("H.264, BT.601, .mp4", ".mp4", {**H264, "matrix": "bt601"}, ("yuv420p(tv, smpte170m/bt709/bt709",)),
    Made("HEVC, .mp4", ".mp4", HEVC, ("hevc (Main) (hvc1", "yuv420p(tv, bt709")),
    Made("HEVC, .mov", ".mov", HEVC, ("hevc (Main) (hvc1",)),
    Made("HEVC, .mkv", ".mkv", HEVC, ("hevc (Main)",)),
    Made("HEVC, PQ with the light it says, .mp4", ".mp4", {**HEVC, "transfer": "pq", "light": DISPLAY},
         ("hevc (Main 10) (hvc1", "yuv420p10le(tv, bt2020nc/bt2020/smpte2084")),
    Made("HEVC, HLG, .mov", ".mov", {**HEVC, "transfer": "hlg"},
         ("hevc (Main 10) (hvc1", "yuv420p10le(tv, bt2020nc/bt2020/arib-std-b67")),
    Made("HEVC, Display P3, .mov", ".mov", {**HEVC, "primaries": "p3-d65", "depth": 10},
         ("yuv420p10le(tv, bt709/smpte432/bt709",)),
    Made("HEVC, 4:2:2 10 bit, .mkv", ".mkv", {**HEVC, "tuning": of("main422-10")}, ("hevc (Rext)", "yuv422p10le")),
    Made("HEVC, 4:4:4 12 bit, PQ, .mkv", ".mkv", {**HEVC, "transfer": "pq", "depth": 12, "chroma": "4:4:4"},
         ("yuv444p12le(tv, bt2020nc/bt2020/smpte2084",)),
    Made("AV1, .mp4", ".mp4", AV1, ("av1 (Main) (av01", "yuv420p(tv, bt709")),
    Made("AV1, .webm", ".webm", AV1, ("av1 (Main)",)),
    Made("AV1, PQ with the light it says, .mkv", ".mkv", {**AV1, "transfer": "pq", "light": DISPLAY},
         ("yuv420p10le(tv, bt2020nc/bt2020/smpte2084",)),
    Made("VP9, .webm", ".webm", VP9, ("vp9 (Profile 0)", "yuv420p(tv, bt709")),
    Made("VP9, .mp4", ".mp4", VP9, ("vp9 (Profile 0) (vp09",)),
    Made("VP9 with alpha, .webm", ".webm", {**VP9, "alpha": True}, ("vp9",), decoder=VPX),
    Made("VP9, 4:4:4, .mkv", ".mkv", {**VP9, "chroma": "4:4:4"}, ("vp9 (Profile 1)", "yuv444p(tv, bt709")),
    Made("VP9, lossless, .webm", ".webm", {**VP9, "crf": 0}, ("vp9",), True),
    Made("ProRes 422 Proxy, .mov", ".mov", {**PRORES, "tuning": of("proxy")}, ("prores (Proxy) (apco", "yuv422p10le")),
    Made("ProRes 422 LT, .mov", ".mov", {**PRORES, "tuning": of("lt")}, ("prores (LT) (apcs",)),
    Made("ProRes 422, .mov", ".mov", {**PRORES, "tuning": of("standard")}, ("prores (Standard) (apcn",)),
    Made("ProRes 422 HQ, .mov", ".mov", PRORES, ("prores (HQ) (apch", "bt709")),
    Made("ProRes 422 HQ, PQ, .mov", ".mov", {**PRORES, "transfer": "pq"}, ("bt2020nc/bt2020/smpte2084",)),
    Made("ProRes 4444 with alpha, .mov", ".mov", {**PRORES, "alpha": True}, ("prores (4444) (ap4h", "yuva444p")),
    Made("ProRes 4444 XQ, .mov", ".mov", {**PRORES, "tuning": of("4444xq")}, ("prores (XQ) (ap4x", "yuv444p")),
    Made("ProRes 422 HQ, .mkv", ".mkv", PRORES, ("prores",)),
    Made("DNxHR LB, .mov", ".mov", {**DNXHR, "tuning": of("lb")}, ("dnxhd (DNXHR LB)", "yuv422p")),
    Made("DNxHR SQ, .mov", ".mov", {**DNXHR, "tuning": of("sq")}, ("dnxhd (DNXHR SQ)",)),
    Made("DNxHR HQ, .mov", ".mov", DNXHR, ("dnxhd (DNXHR HQ)", "yuv422p(tv, bt709")),
    Made("DNxHR HQX, 10 bit, .mov", ".mov", {**DNXHR, "depth": 10}, ("dnxhd (DNXHR HQX)", "yuv422p10le")),
    Made("DNxHR 444, 10 bit, .mov", ".mov", {**DNXHR, "chroma": "4:4:4"}, ("dnxhd (DNXHR 444)", "yuv444p10le")),
    Made("FFV1, .mkv", ".mkv", FFV1, ("ffv1", "yuv420p(tv, bt709"), True),
    Made("FFV1 with alpha, .mkv", ".mkv", {**FFV1, "alpha": True}, ("yuva420p",), True),
    Made("FFV1, RGB 16 bit with alpha, .mkv", ".mkv", {**FFV1, "pixel_format": "gbrap16"}, ("gbrap16le",), True),
    Made("FFV1, RGB 12 bit, PQ, .mkv", ".mkv", {**FFV1, "transfer": "pq", "depth": 12, "chroma": "rgb"},
         ("gbrp12le(pc, gbr/bt2020/smpte2084",), True),
    Made("FFV1, 4:2:2 16 bit, .mkv", ".mkv", {**FFV1, "depth": 16, "chroma": "4:2:2"}, ("yuv422p16le",), True),
)  # fmt: skip


def waves(spec: VideoSpec, first: int, stop: int) -> Iterator[Picture]:
    """Pictures whose planes differ, move, and have no harder edges than footage has."""
    storage = spec.storage
    highest = (1 << storage.depth) - 1
    for number in range(first, stop):
        planes = []
        for index in range(storage.plane_count):
            columns, rows = storage.plane_size(index, spec.width, spec.height)
            x, y = np.arange(columns) * spec.width / columns, np.arange(rows) * spec.height / rows
            place = np.add.outer(np.sin(y / 9 + index), np.sin(x / (11 + index) + number / 7))
            levels = (place * 0.2 + 0.5 + 0.02 * ((np.add.outer(y, x) // 24 + number // 5) % 2)) * highest
            planes.append(np.rint(levels).astype(np.uint8 if storage.depth == 8 else np.uint16))
        yield Picture(tuple(planes), storage, spec.width, spec.height)


@dataclass(frozen=True)
class Seen:
    """What ffmpeg's command made of a film: the line about its stream, each picture's instant, and the planes."""

    line: str
    times: tuple[float, ...]
    planes: bytes
    log: str


def seen(path: Path, spec: VideoSpec, raw: Path, *decoder: str) -> Seen:
    """A film by ffmpeg's own command, in the pixel format in which it was encoded."""
    ffmpeg = command("ffmpeg")
    if ffmpeg is None:
        pytest.skip("ffmpeg is not installed")
    full = spec.storage.full_range and spec.storage.model == "yuv"
    pixels = spec.pixel_format.replace("yuv", "yuvj") if full else spec.pixel_format
    arguments = (*decoder, "-i", str(path), "-map", "0:v", "-vf", "showinfo", "-fps_mode", "passthrough")
    done = subprocess.run(
        [ffmpeg, "-nostdin", "-y", "-hide_banner", *arguments, "-pix_fmt", pixels, "-f", "rawvideo", raw],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    line = next(line for line in done.stderr.splitlines() if "Video:" in line)
    times = tuple(float(time) for time in re.findall(r"pts_time:(\S+)", done.stderr))
    return Seen(line, times, raw.read_bytes(), done.stderr)


def samples(made: list[Picture]) -> Iterator[list[np.ndarray[Any, Any]]]:
    """The planes of pictures in the order in which FFmpeg writes them."""
    for picture in made:
        planes = visible(picture)
        if picture.storage.model == "rgb":
            planes[:3] = planes[1], planes[2], planes[0]
        yield planes


def errors(made: list[Picture], planes: bytes) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The mean square error of each plane of each picture, ``[picture, plane]``, of a full scale of 1."""
    data, at, storage = np.frombuffer(planes, np.uint8), 0, made[0].storage
    found = np.zeros((len(made), storage.plane_count))
    for number, picture in enumerate(samples(made)):
        for index, plane in enumerate(picture):
            size = plane.size * plane.itemsize
            read = data[at : at + size].view(plane.dtype).reshape(plane.shape)
            found[number, index] = np.square(read.astype(np.float64) - plane).mean()
            at += size
    assert at == len(data)
    return found / ((1 << storage.depth) - 1) ** 2


def likeness(made: list[Picture], planes: bytes) -> float:
    """The PSNR of the plane that is least like its own, over all pictures, dB; infinite where all are equal."""
    worst = float(errors(made, planes).mean(axis=0).max())
    return float(-10 * np.log10(worst)) if worst else float("inf")


def are_in_order(made: list[Picture], planes: bytes) -> bool:
    """Whether each picture is much more like the one that was encoded in its place than like its neighbours."""
    own = errors(made, planes)[:, 0]
    before, after = errors([made[0], *made[:-1]], planes)[:, 0], errors([*made[1:], made[-1]], planes)[:, 0]
    return bool((own[1:] < before[1:] / 2).all() and (own[:-1] < after[:-1] / 2).all() and own.max() < 10**-3.4)


def every() -> list[object]:
    how = "ffmpeg's command"
    return [
        pytest.param(made, id=made.label, marks=media("video", made.label, what, written=how))
        for made in FILMS
        for what in ["every code value, times and tags" if made.lossless else "pictures, times and tags"]
    ]


@pytest.mark.parametrize("made", every())
def test_ffmpegs_command_decodes_what_was_encoded(tmp_path: Path, made: Made) -> None:
    spec, path = made.spec, tmp_path / f"film{made.suffix}"
    segments = [encode_unit(spec, waves(spec, *unit), tmp_path / f"{unit[0]}") for unit in UNITS]
    write_film(segments, spec, path)
    found = seen(path, spec, tmp_path / "raw", *made.decoder)
    for word in made.says:
        assert word in found.line
    assert f"{spec.width}x{spec.height}" in found.line
    assert len(found.times) == FRAMES
    assert max(abs(time - number / FPS) for number, time in enumerate(found.times)) < 0.0011
    encoded = list(waves(spec, 0, FRAMES))
    like = likeness(encoded, found.planes)
    assert like == float("inf") if made.lossless else like > LIKE, like
    assert are_in_order(encoded, found.planes)
    if spec.light is not None:
        assert "r(0.6800,0.3200) g(0.2650,0.6900) b(0.1500 0.0600) wp(0.3127, 0.3290)" in found.log
        assert "max_luminance=1000.000000" in found.log
        assert "MaxCLL=1000, MaxFALL=400" in found.log


@pytest.mark.parametrize(
    ("profile", "size"),
    [
        pytest.param(profile, size, marks=media("video", f"DNxHD {profile.upper()}, 1080, .mov", "pictures and tags",
                                                written="ffmpeg's command"))
        for profile, size in (("lb", 188_416), ("sq", 606_208), ("hq", 917_504), ("hqx", 917_504))
    ],
)  # fmt: skip
def test_dnxhd_has_its_sizes_at_the_rates_of_television(tmp_path: Path, profile: str, size: int) -> None:
    options = {"codec": "dnxhd", "tuning": of(profile), "fps": Fraction(25)}
    spec = video_spec(".mov", size=(1920, 1080), **options)  # type: ignore[arg-type]
    path = tmp_path / "film.mov"
    segment = encode_unit(spec, waves(spec, 0, 1), tmp_path / "0")
    write_film([segment], spec, path)
    assert [entry.size for entry in segment.packets] == [size]  # DNxHD 120, for one, is 25 of these a second
    found = seen(path, spec, tmp_path / "raw")
    assert "dnxhd (DNXHD) (AVdn" in found.line
    assert spec.pixel_format in found.line
    assert likeness(list(waves(spec, 0, 1)), found.planes) > (35 if profile == "lb" else LIKE)
