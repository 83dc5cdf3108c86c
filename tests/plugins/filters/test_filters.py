"""The filters: what must hold for every one of them, and what each is for."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reelwork.effect import AreaEffect, Context
from reelwork.image import Window
from reelwork.image.frame import Frame
from reelwork.kernels.mipmap import halved
from reelwork.values import Colour
from reelwork_filters import DropShadow, GaussianBlur, Glow

BOX = Window(0, 0, 90, 60)
CONTEXT = Context((1.0, 1.0), (0.0, 0.0, 90.0, 60.0))
RED = Colour(1.0, 0.2, 0.1)

sizes = st.floats(0, 30)
shifts = st.floats(-25, 25)
effects = st.one_of(
    st.builds(GaussianBlur, radius=sizes),
    st.builds(DropShadow, offset=st.tuples(shifts, shifts), blur=sizes, colour=st.just(RED), opacity=st.floats(0, 1)),
    st.builds(Glow, radius=sizes, threshold=st.floats(0, 2), intensity=st.floats(0, 3)),
)
contexts = st.builds(lambda x, y: Context((x, y), (0.0, 0.0, 90.0 * x, 60.0 * y)), st.floats(0.1, 2), st.floats(0.1, 2))


def picture(window: Window = BOX) -> Frame:
    """A soft disc, a hard bar and a lamp on nothing."""
    x, y = np.meshgrid(np.arange(window.x0, window.x1) + 0.5, np.arange(window.y0, window.y1) + 0.5)
    alpha = np.clip(14 - np.hypot(x - 30, y - 28), 0, 1)
    alpha[(abs(x - 62) < 6) & (abs(y - 30) < 21)] = 1.0
    data = np.stack([0.2 * alpha, 0.5 * alpha, 0.3 * alpha, alpha])
    data[:3, (abs(x - 30) < 3) & (abs(y - 28) < 3)] = np.array([[3.0], [2.0], [1.0]])
    return Frame(np.ascontiguousarray(data, np.float32), window)


def rendered(effect: AreaEffect, source: Frame, window: Window, context: Context = CONTEXT) -> np.ndarray:
    out = Frame(np.full((4, window.height, window.width), np.nan, np.float32), window)
    effect.render(source, out, context)
    return out.data


@settings(deadline=None, max_examples=60)
@given(effects, contexts, st.integers(-20, 80), st.integers(-20, 60), st.integers(1, 25), st.integers(1, 9))
def test_tiles_are_parts_of_the_whole_and_read_only_what_they_need(
    effect: AreaEffect, context: Context, x: int, y: int, width: int, height: int
) -> None:
    whole, tile = Window(-20, -20, 110, 80), Window(x, y, x + width, y + height)
    expected = Frame(rendered(effect, picture(effect.needs(whole, context)), whole, context), whole)
    needs = effect.needs(tile & whole, context)
    around = needs.expand(4, 4, 4, 4)
    poisoned = Frame(np.full((4, around.height, around.width), np.nan, np.float32), around)
    poisoned.data[:, 4:-4, 4:-4] = picture(needs).data
    np.testing.assert_array_equal(rendered(effect, poisoned, tile & whole, context), expected.crop(tile & whole).data)


@settings(deadline=None, max_examples=60)
@given(effects, contexts)
def test_no_light_leaves_the_region(effect: AreaEffect, context: Context) -> None:
    source = picture()
    source.data[:] += 0.5
    region = effect.region(BOX, context)
    around = region.expand(3, 3, 3, 3)
    data = rendered(effect, source.crop(effect.needs(around, context)), around, context)
    data[:, 3:-3, 3:-3] = 0.0
    assert not data.any()


@pytest.mark.parametrize(
    "effect",
    [
        GaussianBlur(radius=0.0),
        DropShadow(opacity=0.0),
        DropShadow(colour=Colour(1, 0, 0, 0.0)),
        Glow(intensity=0.0),
    ],
)
def test_what_says_that_it_changes_nothing_changes_nothing(effect: AreaEffect) -> None:
    assert effect.is_identity()
    np.testing.assert_array_equal(rendered(effect, picture(effect.needs(BOX, CONTEXT)), BOX), picture().data)


@pytest.mark.parametrize("effect", [GaussianBlur(), DropShadow(), Glow()], ids=lambda effect: effect.name)
def test_a_bare_name_does_something(effect: AreaEffect) -> None:
    assert not effect.is_identity()
    around = BOX.expand(20, 20, 20, 20)
    changed = rendered(effect, picture(effect.needs(around, CONTEXT)), around) - picture(around).data
    assert np.abs(changed).max() > 0.03


@pytest.mark.parametrize(
    "effect",
    [GaussianBlur(radius=6), DropShadow(offset=(7, 5), blur=10), Glow(radius=9)],
    ids=lambda effect: effect.name,
)
def test_half_the_size_shows_the_same(effect: AreaEffect) -> None:
    full = Frame(rendered(effect, picture(effect.needs(BOX, CONTEXT)), BOX), BOX)
    half = Context((0.5, 0.5), (0.0, 0.0, 45.0, 30.0))
    window = Window(0, 0, 45, 30)
    needs = effect.needs(window, half)
    small = halved(picture(Window(*(2 * value for value in needs))), along_x=True, along_y=True)
    shown = rendered(effect, small, window, half)
    expected = halved(full, along_x=True, along_y=True).data
    scale = 3.0 if isinstance(effect, Glow) else 1.0
    assert np.abs(shown - expected).mean() < 0.004 * scale
    assert np.abs(shown - expected).max() < 0.08 * scale


@pytest.mark.parametrize("radius", [1.5, 6.0, 15.0])
def test_blur_loses_no_light(radius: float) -> None:
    effect = GaussianBlur(radius=radius)
    region = effect.region(BOX, CONTEXT)
    data = rendered(effect, picture(effect.needs(region, CONTEXT)), region)
    np.testing.assert_allclose(
        data.sum(axis=(1, 2), dtype=np.float64), picture().data.sum(axis=(1, 2), dtype=np.float64), rtol=1e-5
    )


def test_blurred_edges_do_not_darken() -> None:
    """Premultiplied light blurs; the colour of a plain area is the same wherever it can be seen."""
    source = Frame.transparent(Window(-60, -60, 150, 120))
    source.data[:, 60:120, 60:150] = np.float32([0.1, 0.4, 0.8, 1.0])[:, None, None]
    data = rendered(GaussianBlur(radius=7), source, Window(-20, -20, 110, 80))
    visible = data[3] > 1e-3
    straight = data[:3, visible] / data[3, visible]
    np.testing.assert_allclose(straight, np.broadcast_to([[0.1], [0.4], [0.8]], straight.shape), rtol=1e-4)


def test_a_shadow_lies_beneath_and_where_it_is_sent() -> None:
    source = Frame.transparent(Window(-50, -50, 100, 100))
    source.data[:, 60:80, 60:80] = 1.0
    effect = DropShadow(offset=(30.0, 5.0), blur=0.0, colour=RED, opacity=0.5)
    data = Frame(rendered(effect, source, Window(0, 0, 60, 60)), Window(0, 0, 60, 60)).data
    np.testing.assert_array_equal(data[:, 10:30, 10:30], 1.0)
    shadow = [0.5 * value for value in RED.premultiplied("srgb")]
    np.testing.assert_allclose(data[:, 20, 45], shadow, rtol=1e-6)
    assert not data[:, 12, 45].any()
    assert not data[:, 36, 45].any()
    under = rendered(DropShadow(offset=(5.0, 5.0), blur=0.0, colour=RED, opacity=1.0), source, Window(0, 0, 60, 60))
    np.testing.assert_array_equal(under[:, 10:30, 10:30], 1.0)


def test_a_shadow_moves_by_parts_of_pixels() -> None:
    source = picture(Window(-80, -80, 170, 140))
    centres = []
    for x in (4.0, 4.5, 5.0):
        bare = rendered(DropShadow(offset=(x, 0.0), blur=8.0, opacity=1.0), source, Window(-40, -40, 130, 100))
        shade = bare[3] - source.crop(Window(-40, -40, 130, 100)).data[3]
        centres.append((shade * np.arange(170)).sum() / shade.sum())
    assert centres[0] < centres[1] < centres[2]


def test_only_bright_light_glows() -> None:
    dim = Frame(np.full((4, 80, 80), 0.3, np.float32), Window(0, 0, 80, 80))
    dim.data[3] = 1.0
    inner = Window(30, 30, 50, 50)
    np.testing.assert_array_equal(rendered(Glow(radius=4, threshold=0.4), dim, inner), dim.crop(inner).data)
    dim.data[:3] = 0.9
    glowing = rendered(Glow(radius=4, threshold=0.4, intensity=1.0), dim, inner)
    np.testing.assert_allclose(glowing[:3], 0.9 + 0.5, rtol=1e-5)
    np.testing.assert_array_equal(glowing[3], 1.0)


def test_glow_leaves_the_layer_as_opaque_as_it_is_bright() -> None:
    effect = Glow(radius=8)
    data = rendered(effect, picture(effect.needs(BOX.expand(30, 30, 30, 30), CONTEXT)), BOX.expand(30, 30, 30, 30))
    outside = picture(BOX.expand(30, 30, 30, 30)).data[3] == 0
    assert (data[:3, outside].max(axis=0) <= data[3, outside] * 3.0 + 1e-6).all()
    assert data[3].max() <= 1.0 + 1e-6
    assert data[3, outside].max() > 0.0
