"""Open media: a file, a time and a map go in, its pixels in the raster come out."""

from __future__ import annotations

import os
import re
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from reelwork import folders
from reelwork.effect import PointEffect
from reelwork.errors import DamageError, MediaError, OutputError
from reelwork.graph.model import Media
from reelwork.image import Window
from reelwork.image.frame import Frame
from reelwork.kernels.colour import decode
from reelwork.kernels.frames import apply_pointwise
from reelwork.kernels.resample import Mipmap, Samples, is_copy, levels_of, resample_needs, resampler
from reelwork.media.convert import as_data, displayed
from reelwork.media.picture import Picture
from reelwork.media.probe import digest_of
from reelwork.media.stills.reading import banded_still, is_scan, is_shrunk, load_still, still_level
from reelwork.media.video.plugins import Moving, moving_source
from reelwork.render.packing import ink, is_packable, packed
from reelwork.render.recent import Recent
from reelwork.render.scans import HALVINGS, Scan
from reelwork.render.spill import Spill
from reelwork.values import Affine, Display

#: What converted pictures may take, bytes, where the machine's owner says nothing else. Of stills that there is no
#: room for, those smaller versions stay that frames show.
HELD_BYTES: Final = 180 << 20
#: The environment variable in which the owner does: ``512MB``.
HELD_VARIABLE: Final = "REELWORK_PICTURE_MEMORY"
#: What pictures may take as they are stored, bytes.
STORED_BYTES: Final = 8 << 20
#: What pictures of videos may take, as they are stored, that temporal effects read again, bytes.
NEAR_BYTES: Final = 96 << 20
#: How many stills that are too large to be held are kept open, and how many of them hold what they read last.
OPEN_SCANS: Final = 24
AWAKE_SCANS: Final = 4
#: How many videos are kept open.
OPEN_VIDEOS: Final = 16
#: For how many frames a video stays open that is not shown: it holds a dozen pictures.
_IDLE: Final = 24
#: How far a drawing is enlarged before it is rasterised anew at twice the size.
ENLARGEMENT: Final = 1.25
_BYTES_A_PIXEL: Final = 16

#: A picture: what its medium is known by, and its number (of a drawing, its level).
Key = tuple[str, int]
Effects = tuple[PointEffect, ...]


@dataclass(frozen=True)
class _Held:
    """A picture in scene-linear light, without the transparent margins that drawings have; and its whole size.

    :param moving: whether it is a video's
    """

    mipmap: Mipmap[Samples]
    width: int
    height: int
    moving: bool


@dataclass(frozen=True)
class _Size:
    """How large a picture is, in pixels, and what it takes of memory."""

    width: int
    height: int
    bytes: float


