"""What all extensions have in common: names, versions, parameters, and what they say of themselves."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, dataclass_transform

from reelwork.kinds import Param, param, params

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

#: How an effect carries coverage, which says what of its input a pixel of its output comes from.
#: ``kept``: from the pixel in the same place; where the input is transparent, so is the output.
#: ``spread``: from those that ``needs`` names, and none that ``region`` leaves out has any of it.
#: ``own``: from none; what it paints is its own.
KEPT, SPREAD, OWN = "kept", "spread", "own"


@dataclass(frozen=True)
class Example:
    """One picture on an extension's page.

    :param title: what it shows, a few words
    :param parameters: as a scene writes them
    :param on: what an effect is tried on: ``picture``, a landscape; ``cutout``, a balloon on transparency; ``flight``,
        the landscape with a balloon that moves. Empty: the last for effects through time, else the first
    :param layers: the layers of a composition, in YAML, where parameters alone do not show it; they may show the three,
        ``other``, which is another landscape, and ``paint``
    """

    title: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    on: str = ""
    layers: str = ""


@dataclass_transform(field_specifiers=(param,), kw_only_default=True, frozen_default=True)
class Extension:
    """Base of all that a plugin brings. Subclass one of the classes below it, with ``name=`` and ``version=``.

    The class's docstring is its documentation: first line a title, the rest shown by ``reelwork effects NAME``.
    """

    #: What messages call its kind.
    word: ClassVar[str] = "extension"
    name: ClassVar[str] = ""
    version: ClassVar[int] = 0
    #: Parameters (as scenes name them) of which one, and only one, must be written; empty where there is no such rule.
    exactly_one: ClassVar[tuple[str, ...]] = ()
    #: Whether it reads ``context.time``. What is not timed is painted once for as long as nothing else changes.
    timed: ClassVar[bool] = False
    #: How long it takes at most with usual parameters: nanoseconds for a pixel of its output, on one core of today;
    #: ``None`` where nobody says. A call that takes a hundred times as long, and more than five seconds, is taken to
    #: hang; without a declared cost, one of more than a minute.
    cost: ClassVar[float | None] = None
    #: Names that parameters had in older versions, and those that they have now; scenes may go on with the old ones.
    renamed: ClassVar[Mapping[str, str]] = {}
    #: Named sets of parameters, as scenes write them: ``{"dreamy": {"radius": 40, "opacity": "80%"}}``.
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {}
    #: What its page shows; without any, its defaults.
    examples: ClassVar[tuple[Example, ...]] = ()
    #: ``KEPT``, ``SPREAD`` or ``OWN``; empty for what has several inputs, or no picture.
    coverage: ClassVar[str] = ""

    def __init_subclass__(cls, *, name: str = "", version: int = 0, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.name, cls.version = name, version
        dataclasses.dataclass(frozen=True, kw_only=True)(cls)

    @classmethod
    def params(cls) -> dict[str, Param]:
        """Its parameters by the names that scenes use."""
        return params(cls)

    @classmethod
    def migrate(cls, version: int, parameters: dict[str, Any]) -> dict[str, Any]:
        """Parameters that a scene wrote for an older version, as this version wants them.

        It is asked where a scene says an older version, or says none and writes a name that is not known now.

        :param version: the one that the scene says, or 0
        :param parameters: by the names that scenes use, those in ``renamed`` by their new ones. A value is what is
            written: a text such as ``"50%"``, a list, or a mapping, such as keyframes; see :func:`converted`
        """
        return parameters

    def check(self) -> None:
        """Refuse parameters that make no sense together, or a file that cannot be used.

        It is asked when a scene is read, of what is written, and of keyframes at every key.

        :raises ValueError: what is wrong, in words for whoever wrote the scene
        """


def converted(value: Any, change: Callable[[str], str]) -> Any:
    """A written value with another in place of each that stands in it: of keyframes, of all keys.

    >>> converted({"0s": "4", "2s": {"value": "8", "ease": "hold"}}, lambda text: f"{float(text) / 2:g}")
    {'0s': '2', '2s': {'value': '4', 'ease': 'hold'}}
    """
    if isinstance(value, dict):
        return {key: part if key == "ease" else converted(part, change) for key, part in value.items()}
    if isinstance(value, list):
        return [converted(part, change) for part in value]
    return change(value)
