"""Composing: a file of YAML 1.2 or JSON goes in, nodes come out, within bounds that hostile files cannot break."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from reelwork.errors import Place, SceneError
from reelwork.scene.nodes import Broken, Mapping, Node, Scalar, Sequence, item, join
from reelwork.scene.report import Report, quote
from reelwork.scene.syntax import COLOUR_COMMENT, explain

MAX_BYTES: Final = 2 << 20
MAX_DEPTH: Final = 100
#: With every alias written out.
MAX_NODES: Final = 100_000

_LINE_END: Final = re.compile("\r\n|[\r\n\x85\u2028\u2029]")  # what ruamel.yaml counts as one
_INVISIBLE: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]"
)
_GLUED: Final = re.compile(r"[^\s:]+:\S")


def read_text(path: Path) -> str:
    """The text of a scene's file.

    :raises SceneError: it is missing, too large, or not UTF-8
    """
    place = Place(str(path), 1, 1)
    report = Report()
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        report.add(f"the scene cannot be read: {error.strerror or error}", place)
        data = b""
    if len(data) > MAX_BYTES:
        report.add(
            f"a scene's file has at most {MAX_BYTES >> 20} MB", place, remedy="split it, or move media out of it"
        )
    elif data.startswith((b"\xff\xfe", b"\xfe\xff")):
        report.add("the file is in UTF-16", place, remedy="save it as UTF-8")
    report.raise_if_wrong()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        report.add(
            f"byte 0x{data[error.start]:02x} is not UTF-8",
            Place(str(path), line, column),
            remedy="save the file as UTF-8",
        )
        raise SceneError(tuple(report.problems)) from error


def compose(text: str, file: str, report: Report) -> Mapping | None:
    """The nodes of a text, or ``None`` where there are none; what is wrong goes into ``report``.

    Tags, merge keys and keys that stand twice are errors, and so are the traps of YAML: a colour that begins a comment,
    an expression without quotes in a flow collection, a missing space after a colon.
    """
    if len(text) > MAX_BYTES:
        report.add(f"a scene has at most {MAX_BYTES >> 20} MB", Place(file, 1, 1))
        return None
    composer = _Composer(Source(file, text), report)
    root = composer.run()
    if root is None or isinstance(root, Mapping):
        return root
    if not isinstance(root, Broken):
        report.add("a scene is a mapping of keys such as `reelwork: 1` and `compositions:`", root.place)
    return None


class Source:
    """A text by its lines, so that places can show them."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text

    @cached_property
    def lines(self) -> list[str]:
        """Its lines, without their ends."""
        return [_INVISIBLE.sub("\ufffd", line).replace("\t", " ") for line in _LINE_END.split(self.text)]

    def line(self, number: int) -> str:
        """A line, from 0; empty past the end."""
        return self.lines[number] if number < len(self.lines) else ""

    def place(self, start: Any, end: Any = None) -> Place:
        """A place from ruamel.yaml's marks."""
        line = self.line(start.line)
        stop = len(line) if end is None or end.line != start.line else end.column
        width = 1 if end is None else max(1, stop - start.column)
        return Place(self.file, start.line + 1, start.column + 1, line, width)


@dataclass
class _Open:
    """A list or a mapping whose end has not come yet."""

    event: Any
    path: str
    is_mapping: bool
    pairs: dict[str, tuple[Scalar, Node]] = field(default_factory=dict)
    items: list[Node] = field(default_factory=list)
    key: Node | None = None
    size: int = 1
    height: int = 1
    broken: bool = False

    @property
    def next_path(self) -> str:
        """The path of what comes next in it."""
        if not self.is_mapping:
            return item(self.path, len(self.items))
        return join(self.path, self.key.text) if isinstance(self.key, Scalar) else self.path


class _TooMuchError(Exception):
    """A bound was broken: nothing more is read."""


