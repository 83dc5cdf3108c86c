from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from media.clips import HEIGHT, OPEN_GROUPS, WIDTH, digest, frames, make_clip, visible
from media.footage import run

from reelwork.errors import MediaError
from reelwork.media.probe import probe
from reelwork.media.video.source import VideoSource


def test_pictures_are_those_that_the_encoder_got(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "a.mkv", "ffv1", "yuv420p", count=5)
    expected = [frame.to_ndarray() for frame in frames(5, "yuv420p")]
    with VideoSource(path) as source:
        assert source.frame_count == 5
        for number in (3, 0, 4, 1, 2):
            planes = [plane.ravel() for plane in visible(source.picture(number))]
            assert np.array_equal(np.concatenate(planes), expected[number].ravel())


def test_planes_are_the_pictures_size_and_read_only(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "odd.mkv", "ffv1", "yuv420p", count=2, size=(50, 38))
    with VideoSource(path) as source:
        picture = source.picture(1)
        assert (picture.width, picture.height) == (50, 38)
        assert [plane.shape for plane in visible(picture)] == [(38, 50), (19, 25), (19, 25)]
        assert not any(plane.flags.writeable for plane in picture.planes)
        assert all(plane.flags.c_contiguous for plane in picture.planes)


def test_alpha_survives_vp9(tmp_path: Path) -> None:
    options = {"auto-alt-ref": "0", "lossless": "1"}
    path = make_clip(tmp_path / "a.webm", "libvpx-vp9", "yuva420p", options, count=3)
    written = [np.frombuffer(frame.planes[3], np.uint8).reshape(HEIGHT, -1) for frame in frames(3, "yuva420p")]
    with VideoSource(path) as source:
        assert source.facts.has_alpha
        assert source.storage.alpha == "straight"
        for number in (2, 0, 1):
            alpha = source.picture(number).planes[3][:HEIGHT, :WIDTH]
            assert np.array_equal(alpha, written[number][:, :WIDTH])
            assert alpha.std() > 10


def test_rgb_planes_come_as_red_green_blue(tmp_path: Path) -> None:
    path = tmp_path / "red.mkv"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("ffv1", rate=24)
        stream.width, stream.height, stream.pix_fmt = 16, 16, "bgr0"
        pixels = np.zeros((16, 16, 3), np.uint8)
        pixels[:] = (200, 100, 50)
        out.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, "rgb24").reformat(format="bgr0")))
        out.mux(stream.encode(None))
    with VideoSource(path) as source:
        assert source.storage.model == "rgb"
        assert [int(plane[0, 0]) for plane in source.picture(0).planes[:3]] == [200, 100, 50]


def test_variable_rate_is_by_presentation_interval(tmp_path: Path) -> None:
    times = [0, 40, 80, 500, 540, 1500]
    path = make_clip(tmp_path / "vfr.mkv", options={"x264-params": "threads=1:bframes=0"}, count=6, milliseconds=times)
    with VideoSource(path) as source:
        assert source.facts.variable_rate
        shown = [source.frame_number(Fraction(ms, 1000)) for ms in (0, 39, 40, 499, 500, 1499, 1500, 9000)]
        assert shown == [0, 0, 1, 2, 3, 4, 5, 5]
        assert source.frame_number(Fraction(-1)) == 0


@pytest.mark.parametrize(
    "fps", [Fraction(24), Fraction(24000, 1001), Fraction(25), Fraction(30000, 1001), Fraction(60)]
)
@pytest.mark.parametrize("suffix", ["mkv", "mp4", "ts"])
def test_constant_rate_is_exact_however_coarse_the_clock(tmp_path: Path, fps: Fraction, suffix: str) -> None:
    path = make_clip(tmp_path / f"c.{suffix}", options={"x264-params": OPEN_GROUPS}, count=50, fps=fps)
    with VideoSource(path) as source:
        assert source.facts.frame_rate == fps
        assert not source.facts.variable_rate
        assert source.duration == 50 / fps
        assert [source.frame_number(number / fps) for number in range(50)] == list(range(50))
        assert [source.frame_number((number + Fraction(999, 1000)) / fps) for number in range(50)] == list(range(50))


