"""The built-in warps against their formulas, written the obvious way in numpy, and what must hold for each."""

import numpy as np
import pytest
from scipy.optimize import brentq

from reelwork import maths
from reelwork.effect import Context
from reelwork.image import Window
from reelwork.image.frame import Frame
from reelwork.kernels.warp import Warp
from reelwork.values import Affine, Projective
from reelwork_warps import Bulge, CornerPin, Displace, Kaleidoscope, LensDistortion, Mirror, Polar, Ripple, Twirl, Wave

WIDTH, HEIGHT = 120.0, 80.0
CONTEXT = Context((1.0, 1.0), (0.0, 0.0, WIDTH, HEIGHT))
BOX = Window(0, 0, 120, 80)
X, Y = np.meshgrid(np.arange(120) + 0.5, np.arange(80) + 0.5)


def light(x, y):
    """A smooth picture, at any place."""
    return np.stack(
        [0.5 + 0.4 * np.sin(x / 13), 0.5 + 0.4 * np.cos(y / 11), 0.5 + 0.3 * np.sin((x + y) / 17), x * 0 + 1]
    )


SOURCE = Frame(np.ascontiguousarray(light(X, Y), np.float32), BOX)


def seen(effect, *others):
    out = Frame.empty(BOX)
    Warp(effect, SOURCE, to_layer=Affine.IDENTITY, context=CONTEXT, layers=len(others))(out, others)
    return out.data


def check(effect, u, v, *others, covers=0.5, within=4e-3):
    """Whether an effect shows the picture at places, where those lie well inside it."""
    found = seen(effect, *others)
    inside = (u > 2) & (u < WIDTH - 2) & (v > 2) & (v < HEIGHT - 2)
    assert inside.mean() > covers
    assert abs(found - light(u, v))[:, inside].max() < within
    beyond = (u < -2) | (u > WIDTH + 2) | (v < -2) | (v > HEIGHT + 2)
    assert not found[:, beyond].any()


def polar(cx=WIDTH / 2, cy=HEIGHT / 2):
    point = (X - cx) + 1j * (Y - cy)
    return cx + 1j * cy, point, abs(point)


@pytest.mark.parametrize("angle", [0.0, 37.0, 90.0])
def test_wave(angle):
    way = np.exp(1j * np.radians(angle))
    run = X * way.real + Y * way.imag
    place = X + 1j * Y - 1j * way * 5.0 * np.sin(2 * np.pi * run / 40.0 - np.radians(30.0))
    check(Wave(height=5.0, length=40.0, angle=angle, phase=30.0), place.real, place.imag)


def test_ripple():
    centre, point, distance = polar(WIDTH / 4, HEIGHT / 2)
    far = 4.0 * np.clip(1 - distance / 50.0, 0, 1) ** 2 * np.sin(2 * np.pi * distance / 30.0 - 1.0)
    place = centre + point - point / distance * far
    ripple = Ripple(height=4.0, length=30.0, radius=50.0, centre=(0.25, 0.5), phase=np.degrees(1.0))
    check(ripple, place.real, place.imag, within=1e-2)


def test_twirl():
    centre, point, distance = polar()
    turn = np.radians(70.0) * np.clip(1 - distance / 45.0, 0, 1) ** 2
    place = centre + point * np.exp(-1j * turn)
    check(Twirl(angle=70.0, radius=45.0), place.real, place.imag)


@pytest.mark.parametrize("amount", [-0.8, 0.7])
def test_bulge(amount):
    centre, point, distance = polar(0.4 * WIDTH, 0.5 * HEIGHT)
    place = centre + point * (1 - amount * np.clip(1 - (distance / 35.0) ** 2, 0, 1) ** 2)
    check(Bulge(amount=amount, radius=35.0, centre=(0.4, 0.5)), place.real, place.imag, within=1e-2)


def test_mirror():
    way = np.exp(1j * np.radians(20.0))
    centre, point, _ = polar()
    behind = np.clip((point * way.conjugate()).real, 0, None)
    place = centre + point - 2 * behind * way
    check(Mirror(angle=20.0), place.real, place.imag)


def test_kaleidoscope():
    centre, point, distance = polar()
    around = np.mod(np.angle(point) - np.radians(10.0) + np.pi / 5, 2 * np.pi / 5) - np.pi / 5
    place = centre + distance * np.exp(1j * (abs(around) + np.radians(200.0)))
    seams = abs(abs(around) * distance) < 1.5
    u, v = np.where(seams, -1.0, place.real), place.imag  # a fold is the mean of both sides
    check(Kaleidoscope(mirrors=5, turn=10.0, angle=200.0), u, v, covers=0.4, within=3e-2)


def test_a_picture_is_bent_into_a_disc():
    _, point, distance = polar()
    share = (np.arctan2(point.real, -point.imag) - np.radians(30.0)) / (2 * np.pi) % 1.0
    u, v = 0.5 + share * (WIDTH - 1), distance / 38.0 * HEIGHT
    seam = (abs(share - 0.5) > 0.48) | (distance < 6) | (abs(distance - 38) < 1.5)  # means of several places
    found = seen(Polar(radius=38.0, angle=30.0))
    inside = ~seam & (distance < 38.0)
    assert inside.mean() > 0.35
    assert abs(found - light(u, v))[:, inside].max() < 0.05
    assert not found[:, distance > 39.5].any()
    assert found[3, distance < 36.0].min() > 0.98, "the sides do not meet"


