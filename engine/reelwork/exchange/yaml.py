"""Writing scenes: mappings, lists and texts go in, YAML comes out as a person would write it.

A key of a mapping that begins with ``#`` is a comment: its value stands above the key that follows, and below an empty
line where it begins with ``##``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

#: How long a line may be that holds a whole mapping or list.
WIDTH: Final = 112
_PLAIN: Final = re.compile(r"-?[\w.+/]([\w.%+/ -]*[\w.%+/-])?\Z")
_KEY: Final = re.compile(r"[^\W]([\w.;/ -]*\w)?\Z")


class Typed:
    """Plain data whose types must survive: texts are quoted, numbers and truths are not."""

    def __init__(self, value: Any) -> None:
        self.value = value


def quoted(text: str) -> str:
    """A text in double quotes, with what cannot be seen escaped."""
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(char: str) -> str:
    if char in '"\\':
        return f"\\{char}"
    if char == "\n":
        return "\\n"
    if char == " " or char.isprintable():
        return char
    number = ord(char)
    if 0xD800 <= number <= 0xDFFF:
        return "\ufffd"
    return f"\\x{number:02x}" if number < 256 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def literal(text: str) -> str:
    """A text of a stranger's, in which a dollar is a dollar and names no variable."""
    return text.replace("$", "$$")


def dump(data: Mapping[str, Any]) -> str:
    """A whole file."""
    lines: list[str] = []
    _mapping(data, 0, lines)
    return "\n".join(lines) + "\n"


def flow(value: Any) -> str:
    """A value on one line."""
    match value:
        case Typed():
            return _typed(value.value)
        case Mapping():
            inside = ", ".join(f"{_key(key)}: {flow(part)}" for key, part in value.items() if not key.startswith("#"))
            return f"{{{inside}}}"
        case str():
            return value if _PLAIN.match(value) else quoted(value)
        case Sequence():
            return f"[{', '.join(map(flow, value))}]"
        case bool():
            return "true" if value else "false"
    return str(value)


def _typed(value: Any) -> str:
    match value:
        case Mapping():
            return f"{{{', '.join(f'{quoted(str(key))}: {_typed(part)}' for key, part in value.items())}}}"
        case str():
            return quoted(value)
        case Sequence():
            return f"[{', '.join(map(_typed, value))}]"
    return json.dumps(value)


def _key(key: str) -> str:
    return key if _KEY.match(key) and key.lower() not in {"null", "true", "false"} else quoted(key)


def _comment(text: str, indent: int) -> list[str]:
    clean = "".join(char if char == "\n" or char.isprintable() else " " for char in text)
    return [f"{' ' * indent}# {line}".rstrip() for line in clean.split("\n")]


def _mapping(data: Mapping[str, Any], indent: int, lines: list[str]) -> None:
    for key, value in data.items():
        if key.startswith("#"):
            lines += [""] * (key.startswith("##") and bool(lines)) + (_comment(value, indent) if value else [])
        else:
            _value(f"{' ' * indent}{_key(key)}:", value, indent, lines)


def _value(head: str, value: Any, indent: int, lines: list[str]) -> None:
    """A value after its key or its dash: on the same line where there is room, below it where not."""
    line = f"{head} {flow(value)}"
    if not isinstance(value, Mapping | list | tuple) or not value or (len(line) <= WIDTH and _is_short(value)):
        lines.append(line)
    elif isinstance(value, Mapping):
        lines.append(head)
        _mapping(value, indent + 2, lines)
    else:
        lines.append(head)
        _list(value, indent + 2, lines)


def _list(items: Sequence[Any], indent: int, lines: list[str]) -> None:
    for part in items:
        head = f"{' ' * indent}-"
        if isinstance(part, Mapping):
            notes = [value for key, value in part.items() if key.startswith("#")]
            for note in notes:
                lines += _comment(note, indent)
            rest = {key: value for key, value in part.items() if not key.startswith("#")}
            if len(f"{head} {flow(rest)}") <= WIDTH and _is_short(rest):
                lines.append(f"{head} {flow(rest)}")
            else:
                inner: list[str] = []
                _mapping(rest, indent + 2, inner)
                inner[0] = f"{head} {inner[0].lstrip()}"
                lines += inner
        else:
            _value(head, part, indent, lines)


def _is_short(value: Any) -> bool:
    """Whether it reads well on one line: without comments, and with no layers inside."""
    match value:
        case Mapping():
            nested = any(key in value for key in ("sequence", "layers", "compositions"))
            return not nested and not any(key.startswith("#") for key in value) and all(map(_is_short, value.values()))
        case list() | tuple():
            return all(map(_is_short, value))
    return True
