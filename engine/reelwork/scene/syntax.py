"""Syntax: an error of the YAML parser goes in, a problem in the format's words comes out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from reelwork.errors import Place, Problem
from reelwork.scene.report import quote

if TYPE_CHECKING:
    from reelwork.scene.compose import Source

#: A colour without quotes, which YAML takes for a comment.
COLOUR_COMMENT: Final = re.compile(r"(?:^|[\s,\[{:])(?P<colour>#[0-9A-Fa-f]{3,8})\b")

_GLUED_KEY: Final = re.compile(r"\s*(?:- )?(?P<key>[\w-]+):(?P<value>[^\s:].*)")

# what the parser says: what it means, what to do
_MEANINGS: Final = (
    (
        r"mapping values are not allowed here",
        "a `:` stands where no key can be",
        "indent keys of one mapping alike, or put quotes around a text that holds `: `",
    ),
    (r"found character '\\t'", "a tab stands in the indentation", "indent with spaces"),
    (
        r"found character '(?P<found>.)' that cannot start",
        "a value cannot begin with {found}",
        "put quotes around the value",
    ),
    (r"found unexpected end of stream", "this quote is never closed", "close it"),
    (
        r"expected ',' or '\]'",
        "this list is not closed: a `,` or a `]` is missing",
        "put quotes around a text with [ ] {{ }} ,",
    ),
    (
        r"expected ',' or '\}'",
        "this mapping is not closed: a `,` or a `}}` is missing",
        "put quotes around a text with [ ] {{ }} ,",
    ),
    (r"expected the node content", "a value is missing here", ""),
    (r"could not find expected ':'", "a `:` is missing after this key", "write `key: value`"),
    (
        r"expected <block end>|did not find expected key|expected a block",
        "the indentation does not fit what stands above",
        "begin all keys of one mapping, and all items of one list, in the same column",
    ),
    (
        r"unknown escape character|expected escape sequence",
        "this escape is not known",
        "write \\\\ for a backslash, or use '…'",
    ),
    (r"special characters are not allowed", "the file holds a control character", "delete it"),
)


def explain(error: Exception, source: Source, flow: int | None) -> Problem:
    """The problem that a failure of the parser stands for.

    :param flow: the line, from 0, where the outermost ``{`` or ``[`` stands that was not closed yet
    """
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is None:
        return Problem(*_without_mark(error, source))
    context = getattr(error, "context_mark", None) or mark
    first = context.line if flow is None else flow
    return _trap(mark, first, source) or _meaning(error, mark, context, source)


def _without_mark(error: Exception, source: Source) -> tuple[str, Place]:
    position = getattr(error, "position", None)
    if isinstance(position, int):
        before = source.text[:position]
        line = before.count("\n")
        column = position - before.rfind("\n")
        return "the file holds a control character", Place(source.file, line + 1, column, source.line(line))
    return "this is not YAML", Place(source.file, 1, 1)


def _trap(mark: Any, first: int, source: Source) -> Problem | None:
    line = source.line(mark.line)
    if line[mark.column : mark.column + 1] == "{" and line[mark.column - 1 : mark.column] == "$":
        place = Place(source.file, mark.line + 1, mark.column, line, 2)
        return Problem("`${…}` inside {…} or […] stands in quotes", place, remedy='write "${name}"')
    for number in range(first, min(mark.line, first + 50) + 1):
        shown = source.line(number)
        for comment in COLOUR_COMMENT.finditer(shown):
            start = comment.start("colour")
            if shown.count('"', 0, start) % 2 == 0 and shown.count("'", 0, start) % 2 == 0:
                colour = comment["colour"]
                place = Place(source.file, number + 1, start + 1, shown, len(colour))
                return Problem(f"{colour} begins a comment here", place, remedy=f'write "{colour}"')
    for number in (mark.line, mark.line - 1):
        glued = _GLUED_KEY.match(source.line(number)) if number >= 0 else None
        if glued:
            place = Place(source.file, number + 1, glued.start("key") + 1, source.line(number), len(glued["key"]) + 1)
            wanted = f"{glued['key']}: {glued['value']}"
            return Problem("a space is missing after the colon", place, remedy=f"write {quote(wanted)}")
    return None


def _meaning(error: Exception, mark: Any, context: Any, source: Source) -> Problem:
    said = str(getattr(error, "problem", None) or "")
    for pattern, meaning, remedy in _MEANINGS:
        match = re.search(pattern, said)
        if match:
            at = context if meaning.startswith("this ") else mark
            return Problem(
                meaning.format(**match.groupdict()), source.place(at), remedy=remedy.format(**match.groupdict())
            )
    return Problem(f"this is not YAML: {said}" if said else "this is not YAML", source.place(mark))
