"""Documentation: a class goes in, the title and the paragraphs of its docstring come out, for terminals and for pages.

Docstrings are reStructuredText as Python's are: of its marks, those for code and for references are known here.
"""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from reelwork.effect import Extension

_ROLE: Final = re.compile(r":[a-z:]+:`~?([^`<]+?)(?: <[^`>]+>)?`")
_CODE: Final = re.compile(r"``(.+?)``", re.DOTALL)
_EMPHASIS: Final = re.compile(r"(?<![\w`*])\*([^\s*`][^*`]*)\*(?![\w`*])")
_ITEM: Final = re.compile(r"([-*]|\d+\.) ")


@dataclass(frozen=True)
class Documentation:
    """What a docstring says, without examples; code stands between backquotes, as in Markdown.

    :param title: a sentence
    :param paragraphs: each one line; an item of a list begins with its mark, and what is set off keeps its lines, each
        with an end
    """

    title: str
    paragraphs: tuple[str, ...] = ()


def documentation(cls: type[Extension]) -> Documentation:
    """The documentation of a class; one that has no docstring of its own is documented by its name."""
    own = cls.__dict__.get("__doc__") or ""
    text = "" if own.startswith(f"{cls.__name__}(") else inspect.cleandoc(own)
    title, *paragraphs = list(_paragraphs(_marked(text))) or [cls.name]
    return Documentation(title if title.endswith((".", "!", "?", "…")) else f"{title}.", tuple(paragraphs))


def plain(text: str) -> str:
    """The text without its marks."""
    return _EMPHASIS.sub(r"\1", text).replace("`", "")


def wrapped(text: str, width: int, indent: str) -> list[str]:
    """The lines of a paragraph on a terminal.

    :param indent: what stands before each line, and counts to the width
    """
    if text.endswith("\n"):
        return [f"{indent}  {line}" for line in plain(text).splitlines()]
    hanging = " " * len(mark[0]) if (mark := _ITEM.match(text)) else ""
    return textwrap.wrap(
        plain(text),
        max(width, 20),
        initial_indent=indent,
        subsequent_indent=indent + hanging,
        break_on_hyphens=False,
        break_long_words=False,
    )


def _marked(text: str) -> str:
    return _CODE.sub(lambda code: f"`{' '.join(code[1].split())}`", _ROLE.sub(r"`\1`", text))


def _paragraphs(text: str) -> Iterator[str]:
    for block in re.split(r"\n\s*\n", text):
        lines = block.split("\n")
        if lines[0].startswith((">>>", ":")) or not block.strip():
            continue
        if all(line.startswith(" ") for line in lines):
            yield textwrap.dedent(block) + "\n"
            continue
        items: list[str] = []
        for line in lines:
            if _ITEM.match(line) or not items:
                items.append(line)
            else:
                items[-1] += f" {line.strip()}"
        yield from (re.sub(r"::$", ":", item) for item in items)
