"""The built-in generators: text, shape, slate, gradient, noise."""

from __future__ import annotations

from reelwork import hookimpl
from reelwork.effect import Extension
from reelwork_generators.gradient import Gradient
from reelwork_generators.noise import Noise
from reelwork_generators.shape import Shape
from reelwork_generators.slate import Slate
from reelwork_generators.text import Text


@hookimpl
def reelwork_extensions() -> tuple[type[Extension], ...]:
    """All generators of this package."""
    return (Gradient, Noise, Shape, Slate, Text)
