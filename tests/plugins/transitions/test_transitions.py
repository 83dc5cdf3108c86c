"""The transitions: from at 0, to at 1, in between as documented, whatever is transparent."""

from __future__ import annotations

import numpy as np
import pytest

from reelwork.image import Window
from reelwork.image.frame import Frame
from reelwork.kernels import frames
from reelwork.values import Affine, Colour
from reelwork_transitions import Dissolve, FadeThrough, Slide, Wipe

SIZE = (40.0, 20.0)
WINDOW = Window(0, 0, 40, 20)
ALL = [
    Dissolve(),
    FadeThrough(),
    FadeThrough(colour=Colour(1.0, 0.5, 0.0, 0.5)),
    *(Wipe(angle=angle, softness=softness) for angle in (0.0, 30.0, 90.0, 200.0) for softness in (0.0, 0.3)),
    *(
        Slide(direction=direction, mode=mode)
        for direction in ("left", "right", "up", "down")
        for mode in ("push", "cover")
    ),
]


def _picture(seed: int) -> Frame:
    data = np.random.default_rng(seed).random((4, 20, 40)).astype(np.float32)
    data[:3] *= data[3]
    return Frame(data, WINDOW)


def _moved(frame: Frame, place: Affine) -> Frame:
    """A picture moved by whole pixels, as the engine would resample it."""
    x, y = round(place.e), round(place.f)
    assert (place.e, place.f) == (x, y)
    window = Window(x, y, x + frame.window.width, y + frame.window.height)
    return Frame(frame.data, window)


def _between(transition, progress: float, one: Frame, two: Frame) -> np.ndarray:
    out = Frame.empty(WINDOW)
    first, second = transition.places(progress, *SIZE)
    moved = (_moved(one, first), _moved(two, second))
    frames.transition(transition, progress, *moved, out, to_layer=Affine.IDENTITY, size=SIZE)
    return out.data


@pytest.mark.parametrize("transition", ALL, ids=repr)
def test_transitions_begin_with_one_and_end_with_the_other(transition):
    one, two = _picture(1), _picture(2)
    assert (_between(transition, 0.0, one, two) == one.data).all()
    assert (_between(transition, 1.0, one, two) == two.data).all()


@pytest.mark.parametrize("transition", [t for t in ALL if not isinstance(t, Slide)], ids=repr)
def test_between_opaque_pictures_nothing_shows_through(transition):
    if isinstance(transition, FadeThrough) and transition.colour.alpha < 1:
        return
    one, two = _picture(1), _picture(2)
    one.data[3], two.data[3] = 1.0, 1.0
    for progress in (0.2, 0.5, 0.9):
        assert _between(transition, progress, one, two)[3] == pytest.approx(1.0, abs=1e-6)


def test_dissolving_mixes_light():
    one, two = _picture(1), _picture(2)
    assert _between(Dissolve(), 0.25, one, two) == pytest.approx(one.data * 0.75 + two.data * 0.25, abs=1e-6)


def test_fading_through_a_colour_shows_it_in_the_middle():
    colour = Colour(1.0, 0.5, 0.0)
    middle = _between(FadeThrough(colour=colour), 0.5, _picture(1), _picture(2))
    assert middle[:, 3, 4] == pytest.approx(colour.premultiplied("srgb"), abs=1e-6)
    quarter = _between(FadeThrough(), 0.25, _picture(1), _picture(2))
    assert quarter[:3] == pytest.approx(_picture(1).data[:3] / 2, abs=1e-6)


def test_a_wipe_moves_its_edge_over_the_picture():
    one, two = Frame.transparent(WINDOW), Frame(np.ones((4, 20, 40), np.float32), WINDOW)
    shown = _between(Wipe(angle=0.0, softness=0.0), 0.5, one, two)[3]
    assert (shown[:, :19] == 1).all()
    assert (shown[:, 21:] == 0).all()
    shown = _between(Wipe(angle=90.0, softness=0.0), 0.5, one, two)[3]
    assert (shown[:9] == 1).all()
    assert (shown[11:] == 0).all()
    shown = _between(Wipe(angle=45.0, softness=0.5), 0.5, one, two)[3]
    assert (np.diff(shown, axis=0) <= 0).all()
    assert (np.diff(shown, axis=1) <= 0).all()


def test_a_wipe_uncovers_more_and_more():
    one, two = Frame.transparent(WINDOW), Frame(np.ones((4, 20, 40), np.float32), WINDOW)
    covered = [float(_between(Wipe(), progress, one, two)[3].sum()) for progress in np.linspace(0, 1, 11)]
    assert (np.diff(covered) > 0).all()


def test_pushing_moves_both_pictures_side_by_side():
    one, two = _picture(1), _picture(2)
    shown = _between(Slide(direction="left", smooth=False), 0.25, one, two)
    assert (shown[:, :, :30] == one.data[:, :, 10:]).all()
    assert (shown[:, :, 30:] == two.data[:, :, :10]).all()


def test_covering_leaves_the_first_where_it_is():
    one, two = _picture(1), _picture(2)
    shown = _between(Slide(direction="down", mode="cover", smooth=False), 0.25, one, two)
    assert (shown[:, 5:] == one.data[:, 5:]).all()
    assert (shown[:, :5] == two.data[:, 15:]).all()


def test_slides_start_and_stop_gently():
    places = [Slide().places(progress, *SIZE)[1].e for progress in (0.0, 0.01, 0.5, 0.99, 1.0)]
    assert places[0] == 40.0
    assert places[1] > 39.98
    assert places[2] == 20.0
    assert places[3] < 0.02
    assert places[4] == 0.0


@pytest.mark.parametrize("transition", ALL, ids=repr)
@pytest.mark.parametrize("progress", [0.0, 0.5, 1.0])
def test_what_is_not_shown_makes_no_difference(transition, progress):
    whole = _between(transition, progress, _picture(1), _picture(2))
    shown_from, shown_to = transition.shown(progress)
    if not shown_from:
        assert (_between(transition, progress, _picture(3), _picture(2)) == whole).all()
    if not shown_to:
        assert (_between(transition, progress, _picture(1), _picture(3)) == whole).all()
