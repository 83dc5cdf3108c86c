"""What containers say of a film's light, as ffprobe reads it from their headers."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import av
import colour
import imagecodecs
import numpy as np
import pytest
from media.footage import run
from media.test_written_films import DISPLAY, waves
from media_table import media

from reelwork.caption import Caption
from reelwork.image.frame import Frame
from reelwork.image.storage import Transfer
from reelwork.image.window import Window
from reelwork.media.convert import frame_to_pixels, picture_to_frame
from reelwork.media.picture import Picture
from reelwork.media.stills.reading import load_still
from reelwork.media.writing import brightness as measuring
from reelwork.media.writing.encode import encode_unit
from reelwork.media.writing.mux import Chapter, write_film
from reelwork.media.writing.segment import open_segment
from reelwork.media.writing.spec import Light, video_spec
from reelwork.media.writing.stills import write_still

KINDS = (
    (".mp4", "h264"),
    (".mp4", "hevc"),
    (".mp4", "av1"),
    (".mov", "h264"),
    (".mov", "prores"),
    (".mov", "dnxhr"),
    (".mkv", "h264"),
    (".mkv", "hevc"),
    (".mkv", "av1"),
    (".mkv", "prores"),
    (".mkv", "ffv1"),
    (".webm", "av1"),
)
SAID = {"h264": "H.264", "hevc": "HEVC", "av1": "AV1", "prores": "ProRes", "dnxhr": "DNxHR", "ffv1": "FFV1"}


def film(to: Path, codec: str, light: Light, transfer: str = "pq") -> Path:
    size = (256, 120) if codec == "dnxhr" else (64, 36)
    spec = video_spec(to.suffix, codec=codec, size=size, fps=Fraction(8), transfer=transfer, light=light,
                      preset="ultrafast")  # fmt: skip
    segment = encode_unit(spec, waves(spec, 0, 3), to.with_suffix(".segment"))
    captions, chapters = (Caption(Fraction(0), Fraction(1, 4), "a"),), (Chapter(Fraction(0), Fraction(1, 4), "b"),)
    write_film([segment], spec, to, captions=captions, chapters=chapters, metadata={"title": "c"})
    return to


@pytest.mark.parametrize(
    ("suffix", "codec"),
    [
        pytest.param(*kind, marks=media("video", f"{SAID[kind[1]]}, PQ, {kind[0]}", "what the container says of light",
                                        written="ffprobe"))
        for kind in KINDS
    ],
)  # fmt: skip
def test_containers_say_how_bright_a_film_is(tmp_path: Path, suffix: str, codec: str) -> None:
    path = film(tmp_path / f"film{suffix}", codec, DISPLAY)
    told = json.loads(run("ffprobe", "-show_streams", "-of", "json", str(path)))["streams"]
    (pictures,) = [stream for stream in told if stream["codec_type"] == "video"]
    side = {each["side_data_type"]: each for each in pictures["side_data_list"]}
    display = side["Mastering display metadata"]
    found = {name: float(Fraction(value)) for name, value in display.items() if name != "side_data_type"}
    expected = {"red_x": 0.68, "red_y": 0.32, "green_x": 0.265, "green_y": 0.69, "blue_x": 0.15, "blue_y": 0.06,
                "white_point_x": 0.3127, "white_point_y": 0.329, "max_luminance": 1000.0,
                "min_luminance": 0.0001}  # fmt: skip
    assert found == pytest.approx(expected, abs=1e-5)
    content = side["Content light level metadata"]
    assert (content["max_content"], content["max_average"]) == (1000, 400)
    tags = pictures["tags"]
    assert "x" * 10 not in json.dumps(told)
    assert tags.get("handler_name", "VideoHandler") == "VideoHandler"
    with av.open(str(path)) as container:  # the newest reader that there is
        assert len(list(container.decode(video=0))) == 3


@pytest.mark.parametrize("suffix", [".mov", ".mkv"])
@pytest.mark.parametrize("light", [Light(content=(1234, 56)), Light("bt2020", 4000.0, 0.005)])
def test_one_may_be_said_without_the_other(tmp_path: Path, suffix: str, light: Light) -> None:
    path = film(tmp_path / f"film{suffix}", "prores", light, "hlg")
    said = run("ffprobe", "-select_streams", "v", "-show_entries", "stream_side_data_list", "-of", "json", str(path))
    kinds = {each["side_data_type"] for each in json.loads(said)["streams"][0]["side_data_list"]}
    assert kinds == {"Content light level metadata" if light.content else "Mastering display metadata"}


def nits(code: float) -> float:
    """SMPTE ST 2084's EOTF."""
    root = code ** (1 / 78.84375)
    return float(10_000 * (max(root - 0.8359375, 0.0) / (18.8515625 - 18.6875 * root)) ** (1 / 0.1593017578125))


