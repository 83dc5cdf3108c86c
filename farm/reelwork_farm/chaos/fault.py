"""The words of the fault tests: a fault, how rough it shall get, and what was seen when it happened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Roughness:
    """How often each thing happens, and to how much.

    :param units: of the film whose workers are killed
    :param pause: seconds between two such kills
    :param restarts: kills of the controller
    :param stops: of a worker beyond its lease
    :param lossy: units of the film whose reports get lost
    :param loss: part of the messages to which something happens; of each kind as many
    :param full: units of the film during which the disk is full
    :param tears: kills of a process that writes
    :param simulated: units of each simulated farm
    :param limit: seconds within which a farm shall go on after its controller was killed
    :param whole: whether faults are tried that take minutes each
    """

    units: int = 120
    pause: float = 5.0
    restarts: int = 20
    stops: int = 10
    lossy: int = 60
    loss: float = 0.1
    full: int = 10
    tears: int = 100
    simulated: int = 600
    limit: float = 5.0
    whole: bool = False


#: An hour of it, at most.
SOAK = Roughness(units=1000, restarts=200, stops=100, lossy=300, full=30, tears=1000, simulated=10_000, whole=True)


@dataclass(frozen=True)
class Seen:
    """What a farm made of a fault.

    :param text: a sentence
    :param figure: the number that tells most
    :param passed: ``None`` where this machine cannot show it
    """

    text: str
    figure: str
    passed: bool | None


@dataclass(frozen=True)
class Fault:
    """Something that happens to farms.

    :param name: to choose it by
    :param what: happens
    :param shown: what is to be seen then
    :param run: lets it happen to a farm in an empty folder
    :param long: it is left out unless everything is tried
    """

    name: str
    what: str
    shown: str
    run: Callable[[Path, Roughness], Seen]
    long: bool = False