class Sources:
    """The pictures of media, decoded when asked for. Not safe to share between threads.

    :param display: the production's display curve, by which SDR pictures are light
    :param held_bytes: how much of converted pictures is held, ``None`` for what the machine's owner says; stills beyond
        that lie in a file. No result depends on it
    """

    def __init__(self, *, display: Display = "srgb", held_bytes: int | None = None) -> None:
        self.display: Display = display
        self.held_bytes = _owners_bytes() if held_bytes is None else held_bytes
        self._videos: OrderedDict[str, Moving] = OrderedDict()
        self._shown: dict[str, int] = {}
        self._frames = 0
        self._lost: dict[str, set[int]] = {}
        self._failed = ("", 0)
        self._stored = Recent[Key, Picture](STORED_BYTES, lambda picture: sum(plane.nbytes for plane in picture.planes))
        self._mipmaps = Recent[tuple[Key, Effects], _Held](
            self.held_bytes, lambda held: held.mipmap.held_bytes, slim=self._slim, parting=self._put_aside
        )
        self._sizes: dict[tuple[Key, Effects], _Size] = {}
        self._aside: dict[tuple[Key, Effects], Callable[[Any], _Held]] = {}
        self._scans: OrderedDict[str, Scan | None] = OrderedDict()
        self._spill = Spill[tuple[Key, Effects]]()
        self._spare: dict[tuple[int, ...], npt.NDArray[np.float32]] = {}

    def painter(self, media: Media, time: Fraction, matrix: Affine, effects: Effects) -> Callable[[Frame], None]:
        """A picture made ready: a function that fills a frame with it.

        :param matrix: maps the picture's pixels, at their nominal size, into the raster
        :param effects: what is done to the picture's own pixels first
        :raises MediaError: the file cannot be decoded there
        """
        key = self._key(media, time, matrix)
        if (scan := self._scan(media, matrix)) is not None:
            return self._scanned(media, scan, matrix, effects)
        if is_read_as_stored(media, matrix, effects):
            picture = self._picture(media, key)
            if (picture.width, picture.height) == media.facts.stored_size:
                to_source = matrix.inverse()
                return partial(_copied, picture, round(to_source.e), round(to_source.f))
        held = self._mipmap(media, key, effects)
        return resampler(held.mipmap, (matrix @ media.facts.to_shown(held.width, held.height)).inverse())

    def stored(self, media: Media, time: Fraction) -> Picture:
        """A frame that is one picture as it is stored."""
        self._frames += 1
        return self._picture(media, self._key(media, time, Affine.IDENTITY))

    def begin(self, wanted: Iterable[tuple[Media, Fraction, Affine, Effects]]) -> bool:
        """Make ready for a frame that shows these pictures: each a medium, its time, the map that it is shown through,
        and its effects. Other pictures of videos are let go, and their memory is written to again.

        :returns: whether the converted pictures can be held at once
        """
        self._frames += 1
        sizes: dict[tuple[Key, Effects], dict[tuple[int, int], float]] = {}
        for media, time, matrix, effects in wanted:
            key = (self._key(media, time, matrix), effects)
            if is_read_as_stored(media, matrix, effects) or self._scan(media, matrix) is not None:
                continue
            level, size = self._shown_of(media, matrix, key)
            sizes.setdefault(key, {})[level] = size
        for held in self._mipmaps.drop(lambda key, held: held.moving and key not in sizes):
            frame = held.mipmap.frame
            if isinstance(frame, Frame) and held.mipmap.opaque:
                self._spare[frame.data.shape] = frame.data
        for held in self._mipmaps:
            held.mipmap.begin()
        hold = sum(size for levels in sizes.values() for size in levels.values()) <= self.held_bytes
        # those that pass one after the other are all gone before the first one is asked for again
        self._mipmaps.allow(self.held_bytes if hold else 0)
        return hold

    def _shown_of(self, media: Media, matrix: Affine, key: tuple[Key, Effects]) -> tuple[tuple[int, int], float]:
        """Which version of a picture a map shows, and how many bytes that takes at most."""
        facts, larger = media.facts, 2.0 ** _level(media, matrix)
        width, height = larger * facts.width, larger * facts.height
        size = self._sizes.get(key) or _Size(round(width), round(height), width * height * _BYTES_A_PIXEL)
        if facts.kind == "video" or not self._spill.has_room:
            return (0, 0), size.bytes
        x, y = levels_of((matrix @ facts.to_shown(size.width, size.height)).inverse())
        return (x, y), size.bytes / 2.0 ** (x + y)

    def expect(self, wanted: Iterable[tuple[Media, Fraction]]) -> None:
        """Say which pictures of videos a frame shows for the sake of temporal effects, and may show again soon."""
        numbers: dict[str, set[int]] = {}
        for media, time in wanted:
            numbers.setdefault(media.facts.identity, set()).add(self._number(media, time))
        for digest, video in self._videos.items():
            video.expect(numbers.get(digest, ()), NEAR_BYTES // max(1, len(numbers)))

    def conceal(self, error: DamageError) -> bool:
        """From now on, show the last whole picture before one that is damaged, or the first after it.

        :param error: the last one that these sources raised
        :returns: whether there is another one to show
        """
        identity, count = self._failed
        lost = self._lost.setdefault(identity, set())
        lost.add(error.number)
        return len(lost) < count

    def _number(self, media: Media, time: Fraction) -> int:
        """The picture that is shown at a time of a video."""
        number = self._video(media).frame_number(time)
        lost = self._lost.get(media.facts.identity)
        if not lost or number not in lost:
            return number
        near = chain(range(number - 1, -1, -1), range(number + 1, media.facts.frame_count))
        return next(other for other in near if other not in lost)

    def _key(self, media: Media, time: Fraction, matrix: Affine) -> Key:
        if media.facts.kind == "video":
            return (media.identity, self._number(media, time))
        return (media.identity, _level(media, matrix))

    def _picture(self, media: Media, key: Key) -> Picture:
        def load() -> Picture:
            still = media.facts.kind == "still"
            try:
                if still:
                    found = load_still(_unchanged(media), level=key[1], reading=media.facts.reading)
                else:
                    found = self._video(media).picture(key[1])
            except DamageError:
                self._failed = (media.facts.identity, media.facts.frame_count)
                raise
            return as_data(found) if media.data else displayed(found, self.display)

        return self._stored.get(key, load)

    def _scan(self, media: Media, matrix: Affine) -> Scan | None:
        """A still that is too large to be held as a map shows it, of which only what is shown is decoded."""
        facts = media.facts
        if not is_scan(facts, _level(media, matrix)):
            return None
        if media.identity not in self._scans:
            banded = banded_still(_unchanged(media), facts)
            shown = as_data if media.data else partial(displayed, display=self.display)
            self._scans[media.identity] = None if banded is None else Scan(banded, shown, is_packable)
        self._scans.move_to_end(media.identity)
        while len(self._scans) > OPEN_SCANS:
            gone = self._scans.popitem(last=False)[1]
            if gone is not None:
                gone.close()
        for scan in list(self._scans.values())[:-AWAKE_SCANS]:
            if scan is not None:
                scan.rest()
        return self._scans[media.identity]

    def _scanned(self, media: Media, scan: Scan, matrix: Affine, effects: Effects) -> Callable[[Frame], None]:
        """What fills a frame with a part of a scan, halved as often as the whole would be."""
        facts = media.facts
        halvings = min(HALVINGS, -min(0, still_level(_scale(matrix))))
        whole = scan.window(0)
        stored = Affine.scaling(float(1 << halvings), float(1 << halvings))
        to_shown = replace(facts, orientation=facts.turned).to_shown(whole.width, whole.height) @ stored
        to_source, box = (matrix @ to_shown).inverse(), (float(facts.width), float(facts.height))

        def paint(out: Frame) -> None:
            needs = resample_needs(out.window, to_source) & scan.window(halvings)
            if needs.is_empty:
                out.data[:] = 0.0
                return
            samples = scan.region(halvings, needs)
            if effects:
                light = samples if isinstance(samples, Frame) else samples.unpacked()
                samples = Frame.empty(light.window)
                apply_pointwise(effects, light, samples, to_layer=to_shown, box=box, display=self.display)
            opaque = scan.opaque and all(effect.keeps_alpha for effect in effects)
            resampler(Mipmap(samples, opaque=opaque), to_source)(out)

        return paint

    def _mipmap(self, media: Media, key: Key, effects: Effects) -> _Held:
        return self._mipmaps.get((key, effects), lambda: self._again((key, effects)) or self._made(media, key, effects))

    def _made(self, media: Media, key: Key, effects: Effects) -> _Held:
        picture = self._picture(media, key)
        moving = media.facts.kind == "video"
        samples: Samples
        if not effects and not moving and is_packable(picture.storage):
            samples = packed(picture, ink(picture))
        else:
            samples = light = self._light(picture, ink(picture))
            if effects:
                size = media.facts if moving else picture
                box = (float(size.width), float(size.height))
                to_layer = media.facts.to_shown(picture.width, picture.height) if moving else Affine.IDENTITY
                apply_pointwise(effects, samples, samples, to_layer=to_layer, box=box, display=self.display)
            if moving and (picture.width, picture.height) != media.facts.stored_size:
                samples = _widened(light)
        if not moving:
            self._sizes[key, effects] = _Size(picture.width, picture.height, samples.data.nbytes)
        opaque = picture.storage.alpha == "none" and all(effect.keeps_alpha for effect in effects)
        return _Held(Mipmap(samples, opaque=opaque), picture.width, picture.height, moving)

    def _put_aside(self, key: tuple[Key, Effects], held: _Held) -> None:
        """A still that there is no room for is written to a file: to decode it again may take a tenth of a second."""
        if held.moving or key in self._aside:
            return
        frame, opaque, width, height = held.mipmap.frame, held.mipmap.opaque, held.width, held.height
        kind, window = type(frame), frame.window
        self._spill.put(key, frame.data)
        self._aside[key] = lambda data: _Held(Mipmap(kind(data, window), opaque=opaque), width, height, False)

    def _slim(self, key: tuple[Key, Effects], held: _Held) -> None:
        """Of a still that there is no room for, hold what frames show of it."""
        self._put_aside(key, held)
        if key in self._spill:
            held.mipmap.slim(lambda: self._from_file(key))

    def _from_file(self, key: tuple[Key, Effects]) -> Samples:
        again = self._again(key)
        if again is None:
            raise MediaError(f"{folders.caches()}: a picture that was put aside there can no longer be read")
        return again.mipmap.frame

    def _again(self, key: tuple[Key, Effects]) -> _Held | None:
        """A still that was put aside."""
        data = self._spill.get(key)
        return None if data is None else self._aside[key](data)

    def _light(self, picture: Picture, window: Window) -> Frame:
        """As :func:`picture_to_frame`; pages that the process has already are not asked for anew."""
        data = self._spare.pop((4, window.height, window.width), None)
        out = Frame.empty(window) if data is None else Frame(data, window)
        opaque = data is not None and picture.storage.alpha == "none"
        decode(picture.planes, picture.storage, picture.width, picture.height, out, has_alpha=opaque)
        return out

    def _video(self, media: Media) -> Moving:
        facts = media.facts
        video = self._videos.get(facts.identity)
        if video is None:
            video = self._videos[facts.identity] = moving_source(_unchanged(media), facts.frame_rate, facts.reading)
        self._videos.move_to_end(facts.identity)
        self._shown[facts.identity] = self._frames
        while len(self._videos) > OPEN_VIDEOS or self._frames - self._shown[next(iter(self._videos))] > _IDLE:
            self._videos.popitem(last=False)[1].close()
        return video


def is_read_as_stored(media: Media, matrix: Affine, effects: Effects) -> bool:
    """Whether a picture's pixels are converted where they are needed, and none of them is held."""
    facts = media.facts
    return not effects and facts.kind == "video" and facts.is_stored_as_shown and is_copy(matrix.inverse())


def _copied(picture: Picture, x: int, y: int, out: Frame) -> None:
    """Fill ``out`` with a picture that is moved by whole pixels: it is converted row by row, and never held."""
    moved = Frame(out.data, out.window.expand(-x, -y, x, y))
    decode(picture.planes, picture.storage, picture.width, picture.height, moved)


def _widened(frame: Frame) -> Frame:
    """A picture whose outermost pixels go on for one more: fitted into a larger one's box, it covers all of that."""
    return Frame(np.pad(frame.data, ((0, 0), (1, 1), (1, 1)), mode="edge"), frame.window.expand(1, 1, 1, 1))


def _unchanged(media: Media) -> Path:
    """The file of a medium, which must still be what it was when the scene was read: units are kept under its digest.

    :raises MediaError: it is another one, or gone
    """
    path = Path(media.path)
    if digest_of(path, media.facts.frame_rate) != media.facts.digest:
        raise MediaError(f"{path}: has changed while it was rendered; render again")
    return path


def _level(media: Media, matrix: Affine) -> int:
    """At how many times twice its nominal size a drawing is rasterised to be shown through a map, and a large picture
    shrunk; 0 for others."""
    facts = media.facts
    if facts.scalable:
        return still_level(_scale(matrix) / ENLARGEMENT)
    return min(0, still_level(_scale(matrix))) if is_shrunk(facts) else 0


def _scale(matrix: Affine) -> float:
    """How much larger, at most, a picture is shown."""
    return max(abs(matrix.a) + abs(matrix.c), abs(matrix.b) + abs(matrix.d))


def _owners_bytes() -> int:
    """How much of converted pictures the machine's owner lets a worker hold.

    :raises OutputError: the variable does not hold an amount
    """
    text = os.environ.get(HELD_VARIABLE, "")
    if not text:
        return HELD_BYTES
    found = re.fullmatch(r"\s*(\d{1,6})\s*(MB|GB)\s*", text, re.IGNORECASE)
    if found is None:
        raise OutputError(f"${HELD_VARIABLE} is {text!r}, which is no amount of memory: write it as 512MB or 2GB")
    return int(found[1]) << (30 if found[2].upper() == "GB" else 20)