def test_times_count_from_the_first_picture(tmp_path: Path) -> None:
    times = [1000 + 40 * number for number in range(10)]
    path = make_clip(tmp_path / "late.mkv", options={"x264-params": "threads=1"}, count=10, milliseconds=times)
    with VideoSource(path) as source:
        assert source.frame_number(Fraction(0)) == 0
        assert source.frame_number(Fraction(80, 1000)) == 2


def test_a_recording_that_begins_in_the_middle_begins_at_its_first_key(tmp_path: Path) -> None:
    whole = make_clip(tmp_path / "whole.ts", options={"x264-params": OPEN_GROUPS}, count=40)
    part = tmp_path / "part.ts"
    with av.open(str(whole)) as source, av.open(str(part), "w") as out:
        stream = out.add_stream_from_template(source.streams.video[0])
        for number, packet in enumerate(packet for packet in source.demux(video=0) if packet.size):
            if number >= 12:  # an open group: the pictures after this key refer to what was cut off
                packet.stream = stream
                out.mux(packet)
    with VideoSource(part) as cut, VideoSource(whole) as full:
        first = 40 - cut.frame_count
        assert cut.frame_count < 29
        assert digest(cut.picture(0)) == digest(full.picture(first))
        assert digest(cut.picture(cut.frame_count - 1)) == digest(full.picture(39))


