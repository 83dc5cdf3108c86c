"""The gradient generator paints what CSS would."""

from dataclasses import replace

import numpy as np
import pytest
from reference.generators import pixel

from reelwork.effect import Context
from reelwork.image import Window
from reelwork.image.frame import Frame
from reelwork.kernels.frames import generate
from reelwork.values import Affine, Colour, Display
from reelwork_generators.gradient import Gradient
from reelwork_generators.paint import BLACK, WHITE, ColourStop

SIZE = Window(0, 0, 64, 36)
CONTEXT = Context(scale=(1.0, 1.0), box=(0.0, 0.0, 64.0, 36.0))
RED, BLUE = Colour(1.0, 0.0, 0.0), Colour(0.0, 0.0, 1.0)


def frame(gradient: Gradient, window: Window = SIZE, context: Context = CONTEXT) -> Frame:
    out = Frame.empty(window)
    generate(gradient, context, out, to_layer=Affine.IDENTITY, size=(64.0, 36.0))
    return out


def grey(value: float) -> float:
    return Colour(value, value, value).linear("srgb")[0]


def test_it_runs_to_the_bottom_through_display_values() -> None:
    data = frame(Gradient(colours=(BLACK, WHITE))).data
    assert np.all(data[3] == 1.0)
    for row in (0, 17, 35):
        assert data[0, row] == pytest.approx(grey((row + 0.5) / 36.0), rel=1e-5)


@pytest.mark.parametrize(("angle", "row", "column"), [(90.0, 10, 63), (270.0, 10, 0), (0.0, 0, 30), (135.0, 35, 63)])
def test_the_angle_points_to_the_last_colour(angle: float, row: int, column: int) -> None:
    data = frame(Gradient(colours=(BLACK, WHITE), angle=angle)).data[0]
    assert data[row, column] == data.max()


def test_stops_stand_at_their_places() -> None:
    stops = (ColourStop(colour=RED, at=0.5), ColourStop(colour=BLUE, at=0.5))
    data = frame(Gradient(colours=stops, angle=90.0)).data
    assert np.all(data[0, :, :32] == 1.0)
    assert np.all(data[2, :, 32:] == 1.0)
    assert np.all(data[0, :, 32:] == 0.0)


def test_eight_colours_are_shown() -> None:
    colours = tuple(Colour(i / 7.0, 0.0, 0.0) for i in range(8))
    data = frame(Gradient(colours=colours, angle=90.0)).data[0, 0]
    assert data == pytest.approx(
        [Colour((x + 0.5) / 64.0, 0, 0).linear("srgb")[0] for x in range(64)], rel=1e-4, abs=1e-6
    )


def test_it_mixes_premultiplied() -> None:
    data = frame(Gradient(colours=(RED, Colour(0.0, 0.0, 1.0, 0.0)), angle=90.0)).data
    assert np.all(data[2] == 0.0)
    assert data[0] == pytest.approx(data[3], rel=1e-5)
    assert data[3, 0] == pytest.approx(1.0 - (np.arange(64) + 0.5) / 64.0, abs=1e-5)


def test_a_radial_one_is_round_about_its_centre() -> None:
    data = frame(Gradient(kind="radial", colours=(WHITE, BLACK), centre=(0.5, 0.5))).data[0]
    assert data == pytest.approx(data[::-1, ::-1], abs=1e-6)
    assert data[18, 32] > 0.9
    assert data[0, 0] < 0.01


def test_a_conic_one_goes_clockwise_from_its_angle() -> None:
    data = frame(Gradient(kind="conic", colours=(BLACK, WHITE), angle=90.0)).data[0]
    assert data[19, 60] < data[34, 32] < data[18, 2] < data[2, 31] < data[17, 60]


def test_no_extent_is_the_last_colour() -> None:
    assert np.all(frame(Gradient(kind="radial", colours=(RED, BLUE), radius=0.0)).data[2] == 1.0)


def test_tiles_are_parts_of_the_whole() -> None:
    whole = frame(Gradient(kind="conic", angle=20.0))
    tile = Window(11, 7, 40, 20)
    assert np.array_equal(frame(Gradient(kind="conic", angle=20.0), tile).data, whole.crop(tile).data)


@pytest.mark.parametrize("display", ["srgb", "bt1886"])
def test_the_kernel_does_what_python_does(display: Display) -> None:
    gradient = Gradient(kind="radial", centre=(0.3, 0.6), radius=0.7)
    context = replace(CONTEXT, display=display)
    data = frame(gradient, context=context).data
    for x, y in ((0, 0), (20, 30), (63, 35)):
        assert data[:, y, x] == pytest.approx(pixel(gradient, x + 0.5, y + 0.5, (64.0, 36.0), context), rel=1e-4)
