"""Verifying what was made: a segment or a film goes in, every picture and sample of it is decoded, and what is wrong
with it comes out."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any, Final, cast

import av
from av.audio.frame import AudioFrame
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from PIL import Image, ImageSequence

from reelwork.errors import MediaError, OutputError
from reelwork.media.opening import film_stream, naming, opened, sound_stream
from reelwork.media.writing.segment import Segment, open_segment, read_packets

#: Coarsest unit of time of a container that we write (Matroska's), seconds: by so much times may be off.
_TICK: Final = Fraction(1, 1000)
#: A GIF counts in hundredths of a second, and no picture of it lasts less than two: milliseconds.
_GIF_TICKS: Final = 20
#: Sound is encoded in blocks, whose padding some containers do not say: so many more samples may come out.
_PADDING: Final = 2 * 1152
#: FFmpeg's own decoder of AV1 needs a graphics processor; DNxHR is a kind of DNxHD to it.
_DECODERS: Final = {"av1": "libdav1d", "dnxhr": "dnxhd"}


def count_pictures(path: Path) -> int:
    """Decode a kept segment; comes back with how many pictures of the film came out.

    :raises OutputError: the file is torn, or what is in it cannot be decoded whole
    """
    segment = open_segment(path)
    spec = json.loads(segment.encoder)
    codec = spec["codec"]
    context = cast(VideoCodecContext, VideoCodecContext.create(_DECODERS.get(codec, codec), "r"))
    context.width, context.height = spec["width"], spec["height"]  # which not every codec says in its packets
    context.extradata = segment.extradata or None
    context.thread_count = 1
    if spec["header"] is None:
        # Others' streams may begin in the middle, where decoders find fault with what lies before.
        context.options = {"err_detect": "explode"}
    count = 0
    try:
        begin = segment.packets[0].pts
        for stored in read_packets(segment):
            # Shown before the key that a copied unit begins with, decoded after it: made in the unit before.
            if stored.entry.pts < begin:
                continue
            packet = Packet(stored.data)
            packet.pts = stored.entry.pts
            count += _whole(context.decode(packet), segment)
        return count + _whole(context.decode(None), segment)
    except av.FFmpegError as error:
        raise OutputError(f"{path}: picture {count} cannot be decoded: {error.strerror}") from error


def film_problems(
    path: Path, *, frames: int, fps: Fraction, samples: int | None, seen: Callable[[], object] = int
) -> tuple[str, ...]:
    """Decode a film wholly; comes back with everything in which it is not what it should be.

    :param frames: how many pictures it should have
    :param fps: at how many a second
    :param samples: how many samples should be heard, at 48,000 Hz; ``None`` for a silent film
    :param seen: called for each picture
    :raises MediaError: it cannot be read at all
    """
    problems: list[str] = []
    shown, heard = _Shown(fps), _Heard()
    with opened(path) as container:
        video, sound = film_stream(container), sound_stream(container)
        if video is None:
            return ("it has no pictures",)
        video.thread_type = "AUTO"
        if (sound is None) != (samples is None):
            problems.append("it is silent" if sound is None else "it has sound where there should be none")
        try:
            with naming(path):
                for packet in container.demux([stream for stream in (video, sound) if stream is not None]):
                    for frame in packet.decode():
                        if isinstance(frame, VideoFrame):
                            shown.add(frame)
                            seen()
                        elif isinstance(frame, AudioFrame):
                            heard.add(frame)
        except MediaError as error:
            return (*problems, f"after picture {shown.count}: {error}")
    problems += shown.problems(frames)
    if samples is not None and sound is not None:
        problems += heard.problems(samples, shown.start)
    return tuple(problems)


def sound_problems(path: Path, samples: int) -> tuple[str, ...]:
    """Decode a file of sound alone wholly; comes back with everything in which it is not what it should be.

    :param samples: how many there should be, at 48,000 Hz
    :raises MediaError: it cannot be read, or is damaged
    """
    heard = _Heard()
    with opened(path) as container:
        for frame in container.decode(sound_stream(container)):
            if isinstance(frame, AudioFrame):
                heard.add(frame)
    return tuple(heard.problems(samples, None))


def animation_problems(path: Path, *, frames: int, fps: Fraction) -> tuple[str, ...]:
    """Decode an animation wholly; comes back with everything in which it is not what it should be.

    :param frames: how many it should show, of which equal ones and those that are too short are not in it
    :param fps: at how many a second
    :raises MediaError: it cannot be read, or is damaged
    """
    shown = 0
    try:
        with Image.open(path, formats=("GIF", "PNG", "WEBP")) as image:
            for picture in ImageSequence.Iterator(image):
                picture.load()
                shown += round(picture.info.get("duration", 0))
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise MediaError(f"{path}: is damaged: {error}") from error
    due = round(frames * 1000 / fps)
    return (f"it lasts {shown} ms, not {due} ms",) if abs(shown - due) > _GIF_TICKS else ()


class _Shown:
    """The pictures that came out of a decoder, in the order in which they are shown."""

    def __init__(self, fps: Fraction) -> None:
        self.count = 0
        self.start = Fraction(0)
        self._fps = fps
        self._wrong = ""

    def add(self, frame: VideoFrame) -> None:
        """One picture, the next one."""
        time = _time(frame)
        if self.count == 0:
            self.start = time
        due = self.start + self.count / self._fps
        if not self._wrong and abs(time - due) > _TICK:
            self._wrong = f"picture {self.count} is shown at {float(time):.4f} s, not {float(due):.4f} s"
        self.count += 1

    def problems(self, frames: int) -> list[str]:
        """What is wrong with them."""
        wrong = [self._wrong] if self._wrong else []
        return [*wrong, f"{self.count} pictures were decoded, not {frames}"] if self.count != frames else wrong


class _Heard:
    """The sound that came out of a decoder."""

    def __init__(self) -> None:
        self._start: Fraction | None = None
        self._samples = 0
        self._gap: Fraction | None = None

    def add(self, frame: AudioFrame) -> None:
        """One block of samples, the next one."""
        time = _time(frame)
        self._start = time if self._start is None else self._start
        if self._gap is None and abs(time - self._start - Fraction(self._samples, frame.sample_rate)) > 2 * _TICK:
            self._gap = time
        self._samples += frame.samples

    def problems(self, samples: int, first_picture: Fraction | None) -> list[str]:
        """What is wrong with it; without a picture it may begin when it likes."""
        if self._start is None:
            return ["no sound comes out of it"]
        found = []
        offset = self._start - first_picture if first_picture is not None else Fraction(0)
        if abs(offset) > _TICK:
            found.append(f"the sound begins {float(offset):+.4f} s from the first picture")
        if self._gap is not None:
            found.append(f"the sound is interrupted at {float(self._gap):.4f} s")
        if not 0 <= self._samples - samples <= _PADDING:
            found.append(f"{self._samples} samples were decoded, not {samples}")
        return found


def _whole(frames: list[VideoFrame], segment: Segment) -> int:
    """How many pictures of the film there are among those of a segment."""
    ours = [frame for frame in frames if frame.pts is not None and 0 <= frame.pts < segment.frames]
    if any(frame.is_corrupt for frame in ours):
        raise OutputError(f"{segment.path}: a picture in it is damaged")
    return len(ours)


def _time(frame: Any) -> Fraction:
    return Fraction(frame.pts or 0) * Fraction(frame.time_base)
