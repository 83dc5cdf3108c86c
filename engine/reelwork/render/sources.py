"""Open media: a file, a time and a map go in, its pixels in the raster come out."""

from __future__ import annotations

from collections import OrderedDict
from fractions import Fraction
from pathlib import Path
from typing import Final

from reelwork.graph.model import Media
from reelwork.image.frame import Frame
from reelwork.kernels.resample import Mipmap, is_copy, resample
from reelwork.media.convert import picture_to_frame
from reelwork.media.picture import Picture
from reelwork.media.stills import load_still, still_level
from reelwork.media.video import VideoSource
from reelwork.values import Affine

#: What decoded and converted pictures may take, bytes.
HELD_BYTES: Final = 192 << 20
#: How many decoders are kept open.
OPEN_VIDEOS: Final = 16

_Key = tuple[str, int]


class Sources:
    """The pictures of media, decoded when asked for. Not safe to share between threads.

    :param held_bytes: how much of converted pictures is held; no result depends on it
    """

    def __init__(self, *, held_bytes: int = HELD_BYTES) -> None:
        self._held_bytes = held_bytes
        self._videos: OrderedDict[str, VideoSource] = OrderedDict()
        self._pictures: OrderedDict[_Key, Picture] = OrderedDict()
        self._mipmaps: OrderedDict[_Key, Mipmap] = OrderedDict()

    def paint(self, media: Media, time: Fraction, matrix: Affine, out: Frame) -> None:
        """Fill ``out`` with a picture; ``matrix`` maps its pixels, at their nominal size, into the raster.

        :raises MediaError: the file cannot be decoded there
        """
        key = self._key(media, time, matrix)
        picture = self.picture(media, key)
        if picture.width != media.facts.width or picture.height != media.facts.height:
            matrix = matrix @ Affine.scaling(media.facts.width / picture.width, media.facts.height / picture.height)
        to_source = matrix.inverse()
        if is_copy(to_source):
            x, y = round(to_source.e), round(to_source.f)
            out.data[:] = picture_to_frame(picture, out.window.expand(-x, -y, x, y)).data
        else:
            resample(self._mipmap(key, picture), to_source, out)

    def stored(self, media: Media, time: Fraction) -> Picture:
        """A picture as it is stored."""
        return self.picture(media, self._key(media, time, Affine.IDENTITY))

    def picture(self, media: Media, key: _Key) -> Picture:
        """A picture by its number (of a drawing, its level)."""
        found = self._pictures.get(key)
        if found is None:
            if media.facts.kind == "still":
                found = load_still(Path(media.path), level=key[1])
            else:
                found = self._video(media).picture(key[1])
            self._pictures[key] = found
            _evict(self._pictures, 4)
        self._pictures.move_to_end(key)
        return found

    def close(self) -> None:
        """Close every decoder."""
        for video in self._videos.values():
            video.close()
        self._videos.clear()

    def _key(self, media: Media, time: Fraction, matrix: Affine) -> _Key:
        if media.facts.kind == "video":
            return (media.facts.digest, self._video(media).frame_number(time))
        if not media.facts.scalable:
            return (media.facts.digest, 0)
        scale = max(abs(matrix.a) + abs(matrix.c), abs(matrix.b) + abs(matrix.d))
        return (media.facts.digest, still_level(scale))

    def _video(self, media: Media) -> VideoSource:
        video = self._videos.get(media.facts.digest)
        if video is None:
            video = self._videos[media.facts.digest] = VideoSource(Path(media.path))
            while len(self._videos) > OPEN_VIDEOS:
                self._videos.popitem(last=False)[1].close()
        self._videos.move_to_end(media.facts.digest)
        return video

    def _mipmap(self, key: _Key, picture: Picture) -> Mipmap:
        found = self._mipmaps.get(key)
        if found is None:
            found = self._mipmaps[key] = Mipmap(picture_to_frame(picture))
            held = sum(mipmap.frame.data.nbytes for mipmap in self._mipmaps.values())
            while held > self._held_bytes and len(self._mipmaps) > 1:
                held -= self._mipmaps.popitem(last=False)[1].frame.data.nbytes
        self._mipmaps.move_to_end(key)
        return found


def _evict(store: OrderedDict[_Key, Picture], limit: int) -> None:
    while len(store) > limit:
        store.popitem(last=False)
