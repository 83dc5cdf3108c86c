"""What effects and generators paint that read more than a pixel: a node and pictures go in, a filled frame is left."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from reelwork.effect import layers_of
from reelwork.errors import OutputError, PluginError
from reelwork.faults import Calling
from reelwork.image import Window
from reelwork.image.frame import Frame
from reelwork.kernels.spaces import taken
from reelwork.plan import asking
from reelwork.plan.nodes import Area, AreaGenerated, Node, Temporal, Warped

#: The largest picture that is painted for the sake of an effect: 8,192 × 8,192, which is a gibibyte.
MOST_PIXELS: Final = 1 << 26


def applied(
    node: Area | Temporal, source: Frame | Sequence[Frame], out: Frame, layers: Mapping[str, Frame] | None = None
) -> None:
    """Have an effect fill ``out``, which is light then.

    :param source: in the effect's space, as the layers are
    :param layers: as in :class:`reelwork.effect.Context`
    :raises PluginFault: it fails
    """
    with Calling(node.effect, doing="render()", pixels=out.data[0].size):
        _fill(node.effect.render, source, out, replace(node.context, layers=layers) if layers else node.context)
    taken(out, node.effect.space, node.context.display)


def generated(node: AreaGenerated, out: Frame, layers: Mapping[str, Frame]) -> None:
    """Have a generator fill ``out``.

    :param layers: as in :class:`reelwork.effect.Context`
    :raises PluginFault: it fails
    """
    with Calling(node.generator, doing="render()", pixels=out.data[0].size):
        _fill(node.generator.render, out, replace(node.context, layers=layers))


def _fill(render: Callable[..., object], *arguments: object) -> None:
    given = render(*arguments)
    if given is not None:
        raise PluginError(f"it must fill out.data and give nothing, and gave a {type(given).__name__}")


def others(node: Area | AreaGenerated, wanted: Window) -> Iterator[tuple[str, Node, Window]]:
    """What is read of further layers to make the wanted pixels: by which parameter, of which picture, and how much.

    :raises PluginFault: it fails to say so
    :raises OutputError: it is more than can be painted
    """
    reader = node.generator if isinstance(node, AreaGenerated) else node.effect
    for name, other in zip(layers_of(type(reader)), node.others, strict=True):
        needs = asking.needs_of(reader, name, wanted, node.context)
        check_affordable(node, needs, wanted)
        yield name, other, needs


def check_affordable(node: Area | AreaGenerated | Warped | Temporal, needs: Window, wanted: Window) -> None:
    """Whether what an effect needs of its source, or a generator of a layer, can be painted.

    :raises OutputError: that is more than fits into any machine's memory
    """
    if needs.width * needs.height > max(MOST_PIXELS, 4 * wanted.width * wanted.height):
        reader = node.generator if isinstance(node, AreaGenerated) else node.effect
        raise OutputError(
            f"{node.layer}: for the {reader.word} {reader.name!r} a picture of {needs.width:,} × {needs.height:,} "
            "pixels would have to be painted; make the effect's lengths smaller, or the layer's scale"
        )
