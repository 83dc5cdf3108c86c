"""Files as devices and recorders make them: what encoders of tests do not write is patched by hand."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.stream import Disposition
from click.testing import CliRunner
from media.clips import digest, make_clip
from media.test_sound_times import CLICK, film, heard
from media_table import media

from reelwork.cli import app
from reelwork.errors import MediaError
from reelwork.media.probe import probe
from reelwork.media.sound.source import RATE
from reelwork.media.video.source import VideoSource


def pulled_down(path: Path, stored: Path) -> list[int]:
    """Film in MPEG-2 whose flags repeat a field of every other picture, at the times in fields that come out."""
    begun = []
    with av.open(str(stored)) as container, av.open(str(path), "w") as out:
        stream = out.add_stream_from_template(container.streams.video[0])
        packets = [packet for packet in container.demux(video=0) if packet.size]
        shown = sorted(packet.pts for packet in packets)
        for place, packet in enumerate(packets):
            number, data = shown.index(packet.pts), bytearray(bytes(packet))
            for at in found(data, b"\0\0\1\xb5"):
                if data[at + 4] >> 4 == 8:  # the picture's: the first field, whether it comes again, one instant
                    data[at + 7] = data[at + 7] & 0x7D | (number % 4 in (0, 3)) << 7 | (number % 2 == 0) << 1
                    data[at + 8] |= 0x80
                else:  # the sequence's: not all of it is progressive
                    data[at + 5] &= 0xF7
            for at in found(data, b"\0\0\1\xb3"):
                data[at + 7] = data[at + 7] & 0xF0 | 4  # 30000/1001
            changed = av.Packet(bytes(data))
            changed.stream, changed.time_base, changed.is_keyframe = stream, Fraction(1, 90_000), packet.is_keyframe
            changed.pts, changed.dts = (90_000 + fields(n) * 90_000 * 1001 // 60_000 for n in (number + 4, place))
            out.mux(changed)
            begun.append(fields(number))
    return sorted(begun)


def fields(number: int) -> int:
    return 5 * (number // 2) + 3 * (number % 2)


def found(data: bytearray, code: bytes) -> list[int]:
    """Where a start code stands."""
    places, at = [], data.find(code)
    while at >= 0:
        places.append(at)
        at = data.find(code, at + 1)
    return places


@pytest.mark.parametrize(
    "suffix",
    [
        pytest.param(suffix, marks=media("video", label, "soft telecine (3:2 by flags)", read="what was written"))
        for suffix, label in {
            "mpg": "MPEG-2, program stream", "vob": "MPEG-2, .vob", "ts": "MPEG-2, MPEG-TS", "mkv": "MPEG-2, .mkv",
        }.items()
    ],
)  # fmt: skip
def test_film_that_flags_pull_down_keeps_its_times(tmp_path: Path, suffix: str) -> None:
    options = {"g": "12", "bf": "2"}
    film = make_clip(tmp_path / "film.mkv", "mpeg2video", options=options, count=36, fps=Fraction(24000, 1001))
    path = tmp_path / f"soft.{suffix}"
    begun = pulled_down(path, film)
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        begin = (stream.start_time or 0) * (stream.time_base or 0)
    with VideoSource(path) as source, VideoSource(film) as original:
        assert source.facts.fields == ""
        assert abs(source.index.begin - begin) <= Fraction(1, 1000)  # else its sound would not be in step
        assert abs(source.duration - fields(36) * Fraction(1001, 60_000)) < Fraction(1, 100)
        for number, time in enumerate(begun):
            instant = (time + Fraction(1, 8)) * Fraction(1001, 60_000)
            assert source.frame_number(instant) == number
        for number in (35, 3, 20, 0):
            assert digest(source.picture(number)) == digest(original.picture(number))


@media("video", "MPEG-TS of joined recordings", "pictures stay with their sound", read="what was written")
@media("sound", "MPEG-TS of joined recordings", "sound stays with its pictures", read="what was written")
@pytest.mark.parametrize("first", [Fraction(90_000), Fraction(2)])
def test_recordings_that_were_joined_follow_each_other_in_sync(tmp_path: Path, first: Fraction) -> None:
    """A clock that jumps by hours, or back, is that of another recording, for pictures as for sound."""
    late = Fraction(3, 10), Fraction(1, 10)
    begins = first, 90_002 - first
    parts = [
        film(tmp_path / f"{number}.ts", "mp2", late=late[number], first=begins[number], video="mpeg2video")
        for number in range(2)
    ]
    path = tmp_path / "joined.ts"
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    with VideoSource(path) as source:
        assert source.frame_count == 50
        begun = [(stamp - source.index.shown[0]) * source.index.time_base for stamp in source.index.shown]
        with VideoSource(parts[1]) as second:
            assert [digest(source.picture(n)) for n in (44, 30)] == [digest(second.picture(n)) for n in (19, 5)]
    assert source.duration < 3
    sound = heard(path)[0]
    half = round(begun[25] * RATE)
    for part, moved, sounding in ((sound[:half], late[0], 0), (sound[half:], late[1], 25)):
        at = int(np.abs(part).argmax()) + (half if sounding else 0)
        assert abs(at - round((begun[sounding] + moved) * RATE) - CLICK) <= 2


def with_tag(path: Path, tag: bytes, other: bytes) -> Path:
    """A file whose codec is called by another name."""
    data = path.read_bytes()
    assert tag in data
    path.write_bytes(data.replace(tag, other))
    return path


@media("video", "camera raw or encrypted, .mov", "refused with a reason", read="what was written")
@pytest.mark.parametrize("tag", [b"brvn", b"encv"])
def test_pictures_that_cannot_be_decoded_are_not_taken_for_mere_sound(tmp_path: Path, tag: bytes) -> None:
    path = with_tag(film(tmp_path / "a.mov", "aac", late=Fraction(0), video="libx264"), b"avc1", tag)
    with pytest.raises(MediaError, match=r"a\.mov: its pictures are encrypted, or of a codec that cannot be decoded"):
        probe(path)


@media("sound", "AAC beside spatial sound, .mov", "what can be decoded is heard", read="what was written")
def test_sound_that_can_be_decoded_is_heard_beside_sound_that_cannot(tmp_path: Path) -> None:
    path = tmp_path / "a.mov"
    with av.open(str(path), "w") as out:
        streams = [out.add_stream(name, rate=RATE, layout=layout) for name, layout in (("aac", "mono"), ("ac3", "5.1"))]
        streams[1].disposition = Disposition.default  # so that players choose it
        for stream in streams:
            silence = np.zeros((stream.layout.nb_channels, 1024), np.float32)
            for start in range(0, RATE // 4, 1024):
                frame = av.AudioFrame.from_ndarray(silence, "fltp", stream.layout.name)
                frame.rate, frame.pts, frame.time_base = RATE, start, Fraction(1, RATE)
                out.mux(stream.encode(frame))
            out.mux(stream.encode(None))
    audio = probe(with_tag(path, b"ac-3", b"apac")).audio
    assert audio is not None
    assert (audio.codec, audio.layout) == ("aac", "mono")


@media("sound", "sound that cannot be decoded, .mov", "told beside its pictures", read="what was written")
def test_sound_that_cannot_be_decoded_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = with_tag(film(tmp_path / "a.mov", "alac", late=Fraction(0), video="libx264"), b"alac", b"qzzz")
    assert probe(path).audio is None
    assert "cannot be decoded: it is silent" in CliRunner().invoke(app.cli, ["probe", "a.mov"]).output
    scene = "reelwork: 1\ncanvas: {size: [64, 48], fps: 25}\ncompositions: {main: {layers: [{file: a.mov%s}]}}\n"
    for muted, told in (("", True), (", sound: {mute: true}", False)):
        Path("scene.yaml").write_text(scene % muted)
        said = CliRunner().invoke(app.cli, ["check", "scene.yaml"])
        assert ("its sound is of a codec that cannot be decoded, and is not heard" in said.output) is told, said.output
        assert said.exit_code == 0


def packed(path: Path, stored: Path) -> Path:
    """MPEG-4 with a picture between references, as DivX packs it: with the reference after it in one packet, and a
    picture that is not coded in the next."""
    with av.open(str(stored)) as container, av.open(str(path), "w") as out:
        stream = out.add_stream_from_template(container.streams.video[0])
        data = [bytes(packet) for packet in container.demux(video=0) if packet.size]
        data[0] = b"\0\0\1\xb2DivX503b1393p" + data[0]
        kinds = [part[part.find(b"\0\0\1\xb6") + 4] >> 6 for part in data]
        assert kinds.count(2) > 6
        for place, kind in enumerate(kinds):
            if kind == 2:
                data[place - 1] += data[place]
                data[place] = b"\0\0\1\xb6\x50\0\x7f"
        for place, part in enumerate(data):
            packet = av.Packet(part)
            packet.stream, packet.time_base, packet.is_keyframe = stream, Fraction(1, 24), kinds[place] == 0
            packet.pts = packet.dts = place
            out.mux(packet)
    return path


@media("video", "MPEG-4 part 2 with packed B-frames (DivX), .avi", "pictures in any order", read="the parts")
def test_packed_pictures_are_the_same_in_whatever_order(tmp_path: Path) -> None:
    whole = make_clip(tmp_path / "whole.avi", "mpeg4", options={"bf": "1", "g": "8"}, count=24)
    path = packed(tmp_path / "packed.avi", whole)
    with VideoSource(whole) as source, VideoSource(path) as both:
        assert (both.frame_count, both.facts.frame_rate) == (24, 24)
        expected = [digest(source.picture(number)) for number in range(24)]
        for number in (18, 23, 9, 1, 17, 8, 0, 12):
            assert digest(both.picture(number)) == expected[number]


@pytest.mark.parametrize("twice", [1, 5])
def test_what_comes_twice_where_parts_of_a_recording_were_joined_is_shown_once(tmp_path: Path, twice: int) -> None:
    begins = Fraction(2), 3 - Fraction(twice, 25)
    parts = [
        film(tmp_path / f"{number}.ts", "mp2", late=Fraction(0), first=begins[number], video="mpeg2video")
        for number in range(2)
    ]
    path = tmp_path / "joined.ts"
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    with VideoSource(path) as source, VideoSource(parts[1]) as second:
        assert (source.frame_count, source.facts.frame_rate) == (50 - twice, 25)
        for number in (24, 10, 17, twice):
            assert digest(source.picture(25 - twice + number)) == digest(second.picture(number))
    sound = np.abs(heard(path)[0])
    for click in (CLICK, RATE - twice * RATE // 25 + CLICK):
        assert abs(click - 500 + int(sound[click - 500 : click + 500].argmax()) - click) <= 2
