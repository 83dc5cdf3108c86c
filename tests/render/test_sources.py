"""Pictures of media: what is held, what is put aside, and that the owner says how much."""

from __future__ import annotations

import weakref
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from whole.making import write_video

from reelwork.errors import OutputError
from reelwork.graph.model import Media
from reelwork.image import Window
from reelwork.image.frame import Frame
from reelwork.image.packed import PackedFrame
from reelwork.media.probe import probe
from reelwork.media.video import plugins as plugin_footage
from reelwork.media.video.source import VideoSource
from reelwork.render import sources
from reelwork.render.sources import HELD_BYTES, HELD_VARIABLE, Sources
from reelwork.values import Affine


def stills(folder: Path, count: int) -> list[Media]:
    found = []
    for number in range(count):
        path = folder / f"{number}.png"
        pixels = np.random.default_rng(number).integers(0, 255, (40, 60, 4), np.uint8)
        Image.fromarray(pixels).save(path)
        found.append(Media(path=str(path), facts=probe(path)))
    return found


def painted(source: Sources, media: Media) -> bytes:
    out = Frame.empty(Window(0, 0, 50, 50))
    source.painter(media, Fraction(0), Affine.translation(0.5, 0.25), ())(out)
    return out.data.tobytes()


def decoded(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The stills that are decoded from now on."""
    read: list[Path] = []
    load = sources.load_still
    monkeypatch.setattr(sources, "load_still", lambda path, **how: (read.append(path), load(path, **how))[1])
    return read


def test_what_there_is_no_room_for_is_not_decoded_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    media = stills(tmp_path, 4)
    wanted = [painted(Sources(), each) for each in media]
    small = Sources(held_bytes=1)
    read = decoded(monkeypatch)
    for _ in range(3):
        assert [painted(small, each) for each in media] == wanted
    assert len(read) == len(media)


def test_the_owner_says_how_much_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Sources().held_bytes == HELD_BYTES
    for text, amount in (("512MB", 512 << 20), (" 2 gb ", 2 << 30)):
        monkeypatch.setenv(HELD_VARIABLE, text)
        assert Sources().held_bytes == amount
    monkeypatch.setenv(HELD_VARIABLE, "a lot")
    with pytest.raises(OutputError, match=r"'a lot'.*512MB"):
        Sources()


def test_pictures_that_pass_one_by_one_are_held_one_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    media = stills(tmp_path, 6)
    wanted = [(each, Fraction(0), Affine.IDENTITY, ()) for each in media]
    packed, made = sources.packed, []
    monkeypatch.setattr(sources, "packed", lambda *given: watched(packed(*given), made))
    room = Sources(held_bytes=4 * 60 * 40 * 16)
    assert room.begin(wanted[:3])
    for each in media[:3]:
        painted(room, each)
    assert sum(alive() is not None for alive in made) == 3
    assert not room.begin(wanted)
    for each in media[3:]:
        painted(room, each)
        assert sum(alive() is not None for alive in made) == 1
    assert room.begin(wanted)  # they turned out to be smaller than was thought


def test_of_stills_that_are_shown_small_that_is_held_which_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    media = stills(tmp_path, 6)
    read = decoded(monkeypatch)
    room = Sources(held_bytes=2 * 60 * 40 * 8)
    for scale in (0.25, 0.25, 0.25, 0.4, 0.25):  # nearer and back: other versions of the same pictures
        matrix = Affine.scaling(scale, scale)
        wanted = [(each, Fraction(0), matrix, ()) for each in media]
        fits = room.begin(wanted)
        shown = [through(room, each, matrix) for each in media]
        assert shown == [through(Sources(), each, matrix) for each in media]
        assert len(list(room._mipmaps)) == len(media) or not fits
    assert fits
    assert room.begin(wanted)
    assert sum(held.mipmap.held_bytes for held in room._mipmaps) <= room.held_bytes
    assert len(read) == len(media) * 6  # once in here, and once for each that it is compared with


def through(source: Sources, media: Media, matrix: Affine) -> bytes:
    out = Frame.empty(Window(0, 0, 20, 20))
    source.painter(media, Fraction(0), matrix, ())(out)
    return out.data.tobytes()


def watched(samples: PackedFrame, made: list[weakref.ref[PackedFrame]]) -> PackedFrame:
    made.append(weakref.ref(samples))
    return samples


def test_a_video_that_is_not_shown_any_more_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Watched(VideoSource):
        def close(self) -> None:
            closed.append(self.path)
            super().close()

    clips = []
    for number in range(3):
        path = tmp_path / f"{number}.mp4"
        write_video(path, frames=10 + number, size=(32, 18), fps=Fraction(10))
        clips.append(Media(path=str(path), facts=probe(path)))
    closed: list[Path] = []
    monkeypatch.setattr(plugin_footage, "VideoSource", Watched)
    source = Sources()
    first = source.stored(clips[0], Fraction(1, 5)).planes[0].tobytes()
    for number in range(40):
        source.stored(clips[1], Fraction(number % 10, 10))
        source.stored(clips[2], Fraction(number % 10, 10))
    assert closed == [Path(clips[0].path)]
    assert source.stored(clips[0], Fraction(1, 5)).planes[0].tobytes() == first
