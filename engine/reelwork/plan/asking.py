"""What the planner asks of extensions: the only places of the plan that run their code, and look at what comes back."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Integral
from typing import TypeVar

from reelwork.effect import (
    AreaEffect,
    AreaGenerator,
    Context,
    Effect,
    Extension,
    Spreading,
    Transition,
    VectorGenerator,
    WarpEffect,
)
from reelwork.errors import PluginError
from reelwork.faults import Calling, marked
from reelwork.image import Drawing, Window
from reelwork.sound_effect import SoundEffect
from reelwork.values import Affine, Projective

E = TypeVar("E", bound=Extension)


def made(cls: type[E], values: Mapping[str, object], path: str) -> E:
    """An instance with plain values by field name.

    :param path: of the key that uses it
    :raises PluginFault: it cannot be made
    """
    try:
        return marked(cls(**values), path)
    except Exception:
        unmade = object.__new__(cls)
        vars(unmade).update(values)
        with Calling(marked(unmade, path)):
            raise


def is_identity(effect: Effect | SoundEffect) -> bool:
    """Whether an effect changes nothing."""
    with Calling(effect, doing="is_identity()"):
        return bool(effect.is_identity())


def region(effect: Spreading, source: Window, context: Context) -> Window:
    """Where an effect may leave light.

    :raises PluginFault: it fails, or says no window
    """
    with Calling(effect, doing="region()"):
        return _window(effect.region(source, context))


def needs(effect: Spreading, wanted: Window, context: Context) -> Window:
    """What an effect reads of its source.

    :raises PluginFault: it fails, or says no window
    """
    with Calling(effect, doing="needs()"):
        return _window(effect.needs(wanted, context))


def needs_of(reader: AreaEffect | AreaGenerator, layer: str, wanted: Window, context: Context) -> Window:
    """What an effect or a generator reads of a further layer.

    :raises PluginFault: it fails, or says no window
    """
    with Calling(reader, doing="needs_of()"):
        return _window(reader.needs_of(layer, wanted, context))


def matrix(effect: WarpEffect, context: Context) -> Affine | Projective | None:
    """Where a warp moves the layer; ``None`` for one by map.

    :raises PluginFault: it fails, or says nothing of that
    """
    with Calling(effect, doing="matrix()"):
        moved = effect.matrix(context)
        if moved is not None and not isinstance(moved, Affine | Projective):
            raise PluginError(f"it must give an Affine, a Projective or None, and gave {_said(moved)}")
        return moved


def drawn(generator: VectorGenerator, width: float, height: float) -> Drawing:
    """What a generator draws.

    :raises PluginFault: it fails, or draws nothing that is a drawing
    """
    with Calling(generator, doing="draw()"):
        drawing = generator.draw(width, height)
        if not isinstance(drawing, Drawing):
            raise PluginError(f"it must give a Drawing, and gave {_said(drawing)}")
        return drawing


def shown(transition: Transition, progress: float) -> tuple[bool, bool]:
    """Whether anything is seen of *from* and of *to*.

    :raises PluginFault: it fails, or does not say that
    """
    with Calling(transition, doing="shown()"):
        both = transition.shown(progress)
        if not isinstance(both, tuple) or len(both) != 2:
            raise PluginError(f"it must say whether anything is seen of from and of to, and gave {_said(both)}")
        return bool(both[0]), bool(both[1])


def places(transition: Transition, progress: float, width: float, height: float) -> tuple[Affine, Affine]:
    """How the two pictures are moved.

    :raises PluginFault: it fails, or does not say that
    """
    with Calling(transition, doing="places()"):
        both = transition.places(progress, width, height)
        if not isinstance(both, tuple) or len(both) != 2 or not all(isinstance(one, Affine) for one in both):
            raise PluginError(f"it must give two maps, of from and of to, and gave {_said(both)}")
        return both


def _window(value: object) -> Window:
    if isinstance(value, Window) and all(isinstance(edge, Integral) for edge in value):
        return value
    raise PluginError(f"it must give a Window of whole pixels, and gave {_said(value)}")


def _said(value: object) -> str:
    words = repr(value)
    return words if len(words) <= 80 else f"{words[:79]}…"
