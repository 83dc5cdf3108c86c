"""Files with several streams, covers, and what else stands beside the pictures."""

from __future__ import annotations

from pathlib import Path

import av
import pytest
from media.clips import digest, make_clip, make_sound, tone
from media.footage import run
from media_table import media

from reelwork.catalogue.facts import Reading
from reelwork.errors import MediaError
from reelwork.media.probe import probe
from reelwork.media.video.source import VideoSource
from reelwork.media.video.stamped import _group, _st12


def joined(path: Path, parts: list[Path]) -> Path:
    """The first streams of files, in one file."""
    with av.open(str(path), "w") as out:
        packets = []
        for part in parts:
            with av.open(str(part)) as container:
                stream = out.add_stream_from_template(container.streams[0])
                for packet in container.demux(container.streams[0]):
                    if packet.size:
                        packet.stream = stream
                        packets.append(packet)
        for packet in sorted(packets, key=lambda packet: packet.dts * packet.time_base):
            out.mux(packet)
    return path


@media("video", "H.264, .mp4", "several streams of pictures", read="the parts")
@media("video", "H.264, .mkv", "several streams of pictures", read="the parts")
@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
def test_a_director_picks_one_of_several_streams(tmp_path: Path, suffix: str) -> None:
    parts = [
        make_clip(tmp_path / "wide.mp4", options={"preset": "ultrafast"}, count=6, size=(64, 32)),
        make_clip(tmp_path / "high.mp4", options={"preset": "ultrafast"}, count=9, size=(32, 48)),
    ]
    path = joined(tmp_path / f"both.{suffix}", parts)
    for number, part in enumerate(parts, start=1):
        with VideoSource(path, reading=Reading(stream=number)) as picked, VideoSource(part) as alone:
            assert picked.frame_count == alone.frame_count
            assert [digest(picked.picture(n)) for n in (4, 1)] == [digest(alone.picture(n)) for n in (4, 1)]
    assert probe(path).streams == ("h264, 64×32", "h264, 32×48")
    with pytest.raises(MediaError, match=r"has no stream 3 of pictures: its 2 are 1 \(h264\), 2 \(h264\)"):
        probe(path, reading=Reading(stream=3))


@media("video", "H.264, .mp4", "a cover beside the film", read="the parts")
def test_a_cover_is_not_taken_for_the_film(tmp_path: Path) -> None:
    film = make_clip(tmp_path / "film.mp4", options={"preset": "ultrafast"}, count=6, size=(32, 18))
    cover = make_clip(tmp_path / "cover.avi", "mjpeg", "yuvj420p", count=1, size=(96, 96))
    path = tmp_path / "covered.mp4"
    with av.open(str(path), "w") as out, av.open(str(cover)) as art, av.open(str(film)) as pictures:
        attached = out.add_stream_from_template(art.streams[0])
        attached.disposition = av.stream.Disposition.attached_pic
        shown = out.add_stream_from_template(pictures.streams[0])
        for container, stream in ((art, attached), (pictures, shown)):
            for packet in container.demux(container.streams[0]):
                if packet.size:
                    packet.stream = stream
                    out.mux(packet)
    facts = probe(path)
    assert (facts.codec, facts.width, facts.height, facts.frame_count) == ("h264", 32, 18, 6)
    with VideoSource(path) as shown_film, VideoSource(film) as alone:
        assert [digest(shown_film.picture(n)) for n in (4, 1, 5)] == [digest(alone.picture(n)) for n in (4, 1, 5)]


@media("video", "Motion JPEG, .mp3", "a song's cover is no film", read="the parts")
def test_a_songs_cover_is_no_film(tmp_path: Path) -> None:
    import numpy as np

    song = make_sound(tmp_path / "song.mp3", np.stack([tone(0.3)] * 2), "libmp3lame")
    cover = make_clip(tmp_path / "cover.avi", "mjpeg", "yuvj420p", count=1, size=(96, 96))
    path = tmp_path / "covered.mp3"
    with av.open(str(path), "w") as out, av.open(str(cover)) as art, av.open(str(song)) as heard:
        sound = out.add_stream_from_template(heard.streams[0])
        attached = out.add_stream_from_template(art.streams[0])
        attached.disposition = av.stream.Disposition.attached_pic
        for container, stream in ((art, attached), (heard, sound)):
            for packet in container.demux(container.streams[0]):
                if packet.size:
                    packet.stream = stream
                    out.mux(packet)
    assert probe(path).kind == "audio"


TIMECODES = {
    "tmcd.mov": ("01:02:03:04", ("-c:v", "prores_ks", "-timecode", "01:02:03:04")),
    "drop.mov": ("00:59:58;28", ("-c:v", "mpeg4", "-timecode", "00:59:58;28")),
    "package.mxf": ("10:00:00:12", ("-c:v", "mpeg2video", "-timecode", "10:00:00:12")),
    "group.mpg": ("03:04:05:06", ("-c:v", "mpeg2video", "-timecode", "03:04:05:06")),
    "none.mkv": ("", ("-c:v", "ffv1")),
}


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=media("video", label, "timecode", read="what was written"))
        for name, label in {
            "tmcd.mov": "ProRes 422 HQ, .mov",
            "drop.mov": "MPEG-4 part 2, .mov",
            "package.mxf": "MPEG-2 4:2:2 (XDCAM), .mxf",
            "group.mpg": "MPEG-2, program stream",
            "none.mkv": "FFV1, .mkv",
        }.items()
    ],
)
def test_timecode_is_kept(tmp_path: Path, name: str) -> None:
    timecode, arguments = TIMECODES[name]
    path = tmp_path / name
    rate = "30000/1001" if ";" in timecode else "25"
    run("ffmpeg", "-f", "lavfi", "-i", f"testsrc2=size=96x64:rate={rate}", "-frames:v", "4", *arguments, str(path))
    assert probe(path).timecode == timecode


def test_timecode_in_a_picture_is_unpacked() -> None:
    # FFmpeg's av_timecode_get_smpte(30000/1001, drop=1, 12, 34, 56, 28)
    assert _st12(0x28563412 | 1 << 30) == "12:34:56;28"
    assert _group(1 << 24 | 12 << 19 | 34 << 13 | 56 << 6 | 7) == "12:34:56;07"
