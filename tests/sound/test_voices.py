"""What a graph sounds like: nesting, retiming, sequences, mute."""

from fractions import Fraction

import numpy as np
import pytest
from building import composition, nested, still
from hypothesis import given, settings
from hypothesis import strategies as st
from sound.hearing import RATE, Noise, Ones, clips, heard, samples, song, voices

from reelwork.errors import SceneError
from reelwork.graph.model import GroupSource
from reelwork.scene.animation import Curve, Key

RAMP = Curve((Key(Fraction(0), -30.0), Key(Fraction(1, 20), 3.0)))
TENTH = Fraction(1, 10)


def test_a_song_is_heard_from_its_start_to_its_end():
    mixed = samples(voices(heard(song(start=1), start=Fraction(1, 100), end=Fraction(2, 100))), Fraction(3, 100))
    assert np.flatnonzero(mixed[0]).tolist() == list(range(480, 960))
    assert mixed[0, 480] == RATE + 1


def test_nothing_outlasts_the_composition():
    (voice,) = voices(heard(song(), start=1, end=9), duration=3)
    assert (voice.start, voice.end) == (1, 3)


def test_what_cannot_be_heard_is_no_voice():
    layers = [
        heard(still()),
        heard(song(), mute=True),
        heard(song(), gain=-60),
        heard(song(), start=5, end=6),
        heard(nested(composition(heard(song()))), mute=True),
        heard(GroupSource((heard(song()),)), gain=-80),
    ]
    assert voices(*layers) == ()


def test_a_hidden_layer_is_still_heard():
    assert len(voices(heard(song(), visible=False))) == 1


@settings(max_examples=25)
@given(
    start=st.fractions(0, TENTH, max_denominator=RATE),
    offset=st.fractions(0, TENTH, max_denominator=30_000),
    inside=st.fractions(0, TENTH, max_denominator=RATE),
    gain=st.floats(-40, 6),
)
def test_nested_is_flattened(start, offset, inside, gain):
    """A song inside a composition sounds like the same song outside, with both layers' settings."""
    inner = composition(heard(song(), start=inside, end=1, gain=RAMP, fade_in=Fraction(1, 50), pan=0.25), duration=1)
    outer = heard(nested(inner, start=offset, length=1 - offset), start=start, end=1, gain=gain, pan=-0.5)
    mixed = samples(voices(outer), Fraction(1, 4), opener=Noise)

    moved = inside - offset + start
    flat = heard(song(), start=moved, end=moved + 1, gain=RAMP, fade_in=Fraction(1, 50), pan=0.25)
    (voice,) = voices(flat)
    alone = samples([voice.clipped(start, Fraction(1))], Fraction(1, 4), opener=Noise)
    left, right = 10 ** (gain / 20), 10 ** (gain / 20) * 0.5
    np.testing.assert_allclose(mixed, alone * [[left], [right]], atol=1e-6)


def test_a_group_is_only_a_wrapper():
    inner = heard(song(), start=Fraction(1, 50), end=1, gain=RAMP)
    group = heard(GroupSource((inner,)), start=Fraction(1, 30), end=1)
    plain = heard(song(), start=Fraction(1, 50) + Fraction(1, 30), end=1, gain=RAMP)
    assert voices(group) == voices(plain)


def test_retiming_a_composition_retimes_what_is_in_it():
    inner = composition(heard(song(start=2), start=1, end=3, gain=RAMP, fade_out=1), duration=4)
    (voice,) = voices(heard(nested(inner, start=0, length=4, speed=2), start=1, end=3), duration=3)
    assert (voice.start, voice.end, voice.speed, voice.begin) == (Fraction(3, 2), Fraction(5, 2), 2, 2)
    gain, fade = voice.envelopes
    assert (gain.clock.origin, gain.clock.rate) == (Fraction(3, 2), 2)
    assert (fade.silent, fade.full) == (Fraction(5, 2), 2)


def test_a_speed_within_a_speed_is_their_product():
    inner = composition(heard(song(speed=Fraction(3, 2)), end=4), duration=4)
    (voice,) = voices(heard(nested(inner, length=4, speed=2), end=2))
    assert voice.speed == 3


def test_a_composition_backwards_is_its_mirror_image():
    layers = [
        heard(song("/a.wav"), start=Fraction(1, 50), end=Fraction(1, 10), gain=RAMP, fade_in=Fraction(1, 40)),
        heard(song("/b.wav", start=3, length=TENTH / 4, loop="repeat"), start=Fraction(1, 100), end=Fraction(2, 10)),
        heard(song("/c.wav", length=TENTH / 3, loop="ping-pong"), start=0, end=Fraction(2, 10), pan=0.5),
        heard(song("/d.wav", length=TENTH, speed=-1), start=0, end=TENTH, fade_out=TENTH / 2),
    ]
    inner = composition(*layers, duration=Fraction(2, 10))
    forwards = samples(voices(*layers, duration=Fraction(2, 10)), Fraction(2, 10), opener=Noise)
    reversed_ = heard(nested(inner, length=Fraction(2, 10), speed=-1), end=Fraction(2, 10))
    backwards = samples(voices(reversed_, duration=Fraction(2, 10)), Fraction(2, 10), opener=Noise)
    # An envelope is read at a sample's own instant, which the mirror moves by one sample.
    np.testing.assert_allclose(backwards[:, ::-1], forwards, atol=4e-3)
    twice = composition(
        heard(nested(inner, length=Fraction(2, 10), speed=-1), end=Fraction(2, 10)), duration=Fraction(2, 10)
    )
    again = voices(
        heard(nested(twice, length=Fraction(2, 10), speed=-1), end=Fraction(2, 10)), duration=Fraction(2, 10)
    )
    np.testing.assert_allclose(samples(again, Fraction(2, 10), opener=Noise), forwards, atol=1e-6)


