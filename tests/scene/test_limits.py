"""Scenes of a few lines that would ask for more than any machine has are errors, and found out at once."""

from __future__ import annotations

import pytest
from scene.fakes import REGISTRY

from reelwork.errors import SceneError
from reelwork.scene.reader import read_scene_text
from reelwork.scene.rules import MAX_PARENTS


def messages(text: str) -> list[str]:
    with pytest.raises(SceneError) as caught:
        read_scene_text(text, registry=REGISTRY)
    return [f"{problem.path}: {problem.message}" for problem in caught.value.problems if not problem.warning]


def test_compositions_that_multiply_are_counted():
    lines = ["reelwork: 1", "compositions:"]
    for number in range(12):
        shown = f"composition: c{number + 1}" if number < 11 else "solid: red"
        lines.append(f"  {'main' if number == 0 else f'c{number}'}:\n    duration: 1s\n    layers:")
        lines += [f"      - {shown}"] * 10
    (message,) = messages("\n".join(lines))
    assert "has at most 200,000 layers" in message


def test_a_long_chain_of_parents_is_said_once():
    def text(count: int) -> str:
        layers = [f"      - {{id: l{n}, solid: red{f', parent: l{n - 1}' if n else ''}}}" for n in range(count)]
        return "\n".join(["reelwork: 1", "compositions:", "  main:", "    duration: 1s", "    layers:", *layers])

    assert read_scene_text(text(MAX_PARENTS), registry=REGISTRY)
    (message,) = messages(text(2000))
    assert message == "compositions.main.layers[100].parent: a layer has at most 100 parents of parents"
