"""Outlines against the distance from every line of the contour, and what they are for."""

from __future__ import annotations

import numpy as np
import pytest
from reference import filters as twin
from scipy import ndimage

from reelwork.effect import Context
from reelwork.image import Window
from reelwork.image.frame import Frame
from reelwork.values import Colour
from reelwork_filters import Outline
from reelwork_filters.contour import contour_distances

BOX = Window(0, 0, 80, 70)
CONTEXT = Context((1.0, 1.0), (0.0, 0.0, 80.0, 70.0))
RED = Colour(1.0, 0.0, 0.0)
Y, X = np.mgrid[0:70, 0:80]


def alphas():
    rng = np.random.default_rng(1)
    blobs = ndimage.gaussian_filter(rng.random((70, 80)), 2.5)
    return {
        "disc": np.clip(14.3 - np.hypot(X - 38.3, Y - 33.7), 0, 1),
        "diamond": (abs(X - 40) + abs(Y - 30) < 17) * 1.0,
        "soft": np.exp(-((X - 40) ** 2 / 300 + (Y - 35) ** 2 / 120)),
        "blobs": (blobs - blobs.min()) / np.ptp(blobs),
        "noise": rng.random((70, 80)) * (np.hypot(X - 40, Y - 35) < 9),
    }


def measured(alpha, limit, size=(1.0, 1.0), margin=16):
    out = np.full((70 - 2 * margin, 80 - 2 * margin), np.nan, np.float32)
    contour_distances(alpha.astype(np.float32), margin, margin, *size, limit, out)
    return out


def rendered(effect, alpha, window=BOX, context=CONTEXT, colour=(0.0, 0.0, 1.0)):
    data = np.stack([*(alpha * part for part in colour), alpha]).astype(np.float32)
    out = Frame(np.full((4, window.height, window.width), np.nan, np.float32), window)
    effect.render(Frame(data, BOX).crop(effect.needs(window, context)), out, context)
    return out.data


@pytest.mark.parametrize("size", [(1.0, 1.0), (0.7, 1.3)])
@pytest.mark.parametrize("name", alphas())
def test_distances_are_those_of_the_nearest_line(name, size):
    alpha = alphas()[name].astype(np.float32)
    found, expected = measured(alpha, 9.0, size), np.clip(twin.distances(alpha, size), -9.0, 9.0)[16:-16, 16:-16]
    off = abs(found - expected)
    # only lines near the nearest crossing are looked at: in a thicket of contours another one may be a bit nearer
    assert np.quantile(off, 0.95) < 1e-4
    assert off.max() < 0.2


def test_distances_of_hard_edges_are_scipys():
    """The contour of pixels that are all or nothing runs half way between their centres."""
    alpha = (X > 40) * 1.0
    inside = ndimage.distance_transform_edt(alpha) - 0.5
    outside = ndimage.distance_transform_edt(1 - alpha) - 0.5
    expected = np.where(alpha > 0, -inside, outside)[16:-16, 16:-16]
    assert measured(alpha, 13.0) == pytest.approx(np.clip(expected, -13, 13), abs=1e-5)


def test_a_line_of_a_disc_is_a_ring_of_its_width():
    for width, position, low, high in (
        (5.0, "outside", 14.0, 19.0),
        (5.0, "inside", 9.0, 14.0),
        (4.0, "centre", 12.0, 16.0),
    ):
        alpha = np.clip(14.5 - np.hypot(X - 40, Y - 35), 0, 1)
        found = rendered(Outline(width=width, position=position, colour=RED), alpha)
        area = found[0].sum() * 1.0
        assert area == pytest.approx(np.pi * (high**2 - low**2), rel=0.02)
        distance = np.hypot(X - 40, Y - 35)
        assert found[0, (distance > low + 1) & (distance < high - 1)] == pytest.approx(1.0, abs=0.02)
        assert not found[0, (distance < low - 1) | (distance > high + 1)].any()


def test_outside_leaves_no_gap_and_inside_keeps_the_shape():
    alpha = alphas()["disc"]
    outside = rendered(Outline(width=6.0, colour=RED), alpha)
    assert outside[3, twin.distances(alpha) < 5] == pytest.approx(1.0, abs=1e-5)
    inside = rendered(Outline(width=6.0, colour=RED, position="inside"), alpha)
    assert inside[3] == pytest.approx(alpha, abs=1e-6)


@pytest.mark.parametrize("width", [0.01, 0.25, 1.0])
@pytest.mark.parametrize("position", ["outside", "centre", "inside"])
def test_a_thin_line_is_faint(width, position):
    alpha = alphas()["disc"]
    drawn = rendered(Outline(width=width, position=position, colour=RED), alpha)[0]
    assert drawn.sum() == pytest.approx(2 * np.pi * 14 * width, rel=0.3)


def test_softness_fades_evenly():
    alpha = (X < 40) * 1.0
    line = rendered(Outline(width=8.0, softness=9.0, colour=RED), alpha)[0, 35]
    assert line[41:55] == pytest.approx(np.clip((8.0 - (np.arange(41, 55) - 39.5)) / 10.0 + 0.5, 0, 1), abs=1e-5)


def test_tiles_are_parts_of_the_whole():
    whole = Window(-30, -30, 110, 100)
    for name, alpha in alphas().items():
        for effect in (Outline(width=7.0), Outline(width=5.0, position="inside", softness=3.0)):
            expected = Frame(rendered(effect, alpha, whole), whole)
            for tile in (Window(33, 20, 34, 21), Window(10, 10, 70, 14), Window(-20, 5, 20, 60)):
                assert rendered(effect, alpha, tile).tobytes() == expected.crop(tile).data.tobytes(), name


def test_what_has_no_edge_has_no_line():
    faint = np.full((70, 80), 0.4)
    assert rendered(Outline(), faint) == pytest.approx(rendered(Outline(opacity=0.0), faint), abs=1e-6)
