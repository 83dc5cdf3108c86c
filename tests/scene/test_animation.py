from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from reelwork.scene.animation import Curve, Key, mix
from reelwork.scene.easing import EASES
from reelwork.values import Colour, Length


def curve(*keys: tuple[Any, ...], **limits: float) -> Curve:
    return Curve(tuple(Key(Fraction(time), value, *ease) for time, value, *ease in keys), **limits)


def test_holds_before_and_after() -> None:
    moving = curve((1, 10.0), (2, 20.0))
    assert moving.at(Fraction(-5)) == 10.0
    assert moving.at(Fraction(1)) == 10.0
    assert moving.at(Fraction(3, 2)) == 15.0
    assert moving.at(Fraction(2)) == 20.0
    assert moving.at(Fraction(99)) == 20.0


def test_an_ease_shapes_the_way_to_its_key() -> None:
    moving = curve((0, 0.0, "in-quad"), (2, 8.0, "in-quad"), (4, 16.0))
    assert moving.at(Fraction(1)) == 2.0
    assert moving.at(Fraction(3)) == 12.0


def test_hold_keeps_the_previous_value_until_its_key() -> None:
    moving = curve((0, 1.0), (1, 2.0, "hold"))
    assert moving.at(Fraction(999, 1000)) == 1.0
    assert moving.at(Fraction(1)) == 2.0


def test_bounded_values_stay_within_when_an_ease_swings_over() -> None:
    free = curve((0, 0.0), (1, 1.0, "out-back"))
    bounded = curve((0, 0.0), (1, 1.0, "out-back"), minimum=0.0, maximum=1.0)
    assert free.at(Fraction(3, 4)) > 1.0
    assert bounded.at(Fraction(3, 4)) == 1.0


def test_lengths_mix_pixels_and_shares() -> None:
    assert mix(Length(100.0), Length(percent=50.0), 0.5) == Length(50.0, 25.0)


def test_points_mix_by_part() -> None:
    assert mix((Length(0.0), Length(10.0)), (Length(4.0), Length(20.0)), 0.25) == (Length(1.0), Length(12.5))


def test_whole_numbers_stay_whole() -> None:
    assert mix(3, 6, 0.5) == 5
    assert isinstance(mix(3, 6, 0.5), int)


def test_colours_mix_premultiplied_as_css_does() -> None:
    # CSS Color 4, section 12.3: red fading into transparent blue stays red
    assert mix(Colour(1.0, 0.0, 0.0, 1.0), Colour(0.0, 0.0, 1.0, 0.0), 0.5) == Colour(1.0, 0.0, 0.0, 0.5)
    assert mix(Colour(0.0, 0.0, 0.0), Colour(1.0, 1.0, 1.0), 0.5) == Colour(0.5, 0.5, 0.5)
    assert mix(Colour(1.0, 0.0, 0.0, 0.0), Colour(0.0, 1.0, 0.0, 0.0), 0.5).alpha == 0.0


def test_what_cannot_be_mixed_changes_at_the_key() -> None:
    assert mix("a", "b", 0.9) == "a"
    assert mix("a", "b", 1.0) == "b"


@given(
    st.lists(st.fractions(0, 100), min_size=1, max_size=6, unique=True), st.fractions(-10, 110), st.sampled_from(EASES)
)
def test_keys_are_hit_exactly(times: list[Fraction], time: Fraction, ease: str) -> None:
    keys = tuple(Key(t, float(i), ease) for i, t in enumerate(sorted(times)))
    moving = Curve(keys)
    for key in keys:
        assert moving.at(key.time) == key.value
    assert isinstance(moving.at(time), float)


def test_constant() -> None:
    assert Curve.constant(4.0).is_constant
    assert curve((0, 4.0), (1, 4.0)).is_constant
    assert not curve((0, 4.0), (1, 5.0)).is_constant
