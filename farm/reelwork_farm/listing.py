"""A film goes in on standard input; in which it is not the film that is due comes out, told from its packets.

``python -m reelwork_farm.listing FRAMES FPS sound|silent`` may do little but read and reckon: see
:mod:`reelwork_farm.finished`, which starts it. It ends with 0 where all is well.
"""

from __future__ import annotations

import resource
import sys
from fractions import Fraction
from typing import Any, BinaryIO, Final

import av

from reelwork.media.opening import film_stream, sound_stream

#: Seconds of processor time, and bytes of addresses, that the process may have.
_PROCESSOR: Final = 600
_ADDRESSES: Final = 4 << 30
#: Coarsest unit of time of a container (Matroska's), seconds; and by how much sound may be longer or shorter than its
#: film, since it is encoded in blocks.
_TICK: Final = Fraction(1, 1000)
_SOUND: Final = Fraction(1, 4)
#: Containers that films are written in; none of them may name another file.
_OPTIONS: Final = {"format_whitelist": "mov,mp4,matroska,webm", "protocol_whitelist": "none"}


def problems(film: BinaryIO, frames: int, fps: Fraction, *, sound: bool) -> list[str]:
    """What is wrong with a film, which is read once from its beginning to its end."""
    found: list[str] = []
    try:
        with av.open(film, "r", container_options=dict(_OPTIONS), metadata_errors="replace") as container:
            video, audio = film_stream(container), sound_stream(container)
            if video is None:
                return ["it has no pictures"]
            if (audio is not None) != sound:
                found.append("it has no sound" if sound else "it has sound where there should be none")
            pictures, heard = _Span(), _Span()
            for packet in container.demux([stream for stream in (video, audio) if stream is not None]):
                if packet.is_corrupt:
                    return [f"it is torn after {pictures.count} pictures"]
                if packet.size and not packet.is_discard:
                    (pictures if packet.stream is video else heard).add(packet)
    except (av.FFmpegError, ValueError) as error:
        return [f"it cannot be read: {getattr(error, 'strerror', None) or error}"]
    due, shown = frames / fps, pictures.last - pictures.first + 1 / fps
    if pictures.count != frames:
        found.append(f"it has {pictures.count} pictures, not {frames}")
    elif abs(shown - due) > 2 * _TICK:
        found.append(f"it lasts {float(shown):.3f} s, not {float(due):.3f} s")
    if audio is not None and abs(heard.end - heard.first - due) > _SOUND:
        found.append(f"its sound lasts {float(heard.end - heard.first):.3f} s, not {float(due):.3f} s")
    return found


class _Span:
    """Packets of one stream: how many, and from when to when, seconds."""

    def __init__(self) -> None:
        self.count = 0
        self.first = self.last = self.end = Fraction(0)

    def add(self, packet: Any) -> None:
        """One packet, in any order."""
        begin = Fraction(packet.pts or 0) * Fraction(packet.time_base)
        end = begin + Fraction(packet.duration or 0) * Fraction(packet.time_base)
        self.first = min(self.first, begin) if self.count else begin
        self.last, self.end = max(self.last, begin), max(self.end, end)
        self.count += 1


def main(frames: str, fps: str, sound: str) -> int:
    """Say what is wrong with the film on standard input; 0 where nothing is."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (_PROCESSOR, _PROCESSOR))
    resource.setrlimit(resource.RLIMIT_AS, (_ADDRESSES, _ADDRESSES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # it has nothing to write
    found = problems(sys.stdin.buffer, int(frames), Fraction(fps), sound=sound == "sound")
    sys.stdout.write("; ".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
