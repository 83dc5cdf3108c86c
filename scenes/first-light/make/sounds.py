"""Makes the sounds of the place: wind, a match, a bell, birds at dawn; and writes sound files."""

from __future__ import annotations

from pathlib import Path

import av
import instruments as play
import numpy as np

#: The partials of the bell: ratio to the strike note, loudness, decay per second.
BELL = (
    (0.5, 0.55, 0.55),
    (1.0, 0.8, 0.9),
    (1.183, 0.5, 1.1),
    (1.506, 0.25, 1.5),
    (2.0, 0.75, 1.35),
    (2.514, 0.22, 2.4),
    (2.662, 0.18, 2.6),
    (3.011, 0.24, 3.0),
    (4.166, 0.14, 4.4),
    (5.433, 0.08, 6.0),
)


def save_flac(stereo: np.ndarray, rng: np.random.Generator, to: Path) -> None:
    """Write samples between −1 and 1, dithered to 16 bits, as FLAC."""
    dither = rng.triangular(-1.0, 0.0, 1.0, stereo.shape)
    samples = np.clip(np.rint(stereo * 32767 + dither), -32768, 32767).astype(np.int16)
    _write(samples, "flac", "s16", to, {"compression_level": "8"})


def save_opus(stereo: np.ndarray, to: Path, bit_rate: int) -> None:
    """Write samples between −1 and 1 as Opus in Ogg."""
    _write(np.clip(stereo, -1, 1).astype(np.float32), "libopus", "flt", to, {}, bit_rate)


def _write(samples: np.ndarray, codec: str, layout: str, to: Path, options: dict[str, str], bit_rate: int = 0) -> None:
    channels = "stereo" if samples.shape[0] == 2 else "mono"
    with av.open(str(to), "w", options={"fflags": "+bitexact"}) as container:
        stream = container.add_stream(codec, rate=play.RATE, layout=channels)
        stream.options = options
        if bit_rate:
            stream.bit_rate = bit_rate
        packed = np.ascontiguousarray(samples.T.reshape(1, -1))
        step = 4096 * samples.shape[0]
        for start in range(0, packed.shape[1], step):
            frame = av.AudioFrame.from_ndarray(packed[:, start : start + step], format=layout, layout=channels)
            frame.sample_rate = play.RATE
            frame.pts = start // samples.shape[0]
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _shaped(rng: np.random.Generator, size: int, centre: float, octaves: float) -> np.ndarray:
    f = np.fft.rfftfreq(size, 1 / play.RATE)
    weight = np.exp(-((np.log2(np.maximum(f, 1) / centre) / octaves) ** 2))
    out = np.fft.irfft(np.fft.rfft(rng.standard_normal(size)) * weight, size)
    return out / out.std()


def _slow(rng: np.random.Generator, size: int, period: float) -> np.ndarray:
    """A level that wanders between 0 and 1, softly, over about ``period`` seconds."""
    f = np.fft.rfftfreq(size, 1 / play.RATE)
    out = np.fft.irfft(np.fft.rfft(rng.standard_normal(size)) * np.exp(-((f * period) ** 2)) * (f > 0), size)
    return 0.5 + 0.5 * np.tanh(out / out.std())


def wind(to: Path) -> None:
    """Sixteen seconds of night wind over a ridge: a low body, and gusts that whistle a little in the grass."""
    rng = np.random.default_rng(401)
    size = 16 * play.RATE
    channels = []
    gust = _slow(rng, size, 2.6)
    for _ in range(2):
        own = 0.6 * gust + 0.4 * _slow(rng, size, 1.7)
        low = _shaped(rng, size, 190, 1.1) * (0.45 + 0.55 * own)
        middle = _shaped(rng, size, 520, 0.7) * own**1.6
        high = _shaped(rng, size, 2600, 0.9) * own**2.5
        channels.append(low + 0.42 * middle + 0.13 * high)
    stereo = np.stack(channels)
    save_opus(stereo / np.abs(stereo).max() * 0.5, to, 80_000)


