"""What the planner promises about generators that read other layers."""

from __future__ import annotations

from fractions import Fraction

from building import FRAME, composition, graph, layer, still
from warps import Upside

from reelwork.effect import PixelGenerator, param
from reelwork.extensions.declared import declared_problem
from reelwork.graph.model import GeneratorSource, GroupSource
from reelwork.image import Window
from reelwork.kinds import Layer
from reelwork.plan.nodes import AreaGenerated, Picture, Resampled
from reelwork.plan.planner import View, plan_frame
from reelwork.values import Affine, Length


def plan(root, time=0):
    view = View(Affine.IDENTITY, Window(0, 0, 200, 100), None)
    return plan_frame(graph(root), view, Fraction(time)).root


def walk(node):
    yield node
    for source in node.inputs():
        yield from walk(source)


def pictures(node):
    return [found for found in walk(node) if isinstance(found, Picture)]


def close(one, other):
    return all(abs(getattr(one, name) - getattr(other, name)) < 1e-9 for name in "abcdef")


def upside(named):
    return GeneratorSource(Upside, {"of": "m"}, {"of": named})


def test_a_generator_shows_the_layer_that_it_reads_where_that_lies_in_the_composition():
    hidden = layer(still(40, 20, digest="map"), path="m", visible=False, position=(Length(30), Length(40)))
    small = layer(upside(hidden), path="u", scale=(0.5, 0.5), position=(Length(150), Length(75)))
    (made,) = (node for node in walk(plan(composition(hidden, small))) if isinstance(node, AreaGenerated))
    assert made.region == Window(100, 50, 200, 100)
    assert made.context.box == (100.0, 50.0, 200.0, 100.0)
    (picture,) = pictures(made)
    assert close(picture.matrix, Affine(0.5, 0.0, 0.0, 0.5, 105, 65))
    turned = plan(composition(hidden, layer(upside(hidden), path="u", rotation=30.0)))
    assert isinstance(turned, Resampled)
    (picture,) = pictures(turned)
    assert close(picture.matrix, Affine.translation(10, 30))


def test_a_generator_in_a_group_reads_by_the_frame_of_the_composition():
    hidden = layer(still(40, 20, digest="map"), path="m", visible=False, start=1)
    beside = layer(still(60, 30, digest="beside"), path="b", position=(Length(30), Length(40)))
    for named, matrix in ((hidden, Affine.translation(80, 40)), (beside, Affine(0.5, 0.0, 0.0, 0.5, 50, 37.5))):
        inner = (beside, layer(upside(named), path="u", start=Fraction(1, 2)))
        group = layer(GroupSource(inner), path="g", start=Fraction(1, 2), end=2, scale=(0.5, 0.5))
        found = plan(composition(hidden, group), 1)
        (made,) = (node for node in walk(found) if isinstance(node, AreaGenerated))
        (picture,) = pictures(made)
        assert close(picture.matrix, Affine(0.5, 0.0, 0.0, 0.5, 50, 25) @ matrix)


def test_what_a_generator_reads_is_in_its_key():
    hidden = layer(still(40, 20, digest="map"), path="m", visible=False, end=1)
    one = layer(upside(hidden), path="u")
    assert plan(composition(hidden, one), 0).key == plan(composition(hidden, one), FRAME).key
    assert plan(composition(hidden, one), 0).key != plan(composition(hidden, one), 1).key
    nothing = layer(GeneratorSource(Upside, {}), path="u")
    assert plan(composition(nothing)).others[0].region.is_empty


class Curious(PixelGenerator, name="curious", version=1):
    """Curious: one colour, and a layer that it cannot have."""

    of: str = param("", kind=Layer(), help="A layer.")

    @staticmethod
    def pixel(x, y, width, height):
        return 1.0, 1.0, 1.0, 1.0


def test_a_generator_of_single_pixels_that_wants_a_layer_is_refused():
    assert "which of all generators only an AreaGenerator can read" in declared_problem(Curious)
    assert not declared_problem(Upside)
