"""What to paint whole, how much of it, and what to keep from one frame to the next.

A frame plan goes in; for each of its nodes comes out which pixels are needed, and whether the node is to be *realised*
(painted into a frame of its own) because its reader needs random access, because it has several readers, or because it
was the same in the frame before.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from reelwork.faults import Calling
from reelwork.graph.model import Media
from reelwork.image import EMPTY, Window
from reelwork.image.frame import Frame
from reelwork.kernels.resample import Mipmap, is_copy, resample_needs
from reelwork.kernels.warp import warp_needs
from reelwork.plan import asking
from reelwork.plan.nodes import (
    Area,
    AreaGenerated,
    Box,
    Element,
    Fill,
    FramePlan,
    Node,
    Picture,
    Resampled,
    Stack,
    Temporal,
    Warped,
)
from reelwork.render.applied import others
from reelwork.render.lasting import Lasting
from reelwork.render.sources import is_read_as_stored

_BYTES_A_PIXEL: Final = 16


class Keeper:
    """The memory of an executor; ``begin`` is called once a frame.

    :param budget: bytes that may be kept from frame to frame of what stays the same
    :param lasting: bytes that may be kept of pictures that temporal effects read
    """

    def __init__(self, budget: int, lasting: int) -> None:
        self._budget = budget
        self._lasting = Lasting(lasting)
        self._kept: dict[bytes, Mipmap[Frame]] = {}
        self._realised: dict[bytes, Mipmap[Frame]] = {}
        self._keep: set[bytes] = set()
        self._shared: set[bytes] = set()
        self._reader: dict[bytes, bytes] = {}
        self._needed: dict[bytes, Window] = {}
        self._split: dict[bytes, tuple[Element, ...]] = {}
        self._nodes: list[Node] = []
        self._instants: set[tuple[Media, Fraction]] = set()
        self._noted: set[bytes] = set()
        self._seen: set[bytes] = set()
        self._previous: set[bytes] = set()
        self._promised = 0

    def begin(self, plan: FramePlan) -> None:
        """Forget the last frame but for what stays the same, and note what this one needs."""
        self._previous, self._seen = self._seen, set()
        self._realised, self._needed, self._split, self._nodes = {}, {}, {}, []
        self._instants, self._noted = set(), set()
        self._keep, self._shared, self._reader = set(), set(), {}
        self._promised = 0
        self._lasting.begin()
        self._demand(plan.root, plan.window & plan.root.region, b"")
        self._kept = {key: held for key, held in self._kept.items() if key in self._keep}

    def elements(self, stack: Stack) -> tuple[Element, ...]:
        """A stack's elements, those at the bottom that stay the same folded into one."""
        return self._split.get(stack.key, stack.elements)

    def nodes(self) -> list[Node]:
        """What this frame needs, as far as it is not kept."""
        return self._nodes

    def instants(self) -> set[tuple[Media, Fraction]]:
        """The pictures of videos that temporal effects show in this frame, also those that are kept."""
        return self._instants

    def is_whole(self, node: Node) -> bool:
        """Whether a node is painted once for the whole frame, rather than tile by tile."""
        kept = node.key in self._keep or node.key in self._lasting
        return kept or node.key in self._shared or self.is_around(node)

    def is_around(self, node: Node) -> bool:
        """Whether a node's tiles would each be made from much more than a tile."""
        return isinstance(node, Area | AreaGenerated) or (isinstance(node, Temporal) and node.spreads)

    def window(self, node: Node) -> Window:
        """Which pixels of a node this frame needs; none where the only ones that are asked for lie beside it."""
        return self._needed.get(node.key, EMPTY)

    def get(self, node: Node) -> Mipmap[Frame] | None:
        """A node's frame (and what was made of it to shrink it), if it is there and large enough."""
        for store in (self._kept, self._lasting, self._realised):
            held = store.get(node.key)
            if held is not None and held.window.covers(self._needed[node.key]):
                return held
        return None

    def put(self, node: Node, held: Mipmap[Frame]) -> None:
        """Hold a node's frame: to the end of this frame, or for as long as it is needed."""
        if node.key in self._keep:
            self._kept[node.key] = held
        elif node.key in self._lasting:
            self._lasting.put(node.key, held)
        else:
            self._realised[node.key] = held

    def _demand(self, node: Node, window: Window, reader: bytes) -> None:
        if window.is_empty:
            return
        if self._reader.setdefault(node.key, reader) != reader and not _is_cheap(node):
            self._shared.add(node.key)
        known = self._needed.get(node.key, EMPTY)
        if known.covers(window):
            return
        self._needed[node.key] = needed = known | window
        self._seen.add(node.key)
        if node.key in self._lasting:
            if self._lasting.reads(node.key, needed):
                return
        elif not _is_cheap(node) and node.key in self._previous and self._promise(node, needed):
            held = self._kept.get(node.key)
            if held is not None and held.window.covers(needed):
                return
        self._nodes.append(node)
        if isinstance(node, Area):
            self._demand(node.source, asking.needs(node.effect, needed, node.context) & node.source.region, node.key)
            self._demand_others(node, needed)
        elif isinstance(node, AreaGenerated):
            self._demand_others(node, needed)
        elif isinstance(node, Warped):
            with Calling(node.effect, doing="needs()"):
                wanted = warp_needs(node.effect, needed, node.to_layer, node.context)
            wanted = wanted if node.mix == 1.0 else wanted | needed
            self._demand(node.source, wanted & node.source.region, node.key)
            for other in node.others:
                self._demand(other, needed.expand(1, 1, 1, 1) & other.region, node.key)
        elif isinstance(node, Temporal):
            self._demand_instants(node, asking.needs(node.effect, needed, node.context))
            if node.present is not None:
                self._demand(node.present, needed & node.present.region, node.key)
        elif isinstance(node, Resampled):
            wanted = resample_needs(needed, node.matrix.inverse())
            self._demand(node.source, wanted & node.source.region, node.key)
        elif isinstance(node, Stack):
            for element in self._folded(node):
                self._demand(element.node, needed & element.node.region, node.key)
        else:
            for source in node.inputs():
                self._demand(source, needed & source.region, node.key)

    def _demand_others(self, node: Area | AreaGenerated, window: Window) -> None:
        for _, other, wanted in others(node, window):
            self._demand(other, wanted & other.region, node.key)

    def _demand_instants(self, node: Temporal, window: Window) -> None:
        """What a temporal effect reads, the newest first, and what is there before what is not."""
        ordered = sorted(zip(node.times, node.sources, strict=True), key=lambda pair: pair[0], reverse=True)
        recurring = self._lasting.recur(source.key for source in node.sources)
        missing = [source for _, source in ordered if not self._lasting.reads(source.key, window & source.region)]
        for source in missing if recurring else ():
            wanted = window & source.region
            if not (wanted.is_empty or _is_fast(source) or source.key in self._needed):
                size = _BYTES_A_PIXEL * wanted.width * wanted.height
                self._lasting.admit(source.key, size, newest=source is ordered[0][1])
        for _, source in ordered:
            self._demand(source, window & source.region, node.key)
            self._note_videos(source)

    def _note_videos(self, node: Node) -> None:
        """Note the pictures of videos that a node is made from, once for each node."""
        if node.key in self._noted:
            return
        self._noted.add(node.key)
        if isinstance(node, Picture) and node.media.facts.kind == "video":
            self._instants.add((node.media, node.time))
        for source in node.inputs():
            self._note_videos(source)

    def _promise(self, node: Node, window: Window) -> bool:
        """Decide to keep a node that was the same in the last frame, if there is room for it."""
        if node.key in self._keep:
            return True
        size = _BYTES_A_PIXEL * window.width * window.height
        if self._promised + size > self._budget:
            return False
        self._promised += size
        self._keep.add(node.key)
        return True

    def _folded(self, stack: Stack) -> tuple[Element, ...]:
        elements = self._split.get(stack.key)
        if elements is None:
            same = 0
            while same < len(stack.elements) and stack.prefixes[same] in self._previous:
                same += 1
            self._seen.update(stack.prefixes)
            elements = stack.elements
            if 1 < same < len(elements):
                lowest = stack.prefix(same)
                self._previous.add(lowest.key)
                elements = (Element(lowest, elements[0].merge, 1.0), *elements[same:])
            self._split[stack.key] = elements
        return elements


def _is_cheap(node: Node) -> bool:
    """Whether a node is painted as fast as it is copied: then it is not worth keeping."""
    if isinstance(node, Picture):
        return not node.effects and node.media.facts.kind == "still" and is_copy(node.matrix.inverse())
    return isinstance(node, Fill | Box)


def _is_fast(node: Node) -> bool:
    """Whether to paint a node anew is hardly slower than to copy it: then it does not take the room of what is not."""
    is_stored = isinstance(node, Picture) and is_read_as_stored(node.media, node.matrix, node.effects)
    return is_stored or _is_cheap(node)
