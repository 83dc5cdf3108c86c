"""The meter: finished frames go in, how fast it goes and how long it takes come out, both measured."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

#: Seconds over which the speed is measured, long enough to hold several units' ups and downs.
_WINDOW = 20.0
#: Seconds between two measuring points, and before the first figure.
_STEP = 0.5


class Meter:
    """Counts frames against the clock.

    :param clock: seconds that only grow
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.now = clock
        self._began = clock()
        self._points: deque[tuple[float, int]] = deque()
        self.total = 0
        self.finished = 0
        self._reused = 0

    def start(self, total: int, done: int) -> None:
        """``total`` frames in all; ``done`` of them were there before, and say nothing about the speed."""
        self.total, self.finished, self._reused = total, done, done
        self._began = self.now()
        self._points.clear()

    def advance(self, frames: int) -> None:
        """So many more are finished."""
        self.finished += frames
        now = self.now()
        if not self._points or now - self._points[-1][0] >= _STEP:
            self._points.append((now, self.finished))
        while len(self._points) > 2 and now - self._points[1][0] > _WINDOW:
            self._points.popleft()

    @property
    def made(self) -> int:
        """Frames that were made since :meth:`start`."""
        return self.finished - self._reused

    @property
    def seconds(self) -> float:
        """Seconds since :meth:`start`."""
        return self.now() - self._began

    @property
    def rate(self) -> float | None:
        """Frames a second of late; ``None`` as long as there is too little to measure.

        The clock starts at the first frame, since what comes before it, such as compiling, comes once.
        """
        if len(self._points) < 2:
            return None
        since, before = self._points[0]
        return (self.finished - before) / (self.now() - since)

    @property
    def left(self) -> float | None:
        """Seconds that the rest takes at this rate; ``None`` where there is no rate yet."""
        rate = self.rate
        return (self.total - self.finished) / rate if rate else None

    def described(self) -> list[str]:
        """Frames, speed and time left, in words, as far as they are known."""
        rate, left = self.rate, self.left
        words = [f"{self.finished} of {self.total} frames"] if self.total else []
        if rate is not None and left:
            words += [f"{rate:.1f} frames/s", f"{spoken(left)} left"]
        return words


def spoken(seconds: float) -> str:
    """``8 s``, ``1 min 20 s``, ``2 h 5 min``.

    >>> spoken(80)
    '1 min 20 s'
    """
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min"