def test_a_disc_that_is_unrolled_and_bent_again_is_the_picture():
    bent = Frame(seen(Polar(radius=38.0, direction="to-rectangle")), BOX)
    again = Frame.empty(BOX)
    Warp(Polar(radius=38.0), bent, to_layer=Affine.IDENTITY, context=CONTEXT, layers=0)(again, ())
    _, point, distance = polar()
    inside = (distance > 8) & (distance < 36) & (abs(np.arctan2(point.real, -point.imag)) > 0.1)
    assert abs(again.data - SOURCE.data)[:, inside].max() < 0.03


@pytest.mark.parametrize(("k1", "k2"), [(-0.2, 0.0), (0.15, 0.0), (0.1, -0.15), (-0.3, 0.2)])
@pytest.mark.parametrize("direction", ["distort", "correct"])
def test_lens_distortion(k1, k2, direction):
    centre, point, distance = polar()
    far = distance / (np.hypot(WIDTH, HEIGHT) / 2)

    def bent(r):
        return r * (1 + k1 * r**2 + k2 * r**4)

    slopes = [r for r in np.roots([5 * k2, 0, 3 * k1, 0, 1]) if abs(np.imag(r)) < 1e-9 and np.real(r) > 0]
    limit = min((float(np.real(r)) for r in slopes), default=1e3)

    def before(r):
        return brentq(lambda q: bent(q) - r, 0.0, limit) if bent(limit) > r else np.nan

    r = np.where(far <= limit, bent(far), np.nan) if direction == "correct" else np.vectorize(before)(far)
    place = centre + point * np.nan_to_num(r / far, nan=1e3)
    check(LensDistortion(k1=k1, k2=k2, direction=direction), place.real, place.imag, covers=0.4, within=1e-2)


@pytest.mark.parametrize(("k1", "k2"), [(-0.2, 0.05), (0.4, 0.0), (1.9021, -1.5701), (-0.5, 0.1)])
def test_one_direction_of_lens_distortion_undoes_the_other(k1, k2):
    lens = LensDistortion(k1=k1, k2=k2)
    back = LensDistortion(k1=k1, k2=k2, direction="correct")
    uniforms, inverse = (
        (*lens.tables(CONTEXT), *lens.uniforms(CONTEXT)),
        (*back.tables(CONTEXT), *back.uniforms(CONTEXT)),
    )
    for x, y in ((3.0, 5.0), (60.0, 41.0), (100.0, 70.0), (60.0, 40.0)):
        there = LensDistortion.place(x, y, WIDTH, HEIGHT, *inverse)
        assert np.allclose(LensDistortion.place(*there, WIDTH, HEIGHT, *uniforms), (x, y), atol=1e-4)


def test_corner_pin():
    corners = ((6.0, 9.0), (110.0, 2.0), (95.0, 70.0), (12.0, 78.0))
    rows, right = [], []
    for (x, y), (u, v) in zip(((0, 0), (WIDTH, 0), (WIDTH, HEIGHT), (0, HEIGHT)), corners, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        right += [u, v]
    back = np.linalg.inv(np.append(np.linalg.solve(rows, right), 1.0).reshape(3, 3))
    u, v, w = np.einsum("ij,jkl->ikl", back, np.stack([X, Y, np.ones_like(X)]))
    check(pin(*corners), u / w, v / w, within=1e-2)


def pin(one, two, three, four):
    return CornerPin(top_left=one, top_right=two, bottom_right=three, bottom_left=four)


def test_a_corner_pin_to_a_line_leaves_nothing():
    flat = pin((0.0, 0.0), (10.0, 0.0), (20.0, 0.0), (30.0, 0.0))
    assert isinstance(flat.matrix(CONTEXT), Affine)
    assert not seen(flat).any()
    assert isinstance(pin((0.0, 0.0), (9.0, 1.0), (9.0, 8.0), (0.0, 9.0)).matrix(CONTEXT), Projective)


@pytest.mark.parametrize(("channel", "row"), [("red", 0), ("green", 1), ("blue", 2), ("luminance", None)])
def test_displace(channel, row):
    around = BOX.expand(1, 1, 1, 1)
    x, y = np.meshgrid(np.arange(-1, 121) + 0.5, np.arange(-1, 81) + 0.5)
    alpha = np.clip(y / HEIGHT, 0, 1)
    encoded = np.stack([0.5 + 0.5 * np.sin(x / 20), 0.5 + 0.5 * np.cos(y / 15), 0.5 + 0.5 * np.sin((x - y) / 25)])
    decoded = np.vectorize(maths.srgb_decode)(encoded)
    other = Frame(np.concatenate([decoded * alpha, alpha[None]]).astype(np.float32), around)
    value = np.tensordot([0.2126, 0.7152, 0.0722], encoded, 1) if row is None else encoded[row]
    moved = ((2 * value - 1) * alpha)[1:-1, 1:-1]
    effect = Displace(map="map", x=9.0, y=-7.0, x_from=channel, y_from=channel)
    check(effect, X - 9.0 * moved, Y + 7.0 * moved, other, within=1e-2)


def test_half_and_nothing_displace_nothing():
    half = maths.srgb_decode(0.5)
    grey = Frame(np.full((4, 82, 122), [[[half]], [[half]], [[half]], [[1.0]]], np.float32), BOX.expand(1, 1, 1, 1))
    effect = Displace(map="map", x=50.0, y=50.0)
    assert abs(seen(effect, grey) - SOURCE.data).max() < 1e-3
    assert (seen(effect, Frame.transparent(grey.window)) == SOURCE.data).all()