def test_pictures_that_an_edit_list_hides_are_not_counted(tmp_path: Path) -> None:
    # FFmpeg writes an edit list that begins later when times begin below zero.
    path = tmp_path / "edited.mp4"
    whole = make_clip(tmp_path / "whole.mp4", options={"x264-params": "threads=1:keyint=20:bframes=0"}, count=20)
    with (
        av.open(str(whole)) as source,
        av.open(str(path), "w", container_options={"avoid_negative_ts": "disabled"}) as out,
    ):
        stream = out.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.size:
                packet.pts -= 5 * 512
                packet.dts -= 5 * 512
                packet.stream = stream
                out.mux(packet)
    with VideoSource(path) as edited, VideoSource(whole) as full:
        assert edited.frame_count == 15
        assert [digest(edited.picture(number)) for number in (3, 0, 14)] == [
            digest(full.picture(number)) for number in (8, 5, 19)
        ]


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "avi"])
def test_a_truncated_file_is_an_error_that_names_it(tmp_path: Path, suffix: str) -> None:
    whole = make_clip(
        tmp_path / f"w.{suffix}", "mpeg4", count=48, container={"movflags": "faststart"} if suffix == "mp4" else {}
    )
    path = tmp_path / f"torn.{suffix}"
    path.write_bytes(whole.read_bytes()[: whole.stat().st_size * 2 // 3])
    with pytest.raises(MediaError, match=r"torn\.\w+: is cut short.*`ffmpeg -i FILE -map 0 -c copy NEW`"):
        probe(path)
    rest = tmp_path / f"rest.{suffix}"
    run("ffmpeg", "-i", str(path), "-map", "0", "-c", "copy", str(rest))
    assert 0 < probe(rest).frame_count < 48


def test_a_recording_without_its_index_is_said_to_lack_it(tmp_path: Path) -> None:
    whole = make_clip(tmp_path / "w.mov", "mpeg4", count=16)
    data = whole.read_bytes()
    path = tmp_path / "cut.mov"
    path.write_bytes(data[: data.index(b"moov") - 100])
    with pytest.raises(MediaError, match=r"cut\.mov: its index \(moov\) is missing: .*copy it again, or rebuild"):
        probe(path)
    path.write_bytes(data[:4] + b"?" + data[5:-2000])
    with pytest.raises(MediaError, match="of no kind"):
        probe(path)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("empty.mp4", b"", "the file is empty"),
        ("text.mp4", b"hello world\n" * 200, "no kind of picture or sound"),
        ("zeros.mkv", bytes(20_000), "no kind of picture or sound"),
        ("head.webm", b"\x1a\x45\xdf\xa3" + bytes(2000), "head.webm"),
        ("page.ogg", b"OggS" + bytes(2000), r"page\.ogg: is damaged, or of no kind of picture or sound"),
        ("list.mp4", b"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nhttp://127.0.0.1:9/a.ts\n", "no kind of picture"),
        ("cat.mp4", b"ffconcat version 1.0\nfile /etc/passwd\n", "no kind of picture"),
    ],
)
def test_what_is_no_media_is_an_error_that_names_it(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(MediaError, match=message) as caught:
        probe(path)
    assert str(path) in str(caught.value)


def test_missing_files_and_folders_are_errors(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="cannot be read"):
        probe(tmp_path / "nothing.mp4")
    with pytest.raises(MediaError, match="is not a file"):
        probe(tmp_path)


def test_sound_named_as_a_film_has_no_pictures(tmp_path: Path) -> None:
    from media.clips import make_sound, tone

    make_sound(tmp_path / "a.mp3", np.stack([tone(0.2)] * 2), "libmp3lame").rename(tmp_path / "film.mp4")
    assert probe(tmp_path / "film.mp4").kind == "audio"
    with pytest.raises(MediaError, match="holds no moving pictures"):
        VideoSource(tmp_path / "film.mp4")


@pytest.mark.parametrize(
    ("encoder", "pixel_format", "options"),
    [("prores_ks", "yuv422p10le", {}), ("libx264", "yuv420p", {"crf": "8", "x264-params": "keyint=1:threads=1"})],
)
def test_a_damaged_picture_is_an_error_and_others_are_not(
    tmp_path: Path, encoder: str, pixel_format: str, options: dict[str, str]
) -> None:
    path = make_clip(tmp_path / "d.mkv", encoder, pixel_format, options, count=10, size=(320, 240))
    with av.open(str(path)) as container:
        places = [(packet.pos, packet.size) for packet in container.demux(video=0) if packet.size]
    data = bytearray(path.read_bytes())
    start = places[5][0] + places[5][1] // 2
    for at in range(start, start + 20):
        data[at] ^= 0x5A
    path.write_bytes(data)
    with VideoSource(path) as source:
        source.picture(2)
        with pytest.raises(MediaError, match=r"d\.mkv"):
            source.picture(5)
        source.picture(8)


def test_untagged_pictures_are_taken_by_their_height(tmp_path: Path) -> None:
    low = make_clip(tmp_path / "low.mkv", "ffv1", count=1, size=(64, 718))
    high = make_clip(tmp_path / "high.mkv", "ffv1", count=1, size=(64, 720))
    with VideoSource(low) as source:
        assert (source.storage.matrix, source.storage.full_range, source.storage.primaries) == ("bt601", False, "bt709")
    with VideoSource(high) as source:
        assert source.storage.matrix == "bt709"


def test_tags_are_read(tmp_path: Path) -> None:
    tags = {"colorspace": 9, "color_range": 2, "color_trc": 16, "color_primaries": 9}
    path = make_clip(tmp_path / "hdr.mkv", "libx264", "yuv420p10le", {"x264-params": "chromaloc=2"}, count=3, tags=tags)
    with VideoSource(path) as source:
        storage = source.storage
        assert (storage.matrix, storage.full_range, storage.transfer, storage.primaries, storage.siting) == (
            "bt2020", True, "pq", "bt2020", "topleft",
        )  # fmt: skip
        assert storage.depth == 10


def test_a_colour_that_cannot_be_converted_is_an_error(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "odd.mkv", "ffv1", count=1, tags={"colorspace": 8})
    with pytest.raises(MediaError, match=r"odd\.mkv: its colour matrix is 'ycgco'"):
        VideoSource(path)
