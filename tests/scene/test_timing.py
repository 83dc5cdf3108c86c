"""When things are there: cues, sequences, groups, retiming, and what is said where times make no sense."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelwork.scene.animation import Curve
from reelwork.scene.model import Clip, Composition, Gap, Layer, Loop, Scene, TransitionUse
from reelwork.scene.playing import SourceLength
from reelwork.scene.sources import AssetSource, CompositionSource, GroupSource, SequenceSource, SolidSource
from reelwork.scene.times import Cue, TimeExpression
from reelwork.scene.timing import Span, resolve_times
from reelwork.values import Colour

FILES = {"a/video": SourceLength(Fraction(4)), "a/song": SourceLength(Fraction(30), sound_alone=True)}
STILL = SourceLength(None)


def time(seconds=0, *cues):
    found = []
    for cue in cues:
        sign = -1 if cue.startswith("-") else 1
        found.append(Cue(sign, *cue.lstrip("-").split(".")))
    return TimeExpression(Fraction(seconds), tuple(found))


def layer(name, source=None, **keys):
    return Layer(id=name, path=name, source=source or SolidSource(Curve.constant(Colour(0, 0, 0))), **keys)


def clip(name, source=None, **keys):
    return Clip(id=name, path=name, source=source or SolidSource(Curve.constant(Colour(0, 0, 0))), **keys)


def transition(name, seconds):
    return TransitionUse("dissolve", {}, time(seconds), path=name)


def gap(name, seconds):
    return Gap(time(seconds), path=name)


def resolved(*layers, sequence=(), duration=None, **others):
    main = Composition(
        name="main",
        path="main",
        layers=layers,
        sequence=tuple(sequence),
        duration=None if duration is None else time(duration),
    )
    scene = Scene(reelwork=1, compositions={**others, "main": main})
    timing, problems = resolve_times(scene, lambda item: FILES.get(item.source.record, STILL))
    return timing, [problem.message for problem in problems]


VIDEO, SONG, IMAGE = AssetSource("a/video"), AssetSource("a/song"), AssetSource("a/still")


def spans(timing):
    return {name: (float(span.start), float(span.end)) for name, span in timing.spans.items()}


def test_a_composition_lasts_until_the_latest_end_and_the_rest_ends_with_it():
    timing, problems = resolved(
        layer("video", VIDEO, start=time(1)), layer("solid", start=time(2)), layer("short", duration=time(2))
    )
    assert not problems
    assert timing.durations["main"] == 5
    assert spans(timing) == {"video": (1, 5), "solid": (2, 5), "short": (0, 2)}


def test_sound_alone_makes_no_composition_last():
    timing, _ = resolved(layer("video", VIDEO), layer("song", SONG))
    assert timing.durations["main"] == 4
    assert timing.spans["song"] == Span(Fraction(0), Fraction(4))
    timing, _ = resolved(layer("video", VIDEO), layer("song", SONG, duration=time(10)))
    assert timing.durations["main"] == 10


def test_layers_that_would_outlast_the_composition_end_with_it():
    timing, _ = resolved(layer("video", VIDEO, start=time(1)), duration=3)
    assert spans(timing) == {"video": (1, 3)}


def test_cues_may_point_forwards():
    timing, problems = resolved(
        layer("last", start=time(1, "first.end"), duration=time(0, "first.duration")),
        layer("first", start=time(2), end=time(5)),
    )
    assert not problems
    assert spans(timing)["last"] == (6, 9)


def test_a_film_may_have_thousands_of_cuts():
    timing, problems = resolved(sequence=[clip(f"shot{number}", duration=time(2)) for number in range(3000)])
    assert not problems
    assert timing.durations["main"] == 6000
    assert spans(timing)["shot2999"] == (5998, 6000)


def test_a_circle_of_cues_shows_the_chain():
    _, problems = resolved(
        layer("a", start=time(1, "b.end")),
        layer("b", start=time(0, "c.start"), duration=time(1)),
        layer("c", start=time(0, "a.start")),
        duration=9,
    )
    assert any("a.start → b.end → b.start → c.start → a.start" in message for message in problems), problems


def test_a_composition_that_waits_for_itself_is_a_circle():
    _, problems = resolved(layer("a", duration=time(0, "b.end")), layer("b"))
    assert any("wait for each other" in message and "the duration of 'main'" in message for message in problems)


def test_no_end_at_all_is_an_error():
    _, problems = resolved(layer("solid"), layer("song", SONG))
    assert len(problems) == 1
    assert "has no end" in problems[0]


def test_times_in_a_group_count_from_its_start():
    child = layer("child", start=time(1), duration=time(2))
    cued = layer("cued", start=time(Fraction(1, 2), "solid.start"), duration=time(1))
    timing, problems = resolved(
        layer("solid", start=time(4)), layer("group", GroupSource((child, cued)), start=time(3))
    )
    assert not problems
    assert spans(timing)["child"] == (4, 6)
    assert spans(timing)["cued"] == (4.5, 5.5)
    assert timing.durations["main"] == 6


@pytest.mark.parametrize(("speed", "start", "length"), [(1, 0, 4), (2, 0, 2), (Fraction(1, 2), 1, 6), (-1, 1, 3)])
def test_default_durations_are_what_remains_by_speed(speed, start, length):
    timing, _ = resolved(layer("video", VIDEO, in_=Fraction(start), speed=Fraction(speed)))
    assert timing.durations["main"] == length


def test_a_loop_by_count_repeats_from_in():
    timing, _ = resolved(layer("video", VIDEO, in_=Fraction(1), loop=Loop(count=3)))
    assert timing.durations["main"] == 9
    timing, problems = resolved(layer("video", VIDEO, loop=Loop(), duration=time(100)))
    assert not problems
    assert timing.durations["main"] == 100


def test_asking_for_more_than_there_is_says_how_much_there_is():
    _, problems = resolved(layer("video", VIDEO, in_=Fraction(1), speed=Fraction(2), duration=time(2)))
    assert problems == [
        "it asks for 2s at speed 200%, but there are only 1.5s of its source after `in: 1s`; "
        "shorten it, or let it `loop`"
    ]
    _, problems = resolved(layer("video", VIDEO, in_=Fraction(4)))
    assert problems == ["it begins at `in: 4s`, but its source lasts 4s; begin earlier"]


def test_speed_needs_something_that_moves():
    _, problems = resolved(layer("still", IMAGE, speed=Fraction(2), duration=time(1)))
    assert "have a time of their own" in problems[0]


def test_a_nested_composition_has_its_length():
    inner = Composition(name="inner", path="inner", layers=(layer("inner.video", VIDEO),))
    timing, _ = resolved(layer("nested", CompositionSource("inner"), speed=Fraction(2)), inner=inner)
    assert timing.durations == {"inner": 4, "main": 2}


def test_a_sequence_lies_back_to_back_with_gaps_and_overlaps():
    timing, problems = resolved(
        sequence=[
            transition("in", 1),
            clip("one", VIDEO),
            transition("cross", 1),
            clip("two", duration=time(3)),
            gap("gap", 2),
            clip("three", duration=time(2)),
            transition("out", Fraction(1, 2)),
        ]
    )
    assert not problems
    assert spans(timing) == {
        "in": (0, 1), "one": (0, 4), "cross": (3, 4), "two": (3, 6), "gap": (6, 8), "three": (8, 10), "out": (9.5, 10),
    }  # fmt: skip
    assert timing.durations["main"] == 10


def test_a_clip_without_a_length_needs_a_duration():
    _, problems = resolved(sequence=[clip("still", IMAGE), clip("video", VIDEO)])
    assert "give it a `duration`" in problems[0]


def test_a_transition_longer_than_a_neighbour_is_an_error():
    _, problems = resolved(sequence=[clip("one", VIDEO), transition("cross", 2), clip("two", duration=time(1))])
    assert problems == ["this transition takes 2s, but two lasts only 1s"]


def test_transitions_around_a_clip_may_not_meet():
    _, problems = resolved(
        sequence=[
            clip("one", VIDEO),
            transition("x", 2),
            clip("two", duration=time(3)),
            transition("y", 2),
            clip("three", VIDEO),
        ]
    )
    assert any("overlap" in message for message in problems)


def test_a_sequence_in_a_layer_counts_from_its_start():
    inner = (clip("one", VIDEO), transition("cross", 1), clip("two", VIDEO))
    timing, _ = resolved(layer("cut", SequenceSource(inner), start=time(10)))
    assert spans(timing)["two"] == (13, 17)
    assert timing.durations["main"] == 17


@given(st.lists(st.tuples(st.integers(2, 9), st.integers(0, 1)), min_size=1, max_size=8))
def test_a_sequence_is_as_long_as_its_clips_less_its_overlaps(parts):
    items, expected = [], Fraction(0)
    for number, (seconds, overlap) in enumerate(parts):
        items.append(clip(f"c{number}", duration=time(seconds)))
        expected += seconds
        if number + 1 < len(parts) and overlap:
            items.append(transition(f"t{number}", overlap))
            expected -= overlap
    timing, problems = resolved(sequence=items)
    assert not problems
    assert timing.durations["main"] == expected


UNREAD = AssetSource("a/missing")


@pytest.mark.parametrize("assumed", [None, Fraction(5)])
@pytest.mark.parametrize(
    ("build", "ends"),
    [
        (lambda: resolved(layer("a", UNREAD, start=time(1))), {"a": 6}),
        (lambda: resolved(sequence=[clip("a", UNREAD), clip("b", VIDEO)]), {"a": 5, "b": 9}),
        (lambda: resolved(layer("a", UNREAD), layer("b", start=time(0, "a.end"), duration=time(1))), {"a": 5, "b": 6}),
        (lambda: resolved(layer("a", UNREAD), layer("b", UNREAD, start=time(0, "a.end"))), {"a": 5, "b": 10}),
        (lambda: resolved(layer("group", GroupSource((layer("a", UNREAD),)), start=time(2))), {"a": 7, "group": 7}),
    ],
)
def test_what_cannot_be_read_lasts_as_long_as_is_assumed_or_is_the_one_error(monkeypatch, assumed, build, ends):
    monkeypatch.setitem(FILES, "a/missing", SourceLength(None, known=False, assumed=assumed))
    timing, problems = build()
    assert not problems
    assert assumed is None or {name: span.end for name, span in timing.spans.items()} == ends
    assert ("main" in timing.durations) == (assumed is not None)


def test_what_cannot_be_read_lasts_with_the_others_where_nobody_asks_for_its_end(monkeypatch):
    monkeypatch.setitem(FILES, "a/missing", SourceLength(None, known=False, assumed=Fraction(5)))
    timing, problems = resolved(layer("a", UNREAD), layer("b", duration=time(9)))
    assert not problems
    assert spans(timing) == {"a": (0, 9), "b": (0, 9)}


def test_every_clip_without_a_length_is_told_and_a_circle_once():
    _, problems = resolved(sequence=[clip("a"), clip("b"), clip("c", VIDEO)])
    assert problems == ["it has no length of its own: give it a `duration`"] * 2
    circle = [layer(name, start=time(0, f"{after}.start")) for name, after in ("ab", "bc", "ca")]
    _, problems = resolved(*circle, duration=2)
    assert problems == ["these times wait for each other: a.start → b.start → c.start → a.start"]
