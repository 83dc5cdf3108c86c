"""Animations in full colour: frames go in one by one; an animated PNG or WebP that repeats for ever comes out."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any, Final, cast

import av
import numpy as np
from av.codec.context import Flags
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from reelwork.errors import OutputError
from reelwork.image.frame import Frame
from reelwork.media.convert import frame_to_pixels
from reelwork.media.whole import whole_file
from reelwork.media.writing.gif import write_gif
from reelwork.values import Display

#: By ending: the container, its options, the encoder, its options, and its pixels without alpha and with it.
_KINDS: Final[dict[str, tuple[str, dict[str, str], str, dict[str, str], str, str]]] = {
    ".apng": ("apng", {"plays": "0"}, "apng", {"pred": "mixed"}, "rgb24", "rgba"),
    ".webp": ("webp", {"loop": "0"}, "libwebp_anim", {"lossless": "1", "quality": "75"}, "bgra", "bgra"),
}


def write_animation(
    frames: Iterable[Frame], to: Path, *, fps: Fraction, alpha: bool = False, display: Display = "srgb"
) -> None:
    """Write an animation; its kind follows from the suffix. Frames' windows must be of one size.

    Animated PNG and WebP keep every code value. A GIF is as :func:`reelwork.media.writing.gif.write_gif` says.

    :param alpha: keep transparency
    :param display: the production's display curve
    :raises OutputError: there is no frame, a picture is too large, or the place cannot be written
    """
    kind = _KINDS.get(to.suffix.lower())
    if kind is None:
        write_gif(frames, to, fps=fps, alpha=alpha, display=display)
        return
    container_name, container_options, encoder, options, opaque, transparent = kind
    told = {**container_options, "fflags": "+bitexact"}
    with whole_file(to) as temporary:
        try:
            with av.open(str(temporary), "w", format=container_name, container_options=told) as container:
                stream = cast(VideoStream, container.add_stream(encoder, rate=fps, options=options))
                stream.pix_fmt = transparent if alpha else opaque
                context = stream.codec_context
                context.thread_count, context.time_base = 1, 1 / fps
                context.flags |= Flags.bitexact
                number = -1
                for number, frame in enumerate(frames):
                    picture = _frame(frame_to_pixels(frame, alpha=alpha, display=display), stream.pix_fmt)
                    if number == 0:
                        stream.width, stream.height = picture.width, picture.height
                    picture.pts, picture.time_base = number, 1 / fps
                    container.mux(stream.encode(picture))
                if number < 0:
                    raise OutputError(f"{to}: an animation without frames cannot be written")
                container.mux(stream.encode(None))
            if container_name == "webp":
                _lengthen_last(temporary, round(1000 * (number + 1) / fps))
        except av.FFmpegError as error:
            raise OutputError(f"cannot write {to}: {error.strerror}") from error


def _lengthen_last(path: Path, milliseconds: int) -> None:
    """Make a WebP last so long (its container's specification, ANMF): the encoder is told when each picture begins, and
    guesses how long the last one lasts."""
    lasted, place = 0, 0
    with path.open("r+b") as file:
        file.seek(12)
        while len(head := file.read(8)) == 8:
            begin, size = file.tell(), int.from_bytes(head[4:], "little")
            if head[:4] == b"ANMF":
                file.seek(begin + 12)
                place, last = file.tell(), int.from_bytes(file.read(3), "little")
                lasted += last
            file.seek(begin + size + size % 2)
        if place:
            file.seek(place)
            file.write((last + milliseconds - lasted).to_bytes(3, "little"))


def _frame(pixels: np.ndarray[Any, np.dtype[np.uint8]], pixel_format: str) -> VideoFrame:
    if pixel_format == "bgra":
        opaque = np.full((*pixels.shape[:2], 1), 255, np.uint8)
        alpha = pixels[..., 3:] if pixels.shape[2] == 4 else opaque
        pixels = np.concatenate((pixels[..., 2::-1], alpha), axis=2)
    return VideoFrame.from_ndarray(np.ascontiguousarray(pixels), pixel_format)
