"""Pages: what plugins bring goes in, Markdown comes out, and which picture goes with which shot."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from reelwork.extensions import Plugin, Registry
from reelwork.gallery.shots import Shot, sample, shots
from reelwork.scene.facts import COVERAGES, ExtensionFacts, ParameterFacts, facts, written

_HEAD: Final = "<!-- Written by `python -m reelwork.gallery` from the plugins themselves. -->"
_ROW: Final = 3
_ABOUT: Final = " ".join(
    (
        "Each page has the parameters, presets and pictures of one plugin; `reelwork effects NAME` says the same on a",
        "terminal. Effects are tried on this picture, or on a layer that is transparent around its subject; merges put",
        "paint over its left part; transitions are on their way to another.",
    )
)


@dataclass(frozen=True)
class Gallery:
    """Pages and pictures by their paths in the gallery's folder."""

    pages: dict[str, str]
    pictures: dict[str, Shot]


def gallery(registry: Registry, package: str) -> Gallery:
    """Everything that a package's plugins bring, a page for each plugin, and one that leads to them."""
    pages, pictures = {}, {}
    index = [f"# What {package} brings", _HEAD, _ABOUT, "![The picture that effects are tried on](pictures/sample.jpg)"]
    pictures["pictures/sample.jpg"] = Shot("sample", "", sample("- composition: picture"), 1)
    for plugin in registry.plugins:
        if plugin.package != package or not plugin.brings:
            continue
        sections = list(_sections(plugin, registry))
        title = _sentence(plugin)
        pages[f"{plugin.name}.md"] = _joined([f"# {_title(plugin)}", _HEAD, title, *_texts(sections)])
        for section in sections:
            pictures.update(section.pictures)
        links = " · ".join(f"[{each.title}]({plugin.name}.md#{_anchor(each)})" for each in sections)
        index.append(f"**[{_title(plugin)}]({plugin.name}.md).** {title}\n{links}")
    pages["README.md"] = _joined(index)
    return Gallery(pages, pictures)


@dataclass(frozen=True)
class _Section:
    """One extension's part of a page.

    :param title: its name, with what it is where the plugin has another one of that name
    """

    title: str
    facts: ExtensionFacts
    pictures: dict[str, Shot]


def _sections(plugin: Plugin, registry: Registry) -> Iterator[_Section]:
    taken = set()
    for table in registry.tables.values():
        for name, cls in table.items():
            if cls in plugin.brings:
                known, made = facts(name, cls, registry), shots(name, cls)
                title = f"{name} ({known.kind})" if name in taken else name
                taken.add(name)
                stem = f"pictures/{plugin.name}/{_plain(title).replace(':', '-')}"
                yield _Section(title, known, {f"{stem}-{n}.jpg": shot for n, shot in enumerate(made, start=1)})


def _anchor(section: _Section) -> str:
    return _plain(section.title).replace(":", "")


def _plain(title: str) -> str:
    return title.replace(" ", "-").replace("(", "").replace(")", "")


def _title(plugin: Plugin) -> str:
    return plugin.name.replace("_", " ").capitalize()


def _sentence(plugin: Plugin) -> str:
    """What the plugin's module says of itself in its first line."""
    return (sys.modules[plugin.module].__doc__ or plugin.name).strip().splitlines()[0]


def _texts(sections: Sequence[_Section]) -> Iterator[str]:
    for section in sections:
        each = section.facts
        yield f"## {section.title}"
        yield from (f"```text\n{part}```" if part.endswith("\n") else part for part in (each.title, *each.text))
        coverage = f" Coverage is {each.coverage}: {COVERAGES[each.coverage]}." if each.coverage else ""
        yield f"*{each.kind.capitalize()}, version {each.version}.*{coverage}"
        yield from _pictures(section.pictures)
        if each.parameters:
            head = ("parameter", "kind", "unit", "range", "default", "keyframes", "meaning")
            yield _table([head, *map(_row, each.parameters)])
        if each.presets:
            yield _table(
                [("preset", "sets"), *((name, f"`{written(values)}`") for name, values in each.presets.items())]
            )
        if each.renamed:
            yield " ".join(f"`{old}` is called `{new}` now." for old, new in each.renamed.items())


def _row(each: ParameterFacts) -> tuple[str, ...]:
    default = "needed" if each.required else f"`{each.default}`" if each.default else "–"
    return (f"`{each.name}`", each.kind, each.unit, each.range, default, "yes" if each.keyframes else "no", each.told)


def _pictures(pictures: dict[str, Shot]) -> Iterator[str]:
    """Pictures with their titles, a few to a row; the words of scenes that take several lines stand below."""
    items = list(pictures.items())
    for first in range(0, len(items), _ROW):
        row = items[first : first + _ROW]
        yield _table(
            [
                tuple(shot.title for _, shot in row),
                tuple(f"![{shot.title}]({path})" for path, shot in row),
                tuple(f"`{shot.words}`" if "\n" not in shot.words else "as below" for _, shot in row),
            ]
        )
        yield from (f"```yaml\n{shot.words}\n```" for _, shot in row if "\n" in shot.words)


def _table(rows: Sequence[tuple[str, ...]]) -> str:
    head, *rest = [f"| {' | '.join(cell.replace('|', '¦') for cell in row)} |" for row in rows]
    return "\n".join([head, f"|{' --- |' * len(rows[0])}", *rest])


def _joined(parts: Sequence[str]) -> str:
    return "\n\n".join(parts) + "\n"
