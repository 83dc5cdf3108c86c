"""What differs between two frames: two plans go in, windows come out outside of which both show the same.

Films are full of pictures on which little moves: titles over a photograph, a lower third, credits. What stays need
neither be painted nor converted again.
"""

from __future__ import annotations

from reelwork.image import EMPTY, Window
from reelwork.plan.nodes import Clip, Element, FramePlan, Node, Points, Stack


def changed(before: FramePlan, after: FramePlan) -> list[Window]:
    """Windows outside of which two plans show the same; all of it where they do not show the same pixels."""
    if before.window != after.window:
        return [after.window]
    return [seen for window in _changed(before.root, after.root) if not (seen := window & after.window).is_empty]


def _changed(before: Node, after: Node) -> list[Window]:
    if before.key == after.key:
        return []
    if (stacks := _stacks(before, after)) is not None:
        return _changed_elements(*stacks)
    if isinstance(before, Points | Clip) and isinstance(after, Points | Clip) and before.own == after.own:
        return _changed(before.source, after.source)
    return [before.region, after.region]


def _stacks(before: Node, after: Node) -> tuple[Stack, Stack] | None:
    """Two nodes as stacks whose edges show nothing that their elements do not; ``None`` where they are not such."""
    if isinstance(after, Stack) and not isinstance(before, Stack):
        before = _alone(before, after)
    elif isinstance(before, Stack) and not isinstance(after, Stack):
        after = _alone(after, before)
    if not isinstance(before, Stack) or not isinstance(after, Stack) or before.space != after.space:
        return None
    alike = before.region == after.region or (_is_whole(before) and _is_whole(after))
    return (before, after) if alike else None


def _alone(node: Node, beside: Stack) -> Node:
    """A node as a stack of one element, which shows just what the node does where such a one is merged plainly."""
    plain = next((element.merge for element in beside.elements if element.is_plain), None)
    return node if plain is None else Stack(node.region, (Element(node, plain, 1.0),), beside.space)


def _is_whole(stack: Stack) -> bool:
    """Whether a stack shows all of its elements, and no edge of its own."""
    region = EMPTY
    for element in stack.elements:
        region = region | element.node.region
    return region == stack.region


def _changed_elements(old: Stack, new: Stack) -> list[Window]:
    """What differs between stacks: layers at the bottom and at the top stay, those between may come, go or change."""
    before, after = old.elements, new.elements
    while before and after and _equal(before[0], after[0]):
        before, after = before[1:], after[1:]
    while before and after and _equal(before[-1], after[-1]):
        before, after = before[:-1], after[:-1]
    if any(element.merge.clears for element in (*before, *after)):
        return [old.region, new.region]
    if len(before) != len(after):
        return [element.node.region for element in (*before, *after)]
    windows: list[Window] = []
    for one, other in zip(before, after, strict=True):
        if one.merge is other.merge and one.opacity == other.opacity:
            windows += _changed(one.node, other.node)
        else:
            windows += [one.node.region, other.node.region]
    return windows


def _equal(a: Element, b: Element) -> bool:
    return a.merge is b.merge and a.opacity == b.opacity and a.node.key == b.node.key
