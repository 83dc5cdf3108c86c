"""Kinds that only scenes have: names, files, rates, and the lists of layers, clips and effects."""

from __future__ import annotations

from dataclasses import dataclass

from reelwork.kinds import Kind, Param, params


@dataclass(frozen=True)
class Identifier(Kind):
    """A name that is given here. Plain value: ``str``. ``of`` says what gets it, such as ``layer``."""

    of: str


class Record(Kind):
    """``handle/slug``, a record of the catalogue. Plain value: ``str``."""


@dataclass(frozen=True)
class File(Kind):
    """A path with ``/``. Plain value: ``str``.

    :param output: relative to ``out/``; others are relative to the scene's folder
    """

    output: bool = False


class Rate(Kind):
    """Frames per second. Plain value: ``Fraction``; ``23.976`` and its like mean what broadcasters mean by them."""


class PixelSize(Kind):
    """``[width, height]`` in whole pixels. Plain value: ``(int, int)``."""


class PixelBox(Kind):
    """``[x, y, width, height]`` in whole pixels. Plain value: ``(int, int, int, int)``."""


class Bitrate(Kind):
    """Bits per second: ``192k``, ``8M``. Plain value: ``int``."""


class Interval(Kind):
    """``[from, to]``, two times. Plain value: ``(Fraction, Fraction)`` seconds, the end excluded."""


class Looping(Kind):
    """``true``, ``ping-pong`` or a count. Plain value: ``Loop`` or ``None``."""


@dataclass(frozen=True)
class Table(Kind):
    """Names with one thing each. Plain value: ``dict``. ``of`` says what is named, such as ``composition``.

    :param titles: whether the names are words for people, whatever stands in them
    """

    of: str
    item: Kind
    titles: bool = False


class Data(Kind):
    """Anything that can be written: a value, a list, a mapping. Plain value: the node."""


class Layers(Kind):
    """A list of layers. Plain value: ``tuple[Layer, ...]``."""


class Clips(Kind):
    """A list of clips, transitions and gaps. Plain value: ``tuple[Clip | TransitionUse | Gap, ...]``."""


@dataclass(frozen=True)
class Effects(Kind):
    """A list of effects, each a name or a name with parameters. Plain value: ``tuple[EffectUse, ...]``.

    :param of: ``effect`` of pictures, or ``sound effect``
    """

    of: str = "effect"


@dataclass(frozen=True)
class Choosing(Kind):
    """One extension: a name, or a name with parameters. Plain value: ``(name, parameters)``.

    :param of: ``transition`` or ``generator``
    :param extra: parameters that it takes beyond its own
    """

    of: str
    extra: tuple[str, ...] = ()


class MergeName(Kind):
    """The name of a merge that a plugin registers. Plain value: ``str``."""


@dataclass(frozen=True)
class Made(Kind):
    """The parameters of one registered generator. Plain value: ``dict`` of them by their Python names.

    :param generator: which one
    :param shorthand: the parameter that a bare string stands for, if any
    """

    generator: str
    shorthand: str | None = None


class Expression(Kind):
    """An expression. Plain value: ``str``."""


def keys_of(model: type) -> dict[str, Param]:
    """The keys of a model with those that are not built yet, which its ``later`` names."""
    later: type | None = getattr(model, "later", None)
    return params(model) | (params(later) if later else {})
