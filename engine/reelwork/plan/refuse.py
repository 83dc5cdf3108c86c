"""What extensions refuse: a linked scene goes in, what they say of their parameters comes out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from reelwork.effect import Extension
from reelwork.errors import MediaError, Problem
from reelwork.extensions import Registry, built_in
from reelwork.faults import Calling, PluginFault
from reelwork.graph.files import Use, names_in, uses, with_files
from reelwork.graph.production import Production
from reelwork.plan.evaluate import Scope, curves, instance
from reelwork.timecode import format_seconds


def refused(production: Production, registry: Registry) -> Iterator[Problem]:
    """What is wrong with the parameters of extensions, by their own word, at the first key where it is so.

    Lengths are taken as those of the composition. What reads a file that was not found is not asked.
    """
    for use in uses(production.scene):
        if any(file.name not in production.files for file, _ in names_in(use.params, use.path)):
            continue
        params = with_files(use.params, production.files)
        size = use.composition.size or production.scene.canvas.size
        sides = (float(size[0]), float(size[1]))
        times = sorted({key.time for curve in curves(params) for key in curve.keys})
        for time in times or [Fraction(0)]:
            said = _refusal(_class(use, registry), params, Scope(time, sides, sides))
            if said:
                when = f"at {format_seconds(time)}: " if len(times) > 1 else ""
                yield Problem(f"{when}{said}", use.place, use.path)
                break


def _refusal(cls: type[Extension], params: Mapping[str, Any], scope: Scope) -> str:
    """What an extension says against parameters; nothing where it fails, which is said of the frame where it does."""
    try:
        made = instance(cls, params, scope)
    except PluginFault:
        return ""
    with Calling(made, doing="check()"):
        try:
            made.check()
        except (MediaError, ValueError) as error:
            return str(error)
    return ""


def _class(use: Use, registry: Registry) -> type[Extension]:
    if use.of == "generators" and use.name in ("text", "shape"):
        found = built_in(registry.generators, use.name)
        assert found is not None, f"the built-in plugins bring no {use.name}"
        return found
    table: Mapping[str, type[Extension]] = getattr(registry, use.of)
    return table[use.name]
