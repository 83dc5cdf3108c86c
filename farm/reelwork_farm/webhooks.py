"""Ends of jobs go in, as the history tells them; signed messages go out to those who asked, until they take them.

What is still to be delivered lies in a small file in the farm's folder: how far the history has been read, and who has
not been told yet. A controller that dies goes on from there, so that everybody is told at least once. The plugins of
the controller's machine are told in passing.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import urlsplit

import aiohttp

from reelwork.job_event import JobEvent
from reelwork.media.whole import whole_file
from reelwork_farm import wire
from reelwork_farm.heralds import TOLD, job_event
from reelwork_farm.model import Event, JobRow, JobState

_log = logging.getLogger(__name__)

#: The header with the signature of the body, ``sha256=`` and 64 hexadecimal digits.
SIGNATURE: Final = "X-Reelwork-Signature"
#: Kinds of events after which somebody may want to be told, and the state that a job is in then.
ENDS: Final = {
    "job finished": JobState.DONE,
    "job gave up": JobState.FAILED,
    "job cancelled": JobState.CANCELLED,
}
#: Seconds before the second try; they double with each, up to the longest.
FIRST_PAUSE: Final = 2.0
LONGEST_PAUSE: Final = 600.0
#: Tries, over some three hours, after which nobody is there.
MOST_TRIES: Final = 24
#: Messages that may wait; beyond that the oldest are given up, so that nobody fills the disk with them.
MOST_WAITING: Final = 10_000
#: Seconds that a listener has to take a message.
_PATIENCE: Final = 15.0
_PAGE: Final = 1000


@dataclass(frozen=True)
class Message:
    """Something that somebody is still to be told.

    :param event: the number of the event; the same message twice has the same
    :param state: of the job, when it ended
    :param due: when it is tried next, seconds since 1970
    """

    event: int
    address: str
    job: str
    title: str
    state: str
    ended: float
    result: str | None
    tries: int = 0
    due: float = 0.0

    def body(self) -> bytes:
        """What is sent, as JSON."""
        told = wire.to_json(self)
        for own in ("address", "tries", "due"):
            del told[own]
        return json.dumps(told, sort_keys=True).encode()


@dataclass(frozen=True)
class _Outbox:
    after: int = 0
    waiting: tuple[Message, ...] = ()


class History(Protocol):
    """What of a store is needed here."""

    def events(self, *, after: int = 0, job: str | None = None, limit: int = 1000) -> list[Event]:
        """The history behind an event."""
        ...

    def job(self, job: str) -> JobRow:
        """A job."""
        ...


#: Tells plugins of an event; never fails.
Tell = Callable[[JobEvent], None]
#: Sends a body with headers to an address; raises :class:`OSError` or :class:`ValueError` unless it was taken.
Post = Callable[[str, bytes, dict[str, str]], None]


class Webhooks:
    """The outbox of a farm.

    :param path: of the file that it lies in
    :param key: that messages are signed with
    :param tell: tells this machine's plugins, too
    """

    def __init__(self, path: Path, key: bytes, post: Post | None = None, tell: Tell | None = None) -> None:
        self._path = path
        self._key = key
        self._post = post_once if post is None else post
        self._tell = tell
        self._box = self._written = _read(path)

    def deliver(self, history: History, *, now: float) -> int:
        """Read on in the history, and send what is due; a listener that fails once is left alone until the next call.

        :return: how many messages still wait
        """
        box = self._collect(history)
        waiting: list[Message] = []
        failing: set[str] = set()
        for message in box.waiting:
            listener = urlsplit(message.address).netloc
            left = message if listener in failing else self._sent(message, now)
            if left is not None:
                waiting.append(left)
                if left.tries > message.tries:
                    failing.add(listener)
        self._keep(_Outbox(box.after, tuple(waiting)))
        return len(waiting)

    def _collect(self, history: History) -> _Outbox:
        box = self._box
        while events := history.events(after=box.after, limit=_PAGE):
            found, told = [], False
            for event in events:
                if event.kind in TOLD and event.job is not None:
                    job = history.job(event.job)
                    if event.kind in ENDS and job.spec.notify is not None:
                        found.append(_message(event, job, job.spec.notify))
                    if self._tell is not None:
                        self._tell(job_event(event, job))
                        told = True
            waiting = box.waiting + tuple(found)
            if len(waiting) > MOST_WAITING:
                _log.warning("%s messages are given up: too many wait", len(waiting) - MOST_WAITING)
            box = _Outbox(events[-1].id, waiting[-MOST_WAITING:])
            if found or told:
                self._keep(box, told=told)
        return box

    def _sent(self, message: Message, now: float) -> Message | None:
        """What is left of a message after it had its turn."""
        if now < message.due <= now + LONGEST_PAUSE:  # later it is only by a clock that was set back since
            return message
        body = message.body()
        try:
            self._post(message.address, body, {"Content-Type": "application/json", SIGNATURE: sign(body, self._key)})
        except (OSError, ValueError) as error:
            tries = message.tries + 1
            if tries >= MOST_TRIES:
                _log.warning("job %s: nobody takes the message at %s: %s", message.job, message.address, error)
                return None
            pause = min(FIRST_PAUSE * 2 ** (tries - 1), LONGEST_PAUSE)
            return replace(message, tries=tries, due=now + pause)
        return None

    def _keep(self, box: _Outbox, *, told: bool = False) -> None:
        """Write the outbox down, unless it was only read on a little, which can be done again.

        :param told: whether plugins were told on the way, which is not done again
        """
        self._box = box
        if told or box.waiting != self._written.waiting or box.after >= self._written.after + _PAGE:
            with whole_file(self._path) as temporary:
                temporary.write_text(wire.dumps(box), encoding="utf-8")
            self._written = box


def post_once(address: str, body: bytes, headers: dict[str, str]) -> None:
    """Send a message.

    :raises OSError: it was not taken, with a status from 200 to 299, within some seconds
    """
    try:
        asyncio.run(_post(address, body, headers))
    except aiohttp.ClientError as error:
        raise OSError(str(error)) from error
    except TimeoutError as error:
        raise OSError(f"no answer in {_PATIENCE:.0f} s") from error


async def _post(address: str, body: bytes, headers: dict[str, str]) -> None:
    patience = aiohttp.ClientTimeout(total=_PATIENCE)  # for all of it, however slowly an answer drips in
    async with (
        aiohttp.ClientSession(timeout=patience, trust_env=True) as session,
        session.post(address, data=body, headers=headers, allow_redirects=False) as answer,
    ):
        if not 200 <= answer.status < 300:
            raise OSError(f"status {answer.status}")


def sign(body: bytes, key: bytes) -> str:
    """The signature of a message: HMAC-SHA256 of its body, as its header says it."""
    return "sha256=" + hmac.new(key, body, hashlib.sha256).hexdigest()


def _message(event: Event, job: JobRow, address: str) -> Message:
    return Message(event.id, address, job.id, job.spec.title, ENDS[event.kind].value, event.time, job.result)


def _read(path: Path) -> _Outbox:
    try:
        return wire.from_json(_Outbox, wire.loads(path.read_bytes()))
    except FileNotFoundError:
        return _Outbox()
