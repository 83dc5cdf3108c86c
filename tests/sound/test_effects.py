"""Sound effects in a mix: where they act, for how long, and the same however the mix is cut."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from building import composition, constant, nested
from hypothesis import given, settings
from hypothesis import strategies as st
from sound.hearing import RATE, Noise, Ones, clips, heard, samples, song, voices
from sound.test_mix import Opened

from reelwork import SoundEffect, param
from reelwork.faults import PluginFault
from reelwork.graph.model import CompositionSource, GroupSource, SoundEffectUse
from reelwork.kinds import Number, Time
from reelwork.render.digests import value_digest
from reelwork.scene.animation import Curve, Key
from reelwork.sound.effects import STEP


class Louder(SoundEffect, name="louder", version=1):
    """Louder by a factor."""

    by: float = param(2.0, kind=Number(), help="The factor.")

    def is_identity(self):
        return self.by == 1.0

    def process(self, sound, out, state, context):
        out[:] = sound * np.float32(self.by)


class Clip(SoundEffect, name="clip", version=1):
    """Cut off at full scale, which is another thing for a mix than for its parts."""

    def process(self, sound, out, state, context):
        out[:] = np.clip(sound, -1.0, 1.0)


class Echo(SoundEffect, name="echo", version=1):
    """The sound again, once."""

    time: Fraction = param(Fraction(1, 100), kind=Time(minimum=0.0), help="After how long.")

    def tail(self):
        return float(self.time)

    def begin(self, context):
        return [np.zeros((2, int(self.time * context.rate)), np.float32)]

    def process(self, sound, out, state, context):
        both = np.concatenate((state[0], sound), axis=1)
        out[:] = sound + both[:, : sound.shape[1]]
        state[0] = both[:, sound.shape[1] :]


class Late(SoundEffect, name="late", version=1):
    """As it is, but 100 samples late, which it says."""

    def latency(self, context):
        return 100

    def begin(self, context):
        return [np.zeros((2, 100), np.float32)]

    def process(self, sound, out, state, context):
        both = np.concatenate((state[0], sound), axis=1)
        out[:] = both[:, : sound.shape[1]]
        state[0] = both[:, sound.shape[1] :]


class Broken(SoundEffect, name="broken", version=3):
    """Fails in one way or another."""

    how: float = param(0.0, kind=Number(), help="In which.")

    def process(self, sound, out, state, context):
        if self.how:
            out[0, 5] = np.nan
        else:
            raise KeyError("no such room")


def use(effect, mix=1.0, **params):
    curves = {name: value if isinstance(value, Curve | Fraction) else constant(value) for name, value in params.items()}
    return SoundEffectUse(effect, curves, constant(mix) if isinstance(mix, float) else mix)


def through(*effects, source=None, start=0, end=1, **its):
    layer = heard(song() if source is None else source, start=start, end=end, **its)
    return replace(layer, sound=replace(layer.sound, effects=effects))


def moving(*pairs):
    return Curve(tuple(Key(Fraction(time), value) for time, value in pairs))


def test_effects_act_in_order_and_before_the_gain():
    layer = through(use(Louder, by=3.0), use(Clip), gain=-6.020599913279624)
    np.testing.assert_allclose(samples(voices(layer), 1, opener=Ones), 0.5, rtol=1e-6)
    other_way = through(use(Clip), use(Louder, by=3.0), gain=-6.020599913279624)
    np.testing.assert_allclose(samples(voices(other_way), 1, opener=Ones), 1.5, rtol=1e-6)


def test_what_changes_nothing_leaves_no_trace():
    plain = voices(heard(song(), end=1))
    assert voices(through(use(Louder, by=1.0), use(Clip, mix=0.0))) == plain


def test_on_a_composition_they_act_on_its_mix():
    pair = composition(heard(song(), end=1), heard(song("/nowhere/b.wav"), end=1), duration=1, name="pair")
    source = nested(pair, length=1)
    together = samples(voices(through(use(Clip), source=source)), 1, opener=Ones)
    np.testing.assert_array_equal(together, 1.0)
    apart = replace(pair, layers=tuple(through(use(Clip), source=song(f"/nowhere/{n}.wav")) for n in "ab"))
    np.testing.assert_array_equal(samples(voices(heard(nested(apart, length=1), end=1)), 1, opener=Ones), 2.0)
    group = GroupSource(pair.layers)
    np.testing.assert_array_equal(samples(voices(through(use(Clip), source=group)), 1, opener=Ones), 1.0)
    row = clips(*(heard(song(), start=n, end=n + 1) for n in range(2)))
    np.testing.assert_array_equal(samples(voices(through(use(Louder), source=row, end=2)), 2, opener=Ones), 2.0)


def test_an_echo_rings_on_after_the_layer_but_not_after_its_composition():
    layer = through(use(Echo, time=Fraction(1, 4)), start=0, end=1)
    mixed = samples(voices(layer, duration=2), 2, opener=Ones)[0]
    assert set(mixed[: RATE // 4]) == {1.0}
    assert set(mixed[RATE // 4 : RATE]) == {2.0}
    assert set(mixed[RATE : RATE * 5 // 4]) == {1.0}
    assert not mixed[RATE * 5 // 4 :].any()
    short = composition(layer, duration=Fraction(9, 8), name="short")
    inside = samples(voices(heard(nested(short, length=Fraction(9, 8)), end=2)), 2, opener=Ones)[0]
    np.testing.assert_array_equal(np.flatnonzero(inside), np.arange(RATE * 9 // 8))


def test_a_fade_out_ends_the_echo_too():
    layer = through(use(Echo, time=Fraction(1, 4)), end=1, fade_out=Fraction(1, 10))
    assert not samples(voices(layer, duration=2), 2, opener=Ones)[0, RATE:].any()


def test_what_looks_ahead_is_made_up_for():
    plain = samples(voices(heard(song(), end=1)), 1, opener=Noise)
    np.testing.assert_array_equal(samples(voices(through(use(Late))), 1, opener=Noise), plain)
    half = samples(voices(through(use(Late, mix=0.5))), 1, opener=Noise)
    np.testing.assert_allclose(half, plain, atol=1e-6)


def test_a_keyframed_parameter_is_read_every_few_samples_from_the_layers_start():
    start = Fraction(1, 100)
    layer = through(use(Louder, by=moving((0, 0.0), (1, 1.0))), start=start)
    mixed = samples(voices(layer), 1, opener=Ones)[0, 480:]
    steps = np.arange(len(mixed)) // STEP * STEP / RATE
    np.testing.assert_allclose(mixed, steps, atol=1e-6)


def test_a_composition_played_faster_has_its_keyframes_nearer_and_the_same_echo():
    echo = use(Echo, time=Fraction(1, 4))
    inner = composition(
        through(use(Louder, by=Curve((Key(Fraction(0), 1.0), Key(Fraction(1, 2), 3.0, "hold")))), echo, end=1),
        duration=2, name="inner",
    )  # fmt: skip
    mixed = samples(voices(heard(nested(inner, length=2, speed=2), end=1)), 1, opener=Ones)[0]
    assert mixed[RATE // 8] == 1.0
    assert mixed[RATE // 4 + 100] == 3.0 + 1.0  # the key, at half the time; the echo of what was before
    assert mixed[RATE // 2 + 100] == 3.0  # the echo after the end, which comes at half the time too


@st.composite
def some_layers(draw):
    effects = draw(
        st.lists(
            st.sampled_from(
                [
                    use(Louder, by=moving((0, 0.5), (Fraction(1, 15), 2.0))),
                    use(Echo),
                    use(Late),
                    use(Late, mix=moving((0, 0.0), (Fraction(1, 20), 1.0))),
                    use(Clip),
                ]
            ),
            min_size=1,
            max_size=3,
        )
    )
    start = Fraction(draw(st.integers(0, 2400)), RATE)
    return through(*effects, source=song(draw(st.sampled_from(["a", "b"]))), start=start, end=start + Fraction(1, 20))


@settings(max_examples=15)
@given(st.lists(some_layers(), min_size=1, max_size=3), st.sampled_from([1 << 20, 4096, 1000, 97]), st.booleans())
def test_neither_blocks_nor_where_one_begins_change_a_sample(layers, block, inside):
    if inside:
        whole = composition(*layers, duration=1, name="whole")
        layers = [through(use(Clip), use(Echo), source=CompositionSource(whole, nested(whole).retiming), end=1)]
    parts = voices(*layers, duration=Fraction(1, 5))
    mixed = samples(parts, Fraction(1, 5), opener=Noise, block=9600)
    np.testing.assert_array_equal(samples(parts, Fraction(1, 5), opener=Noise, block=block), mixed)
    first = 3 * block % 7001
    late = samples(parts, Fraction(1, 5) - Fraction(first, RATE), opener=Noise, start=Fraction(first, RATE))
    np.testing.assert_array_equal(late, mixed[:, first:])


def test_files_under_effects_are_closed_too():
    opened = Opened()
    row = clips(*(heard(song(f"/nowhere/{n}.wav"), start=n, end=n + 1) for n in range(4)))
    parts = voices(through(use(Clip), source=row, end=4), duration=4)
    samples(parts, 4, opener=opened, block=4096)
    assert len(opened.sources) == 4
    assert not opened.open


@pytest.mark.parametrize(("how", "said"), [(0.0, "KeyError: 'no such room'"), (1.0, "it makes infinities")])
def test_one_that_fails_is_named_with_its_place_instant_and_parameters(how, said):
    broken = replace(use(Broken, how=how), path="compositions.main.layers[0].sound.effects[0]")
    with pytest.raises(PluginFault) as error:
        samples(voices(through(broken)), 1, opener=Ones)
    told = str(error.value)
    assert told.startswith("error: the sound effect 'broken', version 3, of ")
    assert f"\n  process(): {said}" in told
    assert "\n  at 0s after the layer's start\n  in compositions.main.layers[0].sound.effects[0]\n" in told
    assert f"with how: {how:g}" in told


def test_what_is_kept_is_known_by_effect_version_and_parameters():
    keys = {
        value_digest(through(*effects).sound)
        for effects in ((), (use(Louder),), (use(Louder, by=3.0),), (use(Clip),), (use(Louder, mix=0.5),))
    }
    assert len(keys) == 5


@pytest.mark.parametrize("rate", [1, -1, Fraction(2, 3)])
def test_where_nothing_moves_blocks_are_long_and_sound_the_same(rate, monkeypatch):
    """Keyframes that lie in the middle of a layer; a clock that runs backwards, or at another rate."""
    lengths: list[int] = []

    class Noted(Louder, name="noted", version=1):
        def process(self, sound, out, state, context):
            lengths.append(sound.shape[1])
            out[:] = sound * np.float32(self.by)

    louder = Curve((Key(Fraction(1, 2), 1.0), Key(Fraction(11, 20), 2.0), Key(Fraction(12, 20), 3.0, "hold")))
    inner = composition(through(use(Noted, by=louder)), duration=1, name="inner")
    parts = voices(heard(nested(inner, length=1, speed=rate), end=1))
    mixed = samples(parts, 1, opener=Ones)
    assert max(lengths) == 4096
    assert lengths.count(STEP) < 0.4 * RATE / STEP
    monkeypatch.setattr("reelwork.sound.effects._Stage._moves", lambda *_: True)
    np.testing.assert_array_equal(samples(parts, 1, opener=Ones), mixed)
    assert {mixed[0, 0], mixed[0, RATE - 1]} <= {0.0, 1.0, 3.0}
