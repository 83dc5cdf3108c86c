"""What a plugin author writes so that scenes can name media that lies elsewhere: a class for one scheme of names."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

_SCHEME: Final = re.compile(r"([a-z][a-z0-9+.-]+):(?=.)", re.DOTALL)


@dataclass(frozen=True)
class Linked:
    """A file that a name stands for, and what is known of it.

    :param path: where it lies on this machine by now
    :param sha256: the digest of its bytes, 64 hexadecimal digits, as whoever keeps it says: another file is refused
    :param kind: ``video``, ``audio``, ``image``, ``illustration`` or ``text``
    :param title: what it is called
    :param licence: an SPDX expression; empty where nobody says it
    :param makers: who made it, as they are to be named
    """

    path: Path
    sha256: str
    kind: str = "image"
    title: str = ""
    licence: str = ""
    makers: tuple[str, ...] = ()


class Linker(ABC):
    """Finds what names of one scheme stand for, such as ``studio:shot-12``.

    What it raises becomes an error at the place in the scene; :class:`LookupError` says that there is no such thing.
    """

    #: What stands before the colon: small letters, digits, ``+``, ``.`` and ``-``; two at least.
    scheme: ClassVar[str]
    #: Counts up when names come to stand for other files.
    version: ClassVar[int] = 1

    @property
    def name(self) -> str:
        """What messages call it."""
        return self.scheme

    @abstractmethod
    def find(self, name: str, folder: Path) -> Linked:
        """The file that a name stands for, brought to this machine where it is not there yet.

        It is asked once for each name of a scene, before anything is rendered; never by a worker of a farm, which has
        the file from whoever submitted the scene.

        :param name: what stands behind the colon
        :param folder: the scene's
        """


def scheme_of(name: str) -> str:
    """The scheme of a name; empty where it has none.

    >>> scheme_of("studio:shot-12"), scheme_of("shots/12.png"), scheme_of("studio:")
    ('studio', '', '')
    """
    found = _SCHEME.match(name)
    return found[1] if found else ""
