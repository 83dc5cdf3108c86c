"""What breaks a promise of effects that read several instants is found."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from promising import broken

from reelwork import TemporalEffect, param


class Kept(TemporalEffect, name="kept", version=1):
    """Kept: a little of the frame before."""

    keeps_opaque = True

    amount: float = param(0.5, minimum=0.0, maximum=1.0, help="How much.")

    def is_identity(self):
        return self.amount == 0.0

    def times(self, context):
        return (Fraction(0), -context.frame)

    def render(self, sources, out, context):
        now, before = (source.crop(out.window).data for source in sources)
        out.data[:] = now + (before - now) * np.float32(self.amount)


class Inexact(Kept, name="inexact", version=1):
    """Inexact: reads instants that are no fractions."""

    def times(self, context):
        return (0.0, -float(context.frame))


class Greedy(Kept, name="greedy", version=1):
    """Greedy: reads and paints what lies beside, without a word of it."""

    def render(self, sources, out, context):
        out.data[:] = sum(source.crop(out.window.expand(-3, 0, 3, 0)).data for source in sources) / 2


class Writing(Kept, name="writing", version=1):
    """Writing: works in the pictures that it is given."""

    def render(self, sources, out, context):
        sources[1].data[:] *= np.float32(self.amount)
        super().render(sources, out, context)


class Remembering(Kept, name="remembering", version=1):
    """Remembering: has its own way to know what was before."""

    last = 0.0

    def render(self, sources, out, context):
        out.data[:] = sources[0].crop(out.window).data + np.float32(type(self).last)
        type(self).last = 0.01 * float(out.data.max(initial=0.0))


class Fading(Kept, name="fading", version=1):
    """Fading: says that it keeps what is opaque."""

    def render(self, sources, out, context):
        super().render(sources, out, context)
        out.data[:] *= np.float32(0.99)


@pytest.mark.parametrize(
    ("cls", "promises"),
    [
        (Kept, set()),
        (Inexact, {"the instants that it reads are exact, and not too many"}),
        (Greedy, {"only what it says that it needs is read", "no light leaves the region"}),
        (Writing, {"what came before does not matter, and pictures are not written to"}),
        (Remembering, {"what came before does not matter, and pictures are not written to"}),
        (Fading, {"what is opaque stays opaque where that is promised"}),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
def test_broken_promises_are_found(cls, promises):
    found = broken(cls)
    assert promises <= found
    if not promises:
        assert not found
