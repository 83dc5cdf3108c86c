"""What was planned for other frames: an effect that reads several instants meets most of them again in the next frame.

Below an adjustment there may be hundreds of layers; to plan them anew for each of its instants can take longer than to
paint them.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from fractions import Fraction
from typing import Final

from reelwork.graph.model import Layer
from reelwork.plan.nodes import Node
from reelwork.values import Affine

#: How many nodes are known at most; those that were met last, and always the ones of one picture.
MOST_NODES: Final = 20_000


class Known:
    """Pictures of layers at instants, of one graph that is seen in one way.

    :param most: how many nodes may be known
    """

    def __init__(self, most: int = MOST_NODES) -> None:
        self._most = most
        self._nodes: OrderedDict[tuple[object, ...], tuple[Layer, Node | None, int]] = OrderedDict()
        self._count = 0

    def node(
        self,
        layer: Layer,
        places: tuple[Affine, ...],
        done: int,
        clock: Fraction,
        matrix: Affine,
        make: Callable[[], Node | None],
    ) -> Node | None:
        """What a layer shows at an instant of its clock; planned if it is not known.

        :param places: the maps by which the layer lies in its composition, and in groups: where the layers lie to it
            that it reads
        :param done: how many of its effects are done to it
        :param matrix: from the layer's box into the raster
        """
        key = (id(layer), places, done, clock, matrix)
        found = self._nodes.get(key)
        if found is None:
            node = make()
            found = self._nodes[key] = (layer, node, 0 if node is None else node.count)
            self._count += found[2]
            while self._count > self._most and len(self._nodes) > 1:
                self._count -= self._nodes.popitem(last=False)[1][2]
        self._nodes.move_to_end(key)
        return found[1]