def test_a_loop_of_a_composition_repeats_its_sounds():
    inner = composition(heard(song(), start=Fraction(1, 100), end=Fraction(3, 100)), duration=Fraction(5, 100))
    looped = heard(nested(inner, length=Fraction(5, 100), loop="repeat"), start=0, end=Fraction(12, 100))
    mixed = samples(voices(looped), Fraction(12, 100))[0]
    once = samples(voices(heard(nested(inner, length=Fraction(5, 100)), end=Fraction(5, 100))), Fraction(5, 100))[0]
    np.testing.assert_array_equal(mixed, np.concatenate([once, once, once[:960]]))


def test_a_ping_pong_of_a_composition_turns():
    inner = composition(heard(song(), start=Fraction(1, 100), end=Fraction(3, 100)), duration=Fraction(5, 100))
    looped = heard(nested(inner, length=Fraction(5, 100), loop="ping-pong"), start=0, end=Fraction(15, 100))
    mixed = samples(voices(looped), Fraction(15, 100))[0]
    once = mixed[:2400]
    assert once.any()
    np.testing.assert_array_equal(mixed, np.concatenate([once, once[::-1], once]))


def test_a_loop_that_would_sound_billions_of_times_is_refused(monkeypatch):
    monkeypatch.setattr("reelwork.sound.voices._MOST", 1000)
    inner = composition(heard(song(), end=Fraction(1, 1000)), duration=Fraction(1, 1000))
    looped = heard(
        nested(inner, length=Fraction(1, 1000), loop="repeat"), end=10**6, path="compositions.main.layers[3]"
    )
    with pytest.raises(SceneError, match=r"more than 1,000 sounds(.|\n)*layers\[3\]"):
        voices(looped, duration=10**6)


def test_crossfades_keep_the_power():
    """Noise that is unlike, faded over each other, is as loud as each alone."""
    source = clips(
        heard(song("/a.wav"), start=0, end=2),
        heard(song("/b.wav"), start=1, end=3),
        transitions=[(1, 2, 0, 1)],
    )
    mixed = samples(voices(heard(source, end=3), duration=3), 3, opener=Noise)
    power = (mixed.astype(np.float64) ** 2).reshape(2, 30, -1).mean(axis=2)
    np.testing.assert_allclose(power / power[:, :1], 1.0, atol=0.1)


def test_the_gains_of_a_crossfade_are_a_quarter_turn():
    source = clips(heard(song(), end=2), heard(song("/b.wav"), start=1, end=3), transitions=[(1, 2, 0, 1)])
    mixed = samples(voices(heard(source, end=3), duration=3), 3, opener=Ones)[0]
    progress = np.arange(RATE) / RATE
    np.testing.assert_allclose(
        mixed[RATE : 2 * RATE], np.cos(np.pi / 2 * progress) + np.sin(np.pi / 2 * progress), atol=1e-6
    )
    assert np.all(mixed[:RATE] == 1.0)
    assert np.all(mixed[2 * RATE :] == 1.0)


def test_a_sequence_may_begin_and_end_in_a_transition():
    source = clips(heard(song(), end=2), transitions=[(0, Fraction(1, 2), None, 0), (Fraction(3, 2), 2, 0, None)])
    mixed = samples(voices(heard(source, end=2)), 2, opener=Ones)[0]
    assert mixed[0] == 0.0
    assert mixed[RATE] == 1.0
    np.testing.assert_allclose(mixed[1 : RATE // 2], mixed[: 3 * RATE // 2 : -1], atol=1e-6)


def test_fades_count_from_the_layers_own_ends():
    mixed = samples(voices(heard(song(), start=0, end=1, fade_in=TENTH, fade_out=TENTH)), 1, opener=Ones)[0]
    assert mixed[0] == 0.0
    assert np.all(mixed[4800:-4800] == 1.0)
    assert mixed[-1] == pytest.approx(0.0, abs=1e-3)
    assert mixed[2400] == pytest.approx(np.sqrt(0.5), abs=1e-6)


def test_a_composition_that_is_used_twice_sounds_twice():
    inner = composition(heard(song(), end=1), duration=1)
    both = voices(heard(nested(inner, length=1), end=1), heard(nested(inner, length=1), start=1, end=2))
    assert [(voice.start, voice.end) for voice in both] == [(0, 1), (1, 2)]
