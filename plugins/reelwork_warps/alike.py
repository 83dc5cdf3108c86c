"""Warps of which one box says both where things land and where they come from."""

from __future__ import annotations

from reelwork import Context, WarpEffect
from reelwork_warps.boxes import Box


class Alike(WarpEffect):
    """A warp that moves things as far one way as the other."""

    def reach(self, box: Box, context: Context) -> Box:
        """Around all places that the points of a box may move to, or come from."""
        raise NotImplementedError

    def region(self, source: Box, context: Context) -> Box:
        return self.reach(source, context)

    def needs(self, wanted: Box, context: Context) -> Box:
        return self.reach(wanted, context)