@pytest.mark.parametrize(("codec", "chroma"), [("hevc", "4:2:0"), ("ffv1", "rgb")])
def test_how_bright_a_film_is_is_measured_where_nobody_says_it(tmp_path: Path, codec: str, chroma: str) -> None:
    spec = video_spec(".mkv", codec=codec, size=(64, 36), fps=Fraction(8), transfer="pq", chroma=chroma, depth=12,
                      preset="ultrafast", light=Light("bt2020", 4000.0, 0.005))  # fmt: skip
    dark, grey, bright = (0x800, 0x100, 0xC00) if chroma == "rgb" else (0x600, 0x100, 0xE00)

    def flat(code: int, spot: int) -> Picture:
        planes = []
        for index in range(3):
            columns, rows = spec.storage.plane_size(index, 64, 36)
            plane = np.full((rows, columns), 0x800 if chroma != "rgb" and index else code, np.uint16)
            if index == 0:
                plane[:6, :6] = spot
            planes.append(plane)
        return Picture(tuple(planes), spec.storage, 64, 36)

    units = ([flat(grey, grey), flat(dark, dark)], [flat(grey, bright)])
    segments = [encode_unit(spec, pictures, tmp_path / f"{n}") for n, pictures in enumerate(units)]
    code = (lambda v: (v - 256) / (3760 - 256)) if chroma != "rgb" else (lambda v: v / 4095)
    most = max(nits(code(bright)), nits(code(dark)))
    spotted = (36 * nits(code(bright)) + (64 * 36 - 36) * nits(code(grey))) / (64 * 36)
    average = max(nits(code(dark)), spotted)
    for order in (segments, segments[::-1]):
        path = tmp_path / "film.mkv"
        write_film([open_segment(segment.path) for segment in order], spec, path)
        side = json.loads(run("ffprobe", "-show_entries", "stream_side_data_list", "-of", "json", str(path)))
        told = {each["side_data_type"]: each for each in side["streams"][0]["side_data_list"]}
        content = told["Content light level metadata"]
        assert content["max_content"] == pytest.approx(most, rel=0.002, abs=1)
        assert content["max_average"] == pytest.approx(average, rel=0.002, abs=1)
        assert "Mastering display metadata" in told


def test_pictures_are_measured_in_strips_as_they_are_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = video_spec(".mkv", codec="hevc", size=(64, 36), fps=Fraction(8), transfer="pq")
    picture = next(iter(waves(spec, 3, 4)))
    whole = measuring.brightness(picture)
    monkeypatch.setattr(measuring, "_STRIP", 64 * 10)
    assert measuring.brightness(picture) == whole
    assert whole.most > whole.average > 0


