"""Scopes against numpy's histograms, and what is read from them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from reference.colour import light_to_srgb, srgb_to_light

from reelwork.effect import Context
from reelwork.image import Window
from reelwork.image.frame import Frame
from reelwork_scopes import Histogram, Parade, Vectorscope, Waveform
from reelwork_scopes.counting import count_columns, count_pairs
from reelwork_scopes.lettering import rectangles, text
from reelwork_scopes.scope import BLUENESS, HIGH, LOW, LUMA, REDNESS, column_of, row_of
from reelwork_scopes.traces import beam

BOX = Window(0, 0, 320, 180)
CONTEXT = Context((1.0, 1.0), (0.0, 0.0, 320.0, 180.0))
BARE = {"graticule": 0.0}


def rendered(effect, source, window=BOX, context=CONTEXT):
    out = Frame(np.full((4, window.height, window.width), np.nan, np.float32), window)
    effect.render(source.crop(effect.needs(window, context)), out, context)
    return out.data


def flat(*encoded, box=BOX):
    data = np.ones((4, box.height, box.width), np.float32)
    data[:3] = srgb_to_light(np.array(encoded, np.float64))[:, None, None]
    return Frame(data, box)


def noise(seed=0):
    rng = np.random.default_rng(seed)
    data = rng.normal(0.3, 0.4, (4, 180, 320)).astype(np.float32)
    data[3] = 1.0
    data[:, :20, :30] = 0.0
    return Frame(data, BOX)


def encoded_of(source):
    return light_to_srgb(source.data[:3].astype(np.float64))


def screen(effect, context=CONTEXT):
    return effect.screen(effect.place(context)).graph


def brightest(data, graph):
    """Row and column, within the graph, of the brightest pixel."""
    inside = data[:3, graph.y0 : graph.y1, graph.x0 : graph.x1].sum(axis=0)
    return np.unravel_index(inside.argmax(), inside.shape)


def test_columns_are_counted_as_numpy_does():
    source = noise()
    matrix = np.array([(*LUMA, 0.0), (*BLUENESS, 0.5)], np.float32)
    counts, samples = np.zeros((2, 37, 50), np.int32), np.zeros(37, np.int32)
    count_columns(source.data, 0, 0, 320, 180, False, matrix, LOW, HIGH, counts, samples)
    encoded = encoded_of(source)
    seen = source.data[3] > 0
    columns = np.broadcast_to(np.arange(320) * 37 // 320, (180, 320))
    for channel in range(2):
        values = np.tensordot(matrix[channel, :3], encoded, 1) + matrix[channel, 3]
        values = np.clip(values, LOW, HIGH)
        expected, _, _ = np.histogram2d(columns[seen], values[seen], (np.arange(38), np.linspace(LOW, HIGH, 51)))
        # a value that rounding puts on the other side of an edge may be counted beside it
        assert abs(counts[channel] - expected).sum() <= 20
        assert counts[channel].sum() == seen.sum()
    assert (samples == np.bincount(columns[0]) * 180).all()


def test_pairs_are_counted_as_numpy_does():
    source = noise(3)
    matrix = np.array([(*BLUENESS, 0.0), (*REDNESS, 0.0)], np.float32)
    counts = np.zeros((64, 64), np.int32)
    count_pairs(source.data, 0, 0, 320, 180, False, matrix, 0.55, counts)
    encoded, seen = encoded_of(source), source.data[3] > 0
    first, second = (np.clip(np.tensordot(matrix[n, :3], encoded, 1)[seen], -0.55, 0.55) for n in range(2))
    expected, _, _ = np.histogram2d(second, first, [np.linspace(-0.55, 0.55, 65)] * 2)
    assert abs(counts - expected).sum() <= 20
    assert counts.sum() == seen.sum()


def test_what_is_no_number_is_counted_lowest_and_what_is_far_beyond_at_the_edges():
    source = flat(0.5, 0.5, 0.5)
    source.data[:3, :, :100], source.data[:3, :, 100:150], source.data[:3, :, 150:200] = np.nan, np.inf, -1e30
    counts, samples = np.zeros((1, 1, 10), np.int32), np.zeros(1, np.int32)
    count_columns(
        source.data, 0, 0, 320, 180, False, np.array([(0, 1, 0, 0)], np.float32), 0.0, 1.0, counts, samples
    )  # fmt: skip
    assert counts[0, 0].tolist() == [180 * 150, 0, 0, 0, 0, 180 * 120, 0, 0, 0, 180 * 50]


@pytest.mark.parametrize("value", [0.0, 0.2, 0.5, 1.0, 1.05, 3.0, -2.0])
@pytest.mark.parametrize("display", ["srgb", "bt1886"])
def test_a_waveform_stands_at_its_value(value, display):
    effect, context = Waveform(**BARE), replace(CONTEXT, display=display)
    source = flat(value, value, value)
    if display == "bt1886":
        source.data[:3] = np.sign(value) * abs(value) ** 2.4
    graph = screen(effect)
    row, _ = brightest(rendered(effect, source, context=context), graph)
    assert graph.y0 + row + 0.5 == pytest.approx(row_of(min(max(value, LOW), HIGH), graph), abs=1)


def test_a_waveform_shows_what_lies_below_it():
    source = flat(0.2, 0.2, 0.2)
    source.data[:3, :, 160:] = srgb_to_light(0.8)
    effect = Waveform(**BARE)
    graph, data = screen(effect), rendered(effect, source)
    for half, value in ((slice(graph.x0, graph.x0 + graph.width // 2), 0.2), (slice(graph.x1 - 40, graph.x1), 0.8)):
        row = data[0, graph.y0 : graph.y1, half].sum(axis=1).argmax()
        assert graph.y0 + row + 0.5 == pytest.approx(row_of(value, graph), abs=1)


def test_waveforms_of_colours_and_a_parade_have_them_apart():
    source = flat(0.9, 0.5, 0.1)
    effect = Waveform(channels="rgb", **BARE)
    graph, data = screen(effect), rendered(effect, source)
    for channel, value in enumerate((0.9, 0.5, 0.1)):
        line = data[:3, round(row_of(value, graph) - 0.5), graph.x0 + 20]
        assert line.argmax() == channel
    parade = rendered(Parade(**BARE), source)
    for channel, value in enumerate((0.9, 0.5, 0.1)):
        third = parade[:3, :, graph.x0 + graph.width * channel // 3 + 5 : graph.x0 + graph.width * (channel + 1) // 3]
        assert third[channel].sum(axis=1).argmax() + 0.5 == pytest.approx(row_of(value, graph), abs=1)


def test_grey_is_in_the_middle_of_colour_differences():
    effect = Parade(channels="ycbcr", **BARE)
    graph, data = screen(effect), rendered(effect, flat(0.7, 0.7, 0.7))
    for third, value in enumerate((0.7, 0.5, 0.5)):
        part = data[:3, :, graph.x0 + graph.width * third // 3 + 5 : graph.x0 + graph.width * (third + 1) // 3]
        assert part.sum(axis=(0, 2)).argmax() + 0.5 == pytest.approx(row_of(value, graph), abs=1)


@pytest.mark.parametrize(
    ("bar", "bluer", "redder"),
    [
        ((0.75, 0, 0), -0.0859, 0.375),
        ((0, 0.75, 0), -0.289, -0.3406),
        ((0, 0, 0.75), 0.375, -0.0344),
        ((1, 1, 1), 0, 0),
    ],
)
def test_a_vectorscope_shows_bars_where_bt709_has_them(bar, bluer, redder):
    effect = Vectorscope(**BARE)
    square = effect._square(screen(effect))
    row, column = brightest(rendered(effect, flat(*bar)), square)
    assert (column + 0.5) / square.width == pytest.approx(0.5 + bluer / 1.1, abs=0.02)
    assert (row + 0.5) / square.height == pytest.approx(0.5 - redder / 1.1, abs=0.02)


def test_targets_are_drawn_around_what_bars_make():
    bars = ((0.75, 0, 0), (0.75, 0, 0.75), (0, 0, 0.75), (0, 0.75, 0.75), (0, 0.75, 0), (0.75, 0.75, 0))
    effect = Vectorscope()
    square = effect._square(screen(effect))
    bare = rendered(Vectorscope(**BARE), flat(0, 0, 0))
    lines = abs(rendered(effect, flat(0, 0, 0)) - bare)[0, square.y0 : square.y1, square.x0 : square.x1] > 0.02
    for bar in bars:
        row, column = brightest(rendered(Vectorscope(**BARE), flat(*bar)), square)
        assert not lines[row, column]
        assert lines[row - 5 : row + 6, column - 5 : column + 6].sum() > 8


def test_a_histogram_is_as_high_as_pixels_are_many():
    source = flat(0.25, 0.25, 0.25)
    source.data[:3, :, 160:240] = srgb_to_light(0.5)
    source.data[:3, :, 240:] = srgb_to_light(0.75)
    effect = Histogram(channels="luma", scale="linear", **BARE)
    graph, data = screen(effect), rendered(effect, source)
    drawn = data[0, graph.y0 : graph.y1] > 0.1
    heights = [
        drawn[:, round(column_of(value, graph)) - 3 : round(column_of(value, graph)) + 3].sum(axis=0).max()
        for value in (0.25, 0.5, 0.75)
    ]
    assert heights[0] == pytest.approx(graph.height, rel=0.15)
    assert heights[1] == pytest.approx(heights[0] / 2, rel=0.2)
    assert heights[2] == pytest.approx(heights[0] / 2, rel=0.2)
    root = rendered(Histogram(channels="luma", **BARE), source)[0, graph.y0 : graph.y1] > 0.1
    middle = round(column_of(0.5, graph))
    assert root[:, middle - 3 : middle + 3].sum(axis=0).max() == pytest.approx(heights[0] * 0.5**0.5, rel=0.15)


@pytest.mark.parametrize("effect", [Waveform(), Parade(), Vectorscope(), Histogram()], ids=lambda effect: effect.name)
def test_what_pixels_lie_where_counts_not_in_which_order(effect):
    """The same pixels of each column in another order give the same bytes."""
    source = noise(5)
    shuffled = Frame(source.data[:, ::-1].copy(), BOX)
    assert rendered(effect, source).tobytes() == rendered(effect, shuffled).tobytes()


@pytest.mark.parametrize("corner", ["top-left", "top-right", "bottom-left", "bottom-right"])
def test_in_a_corner_the_rest_stays(corner):
    source, effect = noise(), Histogram(panel=corner, size=0.3)
    data, panel = rendered(effect, source), effect.place(CONTEXT)
    assert (panel.width, panel.height) == (96, 54)
    assert (panel.x0 == 0, panel.y0 == 0) == (corner.endswith("left"), corner.startswith("top"))
    changed = (data != source.data).any(axis=0)
    assert changed[panel.y0 : panel.y1, panel.x0 : panel.x1].mean() > 0.9
    changed[panel.y0 : panel.y1, panel.x0 : panel.x1] = False
    assert not changed.any()


def test_more_gain_is_brighter_and_no_more_than_the_screen_can_show():
    source = noise()
    totals = [rendered(Waveform(gain=gain, **BARE), source)[:3] for gain in (0.0, 0.5, 2.0, 100.0)]
    assert [total.sum() for total in totals] == sorted(total.sum() for total in totals)
    assert totals[-1].max() <= 1.0


def test_a_beam_is_even_over_codes_of_video():
    """Where 8-bit video has every code once, the trace has no stripes."""
    for height in (300, 437, 900):
        rows, weights = np.zeros(height), beam(height, HIGH - LOW).astype(np.float64)
        for code in range(220):
            rows[int((code / 219 - LOW) / (HIGH - LOW) * height)] += 1
        trace = np.convolve(rows, weights, "same")[height // 4 : height // 2]
        assert trace.std() < 0.35 * trace.mean()


def test_letters_have_their_height_and_place():
    found = text("100%", 50.0, 20.0, 7.0, 1.0)
    assert min(box[1] for box in found) == 16.5
    assert max(box[3] for box in found) == 23.5
    assert max(box[2] for box in found) == 50.0
    assert rectangles(found).verbs == "MLLLZ" * len(found)
