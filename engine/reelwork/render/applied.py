"""Effects that read more than a pixel: a node of the plan and pictures go in, a filled frame or a fault comes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from reelwork.errors import OutputError, PluginError
from reelwork.faults import Calling
from reelwork.image import Window
from reelwork.image.frame import Frame
from reelwork.plan.nodes import Area, Temporal, Warped

#: The largest picture that is painted for the sake of an effect: 16,384 × 16,384.
MOST_PIXELS: Final = 1 << 28


def applied(
    node: Area | Temporal, source: Frame | Sequence[Frame], out: Frame, layers: Mapping[str, Frame] | None = None
) -> None:
    """Have an effect fill ``out``.

    :param layers: as in :class:`reelwork.effect.Context`
    :raises PluginFault: it fails
    """
    with Calling(node.effect, doing="render()", pixels=out.data[0].size):
        render: Callable[..., object] = node.effect.render
        given = render(source, out, replace(node.context, layers=layers) if layers else node.context)
        if given is not None:
            raise PluginError(f"it must fill out.data and give nothing, and gave a {type(given).__name__}")


def check_affordable(node: Area | Warped | Temporal, needs: Window, wanted: Window) -> None:
    """Whether what an effect needs of its source can be painted.

    :raises OutputError: that is more than fits into any machine's memory
    """
    if needs.width * needs.height > max(MOST_PIXELS, 4 * wanted.width * wanted.height):
        raise OutputError(
            f"{node.layer}: for the effect {node.effect.name!r} a picture of {needs.width:,} × {needs.height:,} pixels "
            "would have to be painted; make the effect's lengths smaller, or the layer's scale"
        )
