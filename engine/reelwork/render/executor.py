"""The tile executor: a frame plan goes in, the finished frame comes out.

For each node a *painter* is made once a frame, a function that fills a window with what the node shows. Tiles (strips
of rows) go through the whole stack of layers while they are in the processor's cache; what the keeper says to realise
is painted whole, once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Final, TypeAlias

from reelwork.faults import Calling
from reelwork.image import EMPTY, Window
from reelwork.image.frame import Frame
from reelwork.image.storage import StorageFormat
from reelwork.kernels import coverage, frames, resample
from reelwork.kernels.finite import all_finite
from reelwork.kernels.spaces import given
from reelwork.kernels.warp import Warp
from reelwork.media.convert import PictureWriter, copied, new_parts
from reelwork.media.picture import Picture as StoredPicture
from reelwork.plan import asking
from reelwork.plan.changes import changed
from reelwork.plan.generating import drawing
from reelwork.plan.nodes import (
    Area,
    AreaGenerated,
    Box,
    Clip,
    Fill,
    FramePlan,
    Generated,
    Node,
    Picture,
    Points,
    Replace,
    Resampled,
    Stack,
    Temporal,
    Transit,
    Vector,
    Warped,
    is_of_one_picture,
)
from reelwork.render.applied import applied, check_affordable, generated, others
from reelwork.render.culprit import culprit
from reelwork.render.instants import Instants
from reelwork.render.job import TILE_ROWS
from reelwork.render.keeper import Keeper
from reelwork.render.sources import Sources

#: Fills a frame.
Painter: TypeAlias = Callable[[Frame], None]
#: What one executor may keep of pictures that do not change, bytes.
KEEP_BYTES: Final = 112 << 20
#: What one executor may keep of pictures that temporal effects read again, bytes: eight of 1920 × 1080.
LASTING_BYTES: Final = 256 << 20
#: The largest share of a picture that is new for the rest to be copied from the picture before.
MOST_STALE: Final = 0.8


class Executor:
    """Paints frame plans, one after the other; keeps what does not change between them.

    :param sources: where the pictures of media come from
    :param tile_rows: rows of a tile; no result depends on it
    :param keep_bytes: how much may be kept from frame to frame; no result depends on it
    :param lasting_bytes: how much of pictures that temporal effects read; no result depends on it
    """

    def __init__(
        self,
        sources: Sources,
        *,
        tile_rows: int = TILE_ROWS,
        keep_bytes: int = KEEP_BYTES,
        lasting_bytes: int = LASTING_BYTES,
    ) -> None:
        self._sources = sources
        self._display = sources.display
        self._tile_rows = self._rows = tile_rows
        self._keeper = Keeper(keep_bytes, lasting_bytes)
        self._painters: dict[bytes, Painter] = {}
        self._hold = True
        self._passing: list[bytes] = []

    def frame(self, plan: FramePlan) -> Frame:
        """The whole frame of a plan.

        :raises PluginFault: an extension fails, or makes what is no number
        :raises MediaError: a file cannot be decoded, or holds what is no number
        """
        out = Frame.empty(plan.window)
        with self._ready(plan):
            for tile in self._finished(plan, plan.window):
                out.paste(tile)
        return out

    def part(self, node: Node, window: Window) -> Frame:
        """What a node of a plan shows in a window, whatever that is."""
        frame = Frame.empty(window)
        with self._ready(FramePlan(node, window)):
            for tile in self._tiles(window):
                self._paint(node, tile)
                frame.paste(tile)
        return frame

    def picture(
        self, plan: FramePlan, storage: StorageFormat, before: tuple[FramePlan, StoredPicture] | None = None
    ) -> StoredPicture:
        """The frame of a plan as it is stored.

        :param before: another frame, of which all is taken that is the same
        :raises PluginFault: as :meth:`frame`
        :raises MediaError: as :meth:`frame`
        """
        with self._ready(plan):
            if before is not None and (parts := _stale(before[0], plan)) is not None:
                made = copied(before[1])
                for part in parts:
                    self._write(plan, PictureWriter(storage, plan.window, picture=made, part=part))
                return made
            writer = PictureWriter(storage, plan.window)
            self._write(plan, writer)
            return writer.picture

    def _write(self, plan: FramePlan, writer: PictureWriter) -> None:
        for tile in self._finished(plan, writer.reads):
            writer.write(tile)

    def _finished(self, plan: FramePlan, window: Window) -> Iterator[Frame]:
        """The tiles of a part of a frame, from the top to the bottom."""
        for tile in self._tiles(window):
            self._paint(plan.root, tile)
            if not all_finite(tile):
                raise culprit(plan, Executor(self._sources, tile_rows=self._tile_rows, keep_bytes=0).part)
            yield tile

    @contextmanager
    def _ready(self, plan: FramePlan) -> Iterator[None]:
        """While inside, a plan's frame can be painted."""
        self._keeper.begin(plan)
        # more pictures than can be held at once are read one after the other, each once, and not anew for every tile
        pictures = [
            (node.media, node.time, node.matrix, node.effects)
            for node in self._keeper.nodes()
            if isinstance(node, Picture)
        ]
        self._hold = self._sources.begin(pictures)
        self._sources.expect(self._keeper.instants())
        self._rows = self._tile_rows if self._hold else max(self._tile_rows, plan.window.height)
        self._painters = {}
        try:
            yield
        finally:
            self._painters = {}

    def _tiles(self, window: Window) -> Iterator[Frame]:
        return map(Frame.empty, _strips(window, self._rows))

    def _paint(self, node: Node, out: Frame) -> None:
        """Fill ``out`` with what a node of the plan shows there."""
        inside = node.region & out.window
        if inside == out.window:
            self._painter(node)(out)
        else:
            out.data[:] = 0.0
            if not inside.is_empty:
                out.paste(self._new(node, inside))

    def _new(self, node: Node, window: Window) -> Frame:
        frame = Frame.empty(window)
        self._paint(node, frame)
        return frame

    def _lit(self, node: Node, window: Window) -> Frame:
        """What a node shows of a window, as far as there may be any light."""
        both = node.region & window
        return Frame.transparent(EMPTY) if both.is_empty else self._new(node, both)

    def _painter(self, node: Node) -> Painter:
        """What fills a window that lies within the node's region. It is made once a frame: what Python does for each
        tile counts."""
        found = self._painters.get(node.key)
        if found is None:
            found = self._painters[node.key] = self._pasting(node) if self._keeper.is_whole(node) else self._made(node)
            if not self._hold and isinstance(node, Picture):
                self._passing.append(node.key)
        return found

    def _pasting(self, node: Node) -> Painter:
        return lambda out: out.paste(self._realised(node).frame)

    def _realised(self, node: Node) -> resample.Mipmap[Frame]:
        """All of a node that this frame needs."""
        held = self._keeper.get(node)
        if held is None:
            window = self._keeper.window(node)
            frame = Frame.empty(window)
            paint = self._made(node)
            if self._keeper.is_around(node) or self._rows >= window.height:
                paint(frame)
            else:
                for tile in self._tiles(window):
                    paint(tile)
                    frame.paste(tile)
            held = resample.Mipmap(frame, opaque=node.opaque.covers(window))
            self._keeper.put(node, held)
        return held

    def _made(self, node: Node) -> Painter:
        """What fills a window within the node's region from what the node reads."""
        if isinstance(node, Stack):
            return self._stack(node)
        if isinstance(node, Picture):
            return self._sources.painter(node.media, node.time, node.matrix, node.effects)
        if isinstance(node, Vector):
            shape = drawing(node.generator, node.canvas)
            return lambda out: coverage.draw(shape, node.matrix, out, self._display)
        if isinstance(node, Fill):
            return lambda out: frames.fill(out, node.colour)
        if isinstance(node, Box):
            return partial(_paint_box, node)
        if isinstance(node, Clip):
            return partial(self._paint_clip, node)
        if isinstance(node, Points):
            return self._points(node)
        if isinstance(node, Area):
            return partial(self._paint_area, node)
        if isinstance(node, AreaGenerated):
            return lambda out: generated(node, out, self._others(node, out.window))
        if isinstance(node, Temporal):
            return partial(self._paint_temporal, node)
        if isinstance(node, Generated):
            return partial(frames.generate, node.generator, node.context, to_layer=node.to_layer, size=node.size)
        if isinstance(node, Resampled):
            if self._keeper.window(node.source).is_empty:
                return lambda out: out.data.fill(0.0)
            return resample.resampler(self._realised(node.source), node.matrix.inverse())
        if isinstance(node, Warped):
            return self._warp(node)
        if isinstance(node, Replace):
            return partial(self._paint_replace, node)
        assert isinstance(node, Transit)
        return partial(self._paint_transit, node)

    def _stack(self, stack: Stack) -> Painter:
        elements = self._keeper.elements(stack)
        nodes = [element.node for element in elements]
        # what was painted whole is merged from where it lies
        whole = [self._keeper.is_whole(node) for node in nodes]
        mergers = [frames.merger(e.merge, stack.space, e.opacity, e.blend) for e in elements]

        regions = [node.region for node in nodes]
        hiding = [i for i, element in enumerate(elements) if element.is_plain and not element.node.opaque.is_empty]

        def paint(out: Frame) -> None:
            _, top, _, bottom = out.window
            lowest = next((i for i in reversed(hiding) if nodes[i].opaque.covers(out.window)), None)
            if lowest is None and elements[0].is_plain:
                lowest = 0
            if lowest is None:
                out.data[:] = 0.0
            else:
                self._paint(nodes[lowest], out)
            for index in range(0 if lowest is None else lowest + 1, len(nodes)):
                if elements[index].merge.clears:
                    mergers[index](out, self._new(nodes[index], out.window))
                    continue
                region = regions[index]
                if region.y0 >= bottom or region.y1 <= top:  # most of many small pictures
                    continue
                node, window = nodes[index], region & out.window
                if window.is_empty:
                    continue
                if whole[index]:
                    mergers[index](out, self._realised(node).frame)
                else:
                    for strip in _strips(window, self._tile_rows) if is_of_one_picture(node) else (window,):
                        mergers[index](out, self._new(node, strip))
                self._pass()

        return paint

    def _pass(self) -> None:
        """Let pictures go that there is no room for beside the next one."""
        while self._passing:
            self._painters.pop(self._passing.pop(), None)

    def _points(self, node: Points) -> Painter:
        effects = frames.Pointwise(
            node.effects, to_layer=node.to_layer, box=node.size, display=self._display, layers=len(node.others)
        )

        def paint(out: Frame) -> None:
            others = [self._new(other, out.window) for other in node.others]
            if node.mix == 1.0:
                self._paint(node.source, out)
                effects(out, out, others)
            else:
                source, above = self._new(node.source, out.window), Frame.empty(out.window)
                effects(source, above, others)
                frames.mix(source, above, node.mix, out)

        return paint

    def _paint_area(self, node: Area, out: Frame) -> None:
        needs = asking.needs(node.effect, out.window, node.context)
        check_affordable(node, needs, out.window)
        source = self._new(node.source, needs)
        layers = self._others(node, out.window)
        light = given(source, node.effect.space, node.context.display)
        if node.mix == 1.0:
            applied(node, light, out, layers)
            return
        above = Frame.empty(out.window)
        applied(node, light, above, layers)
        frames.mix(source.crop(out.window), above, node.mix, out)

    def _others(self, node: Area | AreaGenerated, window: Window) -> dict[str, Frame]:
        """The pictures of the further layers that are read to fill a window."""
        space, display = node.effect.space if isinstance(node, Area) else "linear", node.context.display
        return {name: given(self._new(other, needs), space, display) for name, other, needs in others(node, window)}

    def _warp(self, node: Warped) -> Painter:
        window = self._keeper.window(node.source)
        check_affordable(node, window, self._keeper.window(node))
        source = Frame.transparent(EMPTY) if window.is_empty else self._realised(node.source).frame
        calling, layers = Calling(node.effect, doing="place()"), len(node.others)
        with calling:
            warp = Warp(node.effect, source, to_layer=node.to_layer, context=node.context, layers=layers)

        def paint(out: Frame) -> None:
            above = out if node.mix == 1.0 else Frame.empty(out.window)
            around = out.window.expand(1, 1, 1, 1)
            others = [self._lit(other, around) for other in node.others]
            calling.pixels = above.data[0].size
            with calling:
                warp(above, others)
            if node.mix != 1.0:
                frames.mix(source.crop(out.window), above, node.mix, out)

        return paint

    def _paint_temporal(self, node: Temporal, out: Frame) -> None:
        needs = asking.needs(node.effect, out.window, node.context)
        check_affordable(node, needs, out.window)

        def shown(source: Node) -> Frame:
            frame = given(self._new(source, needs), node.effect.space, node.context.display)
            self._pass()
            return frame

        sources = Instants(node.sources, shown)
        if node.present is None:
            applied(node, sources, out)
            return
        above = Frame.empty(out.window)
        applied(node, sources, above)
        frames.mix(self._new(node.present, out.window), above, node.mix, out)

    def _paint_clip(self, node: Clip, out: Frame) -> None:
        self._paint(node.source, out)
        coverage.clip_to_quad(out, node.matrix, *node.size)

    def _paint_replace(self, node: Replace, out: Frame) -> None:
        below, above = self._new(node.below, out.window), self._new(node.above, out.window)
        frames.mix(below, above, node.amount, out)
        if node.matrix is not None:
            # the mixed picture inside the rectangle, what is below outside: m x + (1 - m) b, with m the coverage
            inside = Frame(below.data.copy(), below.window)
            coverage.clip_to_quad(inside, node.matrix, *node.size)
            coverage.clip_to_quad(out, node.matrix, *node.size)
            out.data[:] += below.data - inside.data

    def _paint_transit(self, node: Transit, out: Frame) -> None:
        ends = (node.source_from, node.source_to)
        before, after = (None if end is None else self._new(end, out.window) for end in ends)
        lead = partial(frames.transition, to_layer=node.to_layer, size=node.size, display=self._display)
        lead(node.transition, node.progress, before, after, out)


def _stale(before: FramePlan, plan: FramePlan) -> list[Window] | None:
    """The parts of a stored picture that differ from those of the frame before; ``None`` if that is most of it."""
    parts = new_parts(changed(before, plan), plan.window)
    stale = sum(part.width * part.height for part in parts)
    return parts if stale <= MOST_STALE * plan.window.width * plan.window.height else None


def _strips(window: Window, rows: int) -> Iterator[Window]:
    """A window in strips of so many rows, from the top to the bottom."""
    for top in range(window.y0, window.y1, rows):
        yield Window(window.x0, top, window.x1, min(top + rows, window.y1))


def _paint_box(node: Box, out: Frame) -> None:
    frames.fill(out, node.colour)
    coverage.clip_to_quad(out, node.matrix, *node.size)