class _Composer:
    def __init__(self, source: Source, report: Report) -> None:
        self.source = source
        self.report = report
        self.stack: list[_Open] = []
        self.anchors: dict[str, tuple[Node, int, int]] = {}
        self.open_anchors: set[str] = set()
        self.root: Node | None = None

    def run(self) -> Node | None:
        try:
            for event in _events(self.source.text):
                self._event(event)
        except _TooMuchError:
            return None
        except Exception as error:  # the parser meets hostile text and may fail in any way
            flow = next((frame.event.start_mark.line for frame in self.stack if frame.event.flow_style), None)
            self.report.problems.append(explain(error, self.source, flow))
            return None
        if self.root is None and not self.report.problems:
            self.report.add(
                "the file is empty", Place(self.source.file, 1, 1), remedy="a scene begins with `reelwork: 1`"
            )
        return self.root

    def _event(self, event: Any) -> None:
        name = type(event).__name__
        if name == "ScalarEvent":
            self._tag(event)
            self._add(self._scalar(event), 1, 0, event.anchor)
        elif name == "AliasEvent":
            self._alias(event)
        elif name in ("MappingStartEvent", "SequenceStartEvent"):
            self._tag(event)
            self._open(event, name == "MappingStartEvent")
        elif name in ("MappingEndEvent", "SequenceEndEvent"):
            self._close()
        elif name == "DocumentStartEvent" and self.root is not None:
            self.report.add("a scene is one document; here a second one begins", self.source.place(event.start_mark))
            raise _TooMuchError

    def _tag(self, event: Any) -> None:
        if event.tag is not None:
            place = self.source.place(event.start_mark)
            self.report.add(
                "tags (`!…`) are not part of a scene", place, self._path(), "leave it out: the key says the type"
            )

    def _path(self) -> str:
        return self.stack[-1].next_path if self.stack else ""

    def _scalar(self, event: Any) -> Node:
        place = self.source.place(event.start_mark, event.end_mark)
        text = event.value
        if any("\ud800" <= c <= "\udfff" for c in text):
            try:
                text = text.encode("utf-16", "surrogatepass").decode("utf-16")
            except UnicodeDecodeError:
                self.report.add("an escape names half of a character (a surrogate)", place, self._path())
                return Broken(place)
        return Scalar(text, event.style is not None or not event.implicit[0], place)

    def _alias(self, event: Any) -> None:
        place = self.source.place(event.start_mark, event.end_mark)
        found = self.anchors.get(event.anchor)
        if event.anchor in self.open_anchors:
            self.report.add(f"the alias *{event.anchor} stands inside what it names", place, self._path())
        elif found is None:
            self.report.add(f"the alias *{event.anchor} names nothing above it", place, self._path())
        node, size, height = found if found and event.anchor not in self.open_anchors else (Broken(place), 1, 0)
        self._add(node, size, height, None)

    def _open(self, event: Any, is_mapping: bool) -> None:
        if event.anchor:
            self.open_anchors.add(event.anchor)
        if len(self.stack) >= MAX_DEPTH:
            self._too_deep(self.source.place(event.start_mark))
        self.stack.append(_Open(event, self._path(), is_mapping))

    def _too_deep(self, place: Place) -> None:
        self.report.add(f"lists and mappings are nested more than {MAX_DEPTH} deep", place)
        raise _TooMuchError

    def _close(self) -> None:
        done = self.stack.pop()
        place = self.source.place(done.event.start_mark)
        flow = bool(done.event.flow_style)
        node: Node
        if done.broken:
            node = Broken(place)
        elif done.is_mapping:
            node = Mapping(tuple(done.pairs.values()), place, flow)
        else:
            node = Sequence(tuple(done.items), place, flow)
        if done.event.anchor:
            self.open_anchors.discard(done.event.anchor)
        self._add(node, done.size, done.height, done.event.anchor)

    def _add(self, node: Node, size: int, height: int, anchor: str | None) -> None:
        if anchor:
            self.anchors[anchor] = (node, size, height)
        if not self.stack:
            self.root = node
            return
        parent = self.stack[-1]
        parent.size += size
        parent.height = max(parent.height, height + 1)
        if sum(frame.size for frame in self.stack) > MAX_NODES:
            self.report.add(f"a scene has at most {MAX_NODES:,} values, aliases written out", node.place, self._path())
            raise _TooMuchError
        if len(self.stack) + height > MAX_DEPTH:
            self._too_deep(node.place)
        if not parent.is_mapping:
            parent.items.append(self._checked(node, parent, node.place))
        elif parent.key is None:
            parent.key = node
        else:
            key, parent.key = parent.key, None
            self._pair(parent, key, node)

    def _pair(self, parent: _Open, key: Node, value: Node) -> None:
        if isinstance(key, Broken):
            return
        if not isinstance(key, Scalar):
            self.report.add("a key is one word, not a list or a mapping", key.place, parent.path)
            return
        path = join(parent.path, key.text)
        if key.is_empty:
            self.report.add("a key is missing before the `:`", key.place, parent.path)
        elif key.text == "<<" and not key.quoted:
            self.report.add(
                "merge keys (`<<`) are not part of a scene",
                key.place,
                parent.path,
                "an alias may stand for a whole value",
            )
        elif parent.event.flow_style and not key.quoted and _is_bare(value) and _GLUED.match(key.text):
            name, _, rest = key.text.partition(":")
            self.report.add(
                f"a space is missing after the colon in {quote(key.text)}",
                key.place,
                parent.path,
                f"write {name}: {rest}",
            )
            parent.broken = True
        elif key.text in parent.pairs:
            first, _ = parent.pairs[key.text]
            self.report.add(
                f"the key {quote(key.text)} stands twice, first in line {first.place.line}", key.place, path
            )
        else:
            parent.pairs[key.text] = (key, self._checked(value, parent, key.place, path))

    def _checked(self, node: Node, parent: _Open, before: Place, path: str = "") -> Node:
        """The node, or ``Broken`` where it fell into a trap; ``before`` is what stands before it on its line."""
        path = path or item(parent.path, len(parent.items))
        if not isinstance(node, Scalar) or node.quoted:
            return node
        if parent.event.flow_style and node.text.startswith("="):
            rest = " …" if node.text.count("(") > node.text.count(")") else ""
            remedy = f'write "{node.text}{rest}"'
            self.report.add("an expression inside {…} or […] stands in quotes", node.place, path, remedy)
            parent.broken = True
            return Broken(node.place)
        if node.is_empty:
            start = before.column - 1 + (before.width if path[-1] != "]" else 0)
            comment = COLOUR_COMMENT.search(before.text, start)
            if comment:
                colour = comment["colour"]
                place = Place(before.file, before.line, comment.start("colour") + 1, before.text, len(colour))
                self.report.add(
                    f"{colour} begins a comment here, so there is no value", place, path, f'write "{colour}"'
                )
                return Broken(node.place)
            if parent.is_mapping:  # the parser's place is where the next thing begins
                return Scalar("", quoted=False, place=before)
        return node


def _is_bare(node: Node) -> bool:
    return isinstance(node, Scalar) and node.is_empty


def _events(text: str) -> Iterator[Any]:
    from ruamel.yaml import YAML  # here, since only reading a scene needs it

    # JSON may be indented with tabs, which YAML refuses; a space in their place keeps every column
    if text.lstrip()[:1] in ("{", "["):
        text = re.sub(r"(?m)^[ \t]+", lambda indent: " " * len(indent[0]), text)
    return iter(YAML(typ="safe", pure=True).parse(text))
