"""Every message that the reader can give stands in a golden text, so that somebody has read it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import reelwork.scene

SOURCES = sorted(Path(reelwork.scene.__path__[0]).glob("*.py"))
GOLDEN = "\n".join(
    path.read_text("utf-8") for path in sorted((Path(__file__).parent.parent / "broken_scenes").glob("*.txt"))
)
CALLS = ("wrong", "add", "fault", "warn")
ELSEWHERE = (
    "a scene's file has at most",  # test_compose
    "a scene has at most {} MB",
    "the scene cannot be read",
    "the file is in UTF-16",
    "is not UTF-8",
    "with its variables written out",  # test_substitute
    "the scene has no variable",
    "no plugin of this machine brings",  # test_reader
    "with all that it shows",  # test_limits
    "parents of parents",
    "several packages bring",  # extensions/test_registry
    "the writer of {} heeds no",  # plugins/formats/test_films
    "{} has no pixel format {}",
)


def template(node: ast.expr) -> str:
    """A message with ``{}`` where values stand; nothing if it is no literal."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return ""


def messages(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CALLS:
            yield from (template(argument) for argument in node.args)
        elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "message":
            yield template(node.value)


def test_every_message_has_a_golden_text() -> None:
    templates = [text for path in SOURCES if path.name != "timing.py" for text in messages(path)]
    spoken = [text for text in templates if " " in text and len(text) > 10]
    assert len(spoken) > 100
    unread = [
        text
        for text in spoken
        if not re.search(".*".join(map(re.escape, text.split("{}"))), GOLDEN)
        and not any(known in text for known in ELSEWHERE)
    ]
    assert unread == []
