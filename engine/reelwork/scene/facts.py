"""Facts: a class of extensions goes in, what pages, terminals and scripts say of it comes out, as plain data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from reelwork import kinds
from reelwork.effect import KEPT, OWN, SPREAD, Extension
from reelwork.extensions import Registry
from reelwork.kinds import REQUIRED, Kind, Param
from reelwork.scene.documentation import documentation
from reelwork.scene.nodes import NOWHERE, node_of, words
from reelwork.scene.read_keyframes import can_move
from reelwork.words import plain_number, value_words

#: What the words for coverage mean.
COVERAGES: Final[Mapping[str, str]] = {
    KEPT: "a pixel comes from the one in its place; what is transparent stays transparent",
    SPREAD: "a pixel comes from those that the effect reads for it, around it, elsewhere or at other times",
    OWN: "what it paints is its own, and comes from no picture",
}

_WORDS: Final[Mapping[type[Kind], str]] = {
    kinds.Boolean: "true or false",
    kinds.Struct: "mapping",
    kinds.PathData: "path data",
}
_UNITS: Final[Mapping[type[Kind], str]] = {
    kinds.Length: "px or %",
    kinds.Point: "px or %",
    kinds.Size: "px or %",
    kinds.Scale: "%",
    kinds.Angle: "degrees",
    kinds.Skew: "degrees",
    kinds.Level: "dB",
    kinds.Time: "s",
}


@dataclass(frozen=True)
class ParameterFacts:
    """One parameter, or one key of a mapping that a parameter takes, as ``stroke.width``.

    :param kind: in a word or a few
    :param minimum: in the unit, as ``maximum`` is
    :param usual: between which values people stay, where the range is wider
    :param options: the words that may be written, where there are only some; of a file, its endings
    :param default: as a scene would write it; empty where there is none
    :param keyframes: whether it may be keyframed
    """

    name: str
    kind: str
    unit: str
    minimum: float | None
    maximum: float | None
    usual: tuple[float, float] | None
    options: tuple[str, ...]
    default: str
    required: bool
    keyframes: bool
    help: str

    @property
    def range(self) -> str:
        """What lies between the least and the most, in words."""
        low, high = (None if limit is None else plain_number(limit) for limit in (self.minimum, self.maximum))
        if low is None or high is None:
            return f"from {low}" if low else f"to {high}" if high else ""
        return f"{low} to {high}"

    @property
    def told(self) -> str:
        """What it does, with the words that may be written, or between which values people stay."""
        said = [self.help] if self.help else []
        if self.options:
            said.append(f"One of {', '.join(self.options)}.")
        if self.usual:
            said.append(f"Usually {' to '.join(map(plain_number, self.usual))}.")
        return " ".join(said)


@dataclass(frozen=True)
class ExtensionFacts:
    """One extension.

    :param kind: ``effect``, ``merge`` …
    :param package: what brings it, and its version
    :param text: paragraphs, as :class:`reelwork.scene.documentation.Documentation` has them
    :param presets: the parameters of each, as their authors wrote them
    :param renamed: old names of parameters and what they are called now
    """

    name: str
    kind: str
    version: int
    package: str
    title: str
    text: tuple[str, ...]
    coverage: str
    parameters: tuple[ParameterFacts, ...]
    presets: Mapping[str, Mapping[str, Any]]
    renamed: Mapping[str, str]


def facts(name: str, cls: type[Extension], registry: Registry) -> ExtensionFacts:
    """What is known of an extension.

    :param name: by which scenes use it
    """
    said = documentation(cls)
    return ExtensionFacts(
        name=name,
        kind=cls.word,
        version=cls.version,
        package=registry.whence(cls),
        title=said.title,
        text=said.paragraphs,
        coverage=cls.coverage,
        parameters=tuple(_parameters(cls.params(), "", set())),
        presets={preset: dict(values) for preset, values in cls.presets.items()},
        renamed=dict(cls.renamed),
    )


def written(parameters: Mapping[str, Any]) -> str:
    """Parameters as a scene would write them, without the braces."""
    return words(node_of(parameters, NOWHERE))[1:-1]


def _parameters(params: Mapping[str, Param], before: str, told: set[type]) -> Iterator[ParameterFacts]:
    for name, param in params.items():
        if param.later:
            continue
        low, high = _limits(param.kind)
        yield ParameterFacts(
            name=before + name,
            kind=_kind(param.kind),
            unit=_unit(param.kind),
            minimum=low,
            maximum=high,
            usual=next((part.soft_range for part in _parts(param.kind) if isinstance(part, kinds.Number)), None),
            options=_options(param.kind),
            default="" if param.default is REQUIRED else value_words(param.default, param.kind),
            required=param.default is REQUIRED,
            keyframes=param.animated and can_move(param.kind),
            help=param.help,
        )
        for part in _parts(param.kind):
            if isinstance(part, kinds.Struct) and part.model not in told:
                told.add(part.model)
                yield from _parameters(kinds.params(part.model), f"{before}{name}.", told)


def _parts(kind: Kind) -> Iterator[Kind]:
    """The kind itself, or those that it is made of."""
    if isinstance(kind, kinds.OneOf):
        for option in kind.options:
            yield from _parts(option)
    elif isinstance(kind, kinds.List):
        yield from _parts(kind.item)
    else:
        yield kind


def _kind(kind: Kind) -> str:
    match kind:
        case kinds.Number(integer=True):
            return "whole number"
        case kinds.OneOf():
            return _either(map(_kind, kind.options))
        case kinds.List():
            least, most = kind.minimum, kind.maximum
            count = f"{least} " if least == most else f"{least} to {most} " if most else ""
            return f"list of {count}{_plural(_kind(kind.item))}"
        case kinds.Struct(shorthand=str(key)):
            return _either((_kind(kinds.params(kind.model)[key].kind), "mapping"))
    return _WORDS.get(type(kind), type(kind).__name__.lower())


def _plural(words: str) -> str:
    first, space, rest = words.partition(" of ")
    return " or ".join(f"{word}s" for word in first.split(" or ")) + space + rest


def _either(words: Iterable[str]) -> str:
    return " or ".join(dict.fromkeys(part for word in words for part in word.split(" or ")))


def _unit(kind: Kind) -> str:
    for part in _parts(kind):
        unit = part.unit if isinstance(part, kinds.Number) else _UNITS.get(type(part), "")
        if isinstance(part, kinds.Ratio) and part.bounded:
            unit = "%"
        if unit:
            return unit
    return ""


def _limits(kind: Kind) -> tuple[float | None, float | None]:
    for part in _parts(kind):
        match part:
            case kinds.Ratio(bounded=True):
                return 0.0, 100.0
            case kinds.Number() | kinds.Ratio() | kinds.Level() | kinds.Time():
                return part.minimum, part.maximum
            case kinds.Length():
                return part.minimum, None
    return None, None


def _options(kind: Kind) -> tuple[str, ...]:
    found: list[str] = []
    for part in _parts(kind):
        found += part.options if isinstance(part, kinds.Choice) else ()
        found += part.endings if isinstance(part, kinds.File) else ()
    return tuple(found)