@pytest.mark.parametrize(
    ("suffix", "hdr"),
    [
        pytest.param(suffix, hdr, marks=media("stills", f"{name}, {hdr.upper()}", "light and colour tags",
                                              written=f"{by}, colour-science"))
        for suffix, name, by in ((".png", "PNG, 16 bit", "libpng by imagecodecs"),
                                 (".avif", "AVIF, 10 bit", "libavif by imagecodecs, ffprobe"))
        for hdr in ("pq", "hlg")
    ],
)  # fmt: skip
def test_stills_for_hdr_displays_keep_their_light(tmp_path: Path, suffix: str, hdr: Transfer) -> None:
    steps = np.linspace(0, 1, 64, dtype=np.float32) ** 3
    light = np.stack(np.broadcast_arrays(steps, steps[::-1, np.newaxis] * 0.5, np.float32(0.25))) * np.float32(4.5)
    frame = Frame.empty(Window(0, 0, 64, 64))
    frame.data[:3], frame.data[3] = light, 1.0
    path = tmp_path / f"still{suffix}"
    write_still(frame, path, hdr=hdr, quality=100)
    write_still(frame, tmp_path / f"again{suffix}", hdr=hdr, quality=100)
    assert path.read_bytes() == (tmp_path / f"again{suffix}").read_bytes()
    within = {"rtol": 0.05, "atol": 0.03} if suffix == ".avif" else {"rtol": 2e-3, "atol": 5e-4}
    np.testing.assert_allclose(picture_to_frame(load_still(path)).data[:3], light, **within)

    codes = (imagecodecs.png_decode if suffix == ".png" else imagecodecs.avif_decode)(path.read_bytes())
    value = codes / (65535 if suffix == ".png" else 1023)
    to_2020 = colour.matrix_RGB_to_RGB(
        colour.RGB_COLOURSPACES["ITU-R BT.709"], colour.RGB_COLOURSPACES["ITU-R BT.2020"], None
    )
    wanted = np.einsum("ij,jyx->yxi", to_2020, light.astype(np.float64)) * 203
    if hdr == "pq":
        found = colour.models.eotf_ST2084(value)
    else:
        found = colour.models.eotf_BT2100_HLG(value, L_B=0, L_W=1000)
        wanted = np.minimum(wanted, 1000)
    inside = (wanted > 0).all(-1) & (wanted.max(-1) < 900)
    np.testing.assert_allclose(found[inside], wanted[inside], rtol=0.06 if suffix == ".avif" else 4e-3, atol=2.0)

    if suffix == ".avif":
        shown = run("ffprobe", "-show_entries", "stream=pix_fmt,color_range,color_space,color_transfer,color_primaries",
                    "-of", "csv=p=0", str(path))  # fmt: skip
        curve = "smpte2084" if hdr == "pq" else "arib-std-b67"
        assert shown.strip().split(",")[:5] == ["yuv444p10le", "pc", "bt2020nc", curve, "bt2020"]
    else:
        data = path.read_bytes()
        place = data.index(b"cICP") + 4
        assert tuple(data[place : place + 4]) == (9, 16 if hdr == "pq" else 18, 0, 1)
        if hdr == "pq":
            most, average = np.frombuffer(data, ">u4", 2, data.index(b"cLLI") + 4) / 10_000
            brightest = colour.models.eotf_ST2084(value).max(-1)
            assert most == pytest.approx(brightest.max(), rel=1e-3)
            assert average == pytest.approx(brightest.mean(), rel=1e-3)


@media("stills", "AVIF", "pixels, transparency", written="libavif by imagecodecs")
def test_avif_is_written_as_other_stills_are(tmp_path: Path) -> None:
    frame = Frame.empty(Window(0, 0, 33, 17))
    x, y = np.meshgrid(np.linspace(0, 1, 33, dtype=np.float32), np.linspace(0.5, 1, 17, dtype=np.float32))
    frame.data[0], frame.data[1], frame.data[2], frame.data[3] = x * y, (1 - x) * y, 0.25 * y, y
    for depth, kind in ((8, np.uint8), (10, np.uint16)):
        path = tmp_path / f"{depth}.avif"
        write_still(frame, path, alpha=True, depth=depth, quality=95)
        pixels = imagecodecs.avif_decode(path.read_bytes())
        assert (pixels.shape, pixels.dtype) == ((17, 33, 4), kind)
        wanted = frame_to_pixels(frame, alpha=True, depth=16) / 65535
        assert np.abs(pixels / (2**depth - 1) - wanted).max() < 0.04
