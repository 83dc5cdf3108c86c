"""SPDX expressions: which licences a text names, joined how, and what is wrong with it."""

from __future__ import annotations

import difflib
import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final

from reelwork.catalogue.text import shown

if TYPE_CHECKING:
    from collections.abc import Collection

#: Licences that works of art come under, which need no parser to be known.
_PLAIN: Final = frozenset(
    {"CC0-1.0", "OFL-1.1"}
    | {f"CC-{terms}-{v}" for terms in ("BY", "BY-SA", "BY-NC", "BY-NC-SA", "BY-ND", "BY-NC-ND") for v in ("3.0", "4.0")}
)
#: A licence that a catalogue declares itself.
REFERENCE: Final = re.compile(r"LicenseRef-[A-Za-z0-9.-]{1,60}")


def options(expression: str) -> tuple[frozenset[str], ...]:
    """What an expression lets one choose from: each a set of licences that hold together.

    :raises ValueError: it is no SPDX expression

    >>> options("CC0-1.0")
    (frozenset({'CC0-1.0'}),)
    """
    if expression in _PLAIN or REFERENCE.fullmatch(expression):
        return (frozenset({expression}),)
    parsed = _parsed(expression)
    if len(parsed.literals) > 8:  # what there is to choose from doubles with each OR within an AND
        raise ValueError("more than eight licences in one expression")
    return tuple(dict.fromkeys(_alternatives(parsed)))


def trouble(expression: str, declared: Collection[str]) -> tuple[str, str] | None:
    """What is wrong with a licence, in words that follow its name, and a remedy; ``None`` where nothing is.

    :param declared: the ``LicenseRef-…`` names that the catalogue declares
    """
    if expression in _PLAIN or expression in declared:
        return None
    try:
        unknown = _licensing().unknown_license_keys(_parsed(expression))
    except ValueError as error:
        return f"is no SPDX expression: {shown(str(error), 120)}", "write one such as CC-BY-4.0 or CC0-1.0"
    for name in unknown:
        if name.lower().startswith("licenseref-") and name not in declared:
            remedy = f"declare it in licences/{name}.toml" if REFERENCE.fullmatch(name) else ""
            return f"names {shown(name, 80)}, which the catalogue does not declare", remedy
        if name not in declared:
            near = difflib.get_close_matches(name, _licensing().known_symbols, n=1, cutoff=0.5)
            remedy = f"did you mean {near[0]!r}?" if near else ""
            return f"names {shown(name, 80)!r}, which is not on the SPDX list", remedy
    return None


@cache
def _licensing() -> Any:
    import license_expression  # here, since most catalogues name only licences that need no parser

    return license_expression.get_spdx_licensing()


@lru_cache(maxsize=1024)
def _parsed(expression: str) -> Any:
    from license_expression import ExpressionError, ExpressionParseError

    if len(expression) > 300:
        raise ValueError("longer than 300 characters")
    try:
        parsed = _licensing().parse(expression)
    except (ExpressionError, ExpressionParseError, RecursionError) as error:
        raise ValueError(str(error).split(":")[0].removeprefix("Invalid expression") or "it does not parse") from error
    if parsed is None:
        raise ValueError("it is empty")
    return parsed


def _alternatives(node: Any) -> list[frozenset[str]]:
    from license_expression import LicenseWithExceptionSymbol

    licensing = _licensing()
    if isinstance(node, licensing.OR):
        return [option for part in node.args for option in _alternatives(part)]
    if isinstance(node, licensing.AND):
        joined: list[frozenset[str]] = [frozenset()]
        for part in node.args:
            joined = list(dict.fromkeys(one | other for one in joined for other in _alternatives(part)))
        return joined
    if isinstance(node, LicenseWithExceptionSymbol):
        return [frozenset({node.license_symbol.key})]
    return [frozenset({node.key})]