def match(to: Path) -> None:
    """A match drawn along its box, its flare, and the small flame after."""
    rng = np.random.default_rng(409)
    t = play.seconds(2.4)
    drag = _shaped(rng, t.size, 3600, 0.9) * np.clip(t / 0.03, 0, 1) * np.exp(-np.clip(t - 0.16, 0, None) * 26)
    drag *= 0.55 + 0.45 * np.abs(np.sin(2 * np.pi * 61 * t))
    flare = (
        _shaped(rng, t.size, 1500, 1.5) * np.clip((t - 0.15) / 0.05, 0, 1) * np.exp(-np.clip(t - 0.22, 0, None) * 5.5)
    )
    flame = _shaped(rng, t.size, 420, 1.0) * np.clip((t - 0.3) / 0.3, 0, 1) * np.clip((2.4 - t) / 0.9, 0, 1) * 0.18
    crackle = np.zeros(t.size)
    for at in rng.uniform(0.22, 1.5, 16):
        n = int(at * play.RATE)
        burst = rng.standard_normal(260) * np.exp(-np.arange(260) / 36)
        crackle[n : n + 260] += burst * rng.uniform(0.2, 1.0)
    mono = 0.42 * drag + 0.62 * flare + flame + 0.5 * crackle
    stereo = play.pan(mono, 0.2)
    save_flac(stereo / np.abs(stereo).max() * 0.6, rng, to)


def bell(to: Path) -> None:
    """A chapel bell across the valley: hum, prime, tierce, quint, nominal, each with its own decay, and the hills."""
    rng = np.random.default_rng(419)
    t = play.seconds(5.5)
    strike = 587.33  # D5
    out = np.zeros((2, t.size))
    for ratio, loud, decay in BELL:
        for side in (-1, 1):
            off = 1 + side * 0.0006 * rng.random()
            tone = loud * np.exp(-decay * t) * np.sin(2 * np.pi * strike * ratio * off * t + rng.uniform(0, 6.28))
            out += play.pan(tone, 0.4 * side) / 2
    out *= np.clip(t / 0.004, 0, 1) * np.clip((5.5 - t) / 0.8, 0, 1)
    wet = play.hall(rng, out, decay=3.4, before=0.06, damping=2200)[:, : t.size] * np.clip((5.5 - t) / 0.8, 0, 1)
    mix = 0.45 * out + 0.8 * wet
    save_flac(mix / np.abs(mix).max() * 0.7, rng, to)


def birds(to: Path) -> None:
    """Seven seconds of the first birds: a blackbird's phrases near by, a tit further off, others behind them."""
    rng = np.random.default_rng(431)
    size = 7 * play.RATE
    near, far = np.zeros((2, size)), np.zeros((2, size))
    for at in (0.15, 2.35, 4.6):  # the blackbird: slow fluted notes that glide, then a thin twitter
        t0 = at
        for _ in range(rng.integers(4, 6)):
            length = rng.uniform(0.11, 0.26)
            _note(near, t0, length, rng.uniform(1700, 2500), rng.uniform(0.86, 1.22), rng.uniform(5, 24), 0.5, -0.35)
            t0 += length + rng.uniform(0.02, 0.09)
        for _ in range(5):
            _note(near, t0, 0.045, rng.uniform(4200, 6200), rng.uniform(0.8, 1.25), 55, 0.16, -0.35)
            t0 += 0.06
    for at in (1.2, 3.5, 5.7):  # the tit: two notes, over and over
        for k in range(4):
            _note(far, at + 0.36 * k, 0.11, 4700, 0.99, 0, 0.4, 0.5)
            _note(far, at + 0.36 * k + 0.15, 0.13, 3650, 0.98, 0, 0.4, 0.5)
    for _ in range(46):
        _note(
            far,
            rng.uniform(0, 6.6),
            rng.uniform(0.03, 0.12),
            rng.uniform(2600, 7200),
            rng.uniform(0.75, 1.3),
            rng.uniform(0, 60),
            rng.uniform(0.06, 0.22),
            rng.uniform(-0.9, 0.9),
        )
    wet = play.hall(rng, 0.4 * near + far, decay=1.6, before=0.03, damping=6000)[:, :size]
    mix = near + 0.5 * far + 0.8 * wet
    t = np.arange(size) / play.RATE
    mix *= np.clip(t / 0.3, 0, 1) * np.clip((7 - t) / 0.8, 0, 1)
    save_opus(mix / np.abs(mix).max() * 0.5, to, 96_000)


def _note(
    mix: np.ndarray, at: float, length: float, frequency: float, glide: float, trill: float, gain: float, where: float
) -> None:
    t = play.seconds(length)
    bend = (
        frequency * (1 + (glide - 1) * (t / length) ** 1.5) * (1 + 0.018 * np.sin(2 * np.pi * trill * t) * (trill > 0))
    )
    phase = 2 * np.pi * np.cumsum(bend) / play.RATE
    voice = (np.sin(phase) + 0.08 * np.sin(2 * phase)) * np.sin(np.pi * t / length) ** 0.8
    start = int(at * play.RATE)
    end = min(start + t.size, mix.shape[1])
    if start < end:
        mix[:, start:end] += gain * play.pan(voice, where)[:, : end - start]
