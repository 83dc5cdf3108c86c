"""Says a line: syllables with their instants and a speaker in, samples out, by way of the synthesiser's tracks."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from klatt import NASAL_POLE, RATE, Noise, Track, Tracks, speak
from phonemes import PHONES, VOWELS, Phone
from prosody import Speaker, Syllable, inhaling, loudness, melody, step

#: A stop's burst, and the breath after one that nothing follows.
BURST, RELEASE = 0.012, 0.055
#: How loud the breath after a stop is, beside that of a vowel at 0.1.
ASPIRATION = 2.2
#: And that of a breath which is drawn in.
DRAWN = 0.06
#: Of a stop that ends a syllable: its burst and its breath beside those of one that begins it.
CODA_BURST, CODA_BREATH = 0.8, 0.35
#: Bandwidths of formants beside those of the table.
WIDER = 1.25
#: How loud a stressed vowel is heard, as RMS, and how much less one without stress, in dB.
VOWEL, UNSTRESSED = 0.1, -2.0
VOICELESS = ("K", "T", "P", "F", "S")


@dataclass(frozen=True)
class Segment:
    """A phone in time. Of a stop: its closure, and ``voice`` is when what follows begins to sound."""

    name: str
    start: float
    end: float
    voice: float
    coda: bool = False

    @property
    def phone(self) -> Phone:
        """What it aims at."""
        return PHONES[self.name]


def _shorter(name: str, beside: str) -> float:
    """The length of a consonant beside another: in a cluster each gives up some of it (Klatt 1976)."""
    return PHONES[name].length * (0.8 if beside else 1.0)


def laid_out(line: list[Syllable]) -> list[Segment]:
    """The phones of a line, each with its start and its end: consonants as long as they are, vowels what is left."""
    split = []
    for syllable in line:
        names = syllable.phones.split()
        k = next(i for i, name in enumerate(names) if name in VOWELS)
        split.append((names[:k], names[k], names[k + 1 :]))
    out: list[Segment] = []
    begins = []
    for (onset, _, _), syllable in zip(split, line, strict=True):
        t = syllable.at
        placed: list[Segment] = []
        for i in reversed(range(len(onset))):
            name = onset[i]
            after_s = i > 0 and onset[i - 1] == "S"
            delay = (0.022 if after_s else PHONES[name].onset) if PHONES[name].stop else 0.0
            beside = "x" if len(onset) > 1 else ""
            release = t - delay
            start = release - _shorter(name, beside)
            placed.append(Segment(name, start, release, t))
            t = start
        begins.append((t, placed[::-1]))
    for i, (syllable, (_, vowel, coda)) in enumerate(zip(line, split, strict=True)):
        before = begins[i][1]
        out += before
        follows = begins[i + 1][0] if i + 1 < len(line) else np.inf
        final = syllable.until < follows - 0.02
        end = min(syllable.until, follows)
        lengths = [_shorter(name, "x" if len(coda) > 1 else "") * (1.35 if final else 1.0) for name in coda]
        tail = RELEASE if coda and PHONES[coda[-1]].stop else 0.0
        if not final:
            tail *= 0.5
        start = before[-1].end if before else syllable.at
        t = end - sum(lengths) - tail
        if t - syllable.at < 0.05:
            raise ValueError(f"{syllable.phones!r} has only {t - syllable.at:.3f} s for its vowel")
        out.append(Segment(vowel, start, t, syllable.at))
        for name, length in zip(coda, lengths, strict=True):
            out.append(Segment(name, t, t + length, t + length, coda=True))
            t += length
        if tail:
            out[-1] = replace(out[-1], voice=end)
    return out


def _decay(x: Track) -> Track:
    x = np.clip(x, 0, 1)
    return 0.5 + 0.5 * np.cos(np.pi * x)


def _edge(left: Phone, right: Phone) -> tuple[float, float, float]:
    """The formants where one sound becomes another: the locus of a consonant, else half way."""
    middle = tuple((a + b) / 2 for a, b in zip(left.formants, right.formants, strict=True))
    for one, other in ((left, right), (right, left)):
        if one.locus and not other.locus:
            first = 0.8 * other.formants[0] if one.nasal else 0.7 * one.formants[0] + 0.3 * other.formants[0]
            slope, offset = one.locus
            return first, slope * other.formants[1] + offset, 0.6 * one.formants[2] + 0.4 * other.formants[2]
    return middle[0], middle[1], middle[2]


def _formants(t: Track, segments: list[Segment]) -> tuple[Track, Track]:
    """Formants and bandwidths: each sound aims at its own, and leaves and reaches its edges in its neighbours' time."""
    formants, widths = np.zeros((3, t.size)), np.zeros((3, t.size))
    for i, segment in enumerate(segments):
        here = segment.phone
        first = t >= segment.start if i else np.full(t.size, True)
        last = t < segments[i + 1].start if i + 1 < len(segments) else np.full(t.size, True)
        inside = first & last
        x = t[inside]
        length = segment.end - segment.start
        aim = np.repeat(np.array(here.formants, float)[:, None], x.size, axis=1)
        target_end = here
        if here.to:
            target_end = PHONES[here.to]
            turn = step(x, segment.start + 0.46 * length, 0.8 * length)
            aim += (np.array(target_end.formants)[:, None] - aim) * turn
        if i:
            before = segments[i - 1].phone
            before = PHONES[before.to] if before.to else before
            gap = np.array(_edge(before, here)) - np.array(here.formants)
            span = before.glide if here.locus is None else 0.03
            aim += gap[:, None] * _decay((x - segment.start) / span)
        if i + 1 < len(segments):
            after = segments[i + 1].phone
            gap = np.array(_edge(target_end, after)) - np.array(target_end.formants)
            span = after.glide if here.locus is None else 0.03
            aim += gap[:, None] * _decay((segment.end - x) / span)
        formants[:, inside] = aim
        widths[:, inside] = WIDER * np.array(here.widths)[:, None]
    kernel = np.hanning(int(0.014 * RATE))
    kernel /= kernel.sum()
    pad = kernel.size
    smooth = [np.convolve(np.pad(row, pad, mode="edge"), kernel, mode="same")[pad:-pad] for row in (*formants, *widths)]
    return np.stack(smooth[:3]), np.stack(smooth[3:])


def _levels(t: Track, segments: list[Segment]) -> tuple[Track, Track, Track]:
    """Voicing, breath and the nose's zero: what they are in each sound, with the time it takes to change them."""
    voicing, breath, zero = np.zeros(t.size), np.zeros(t.size), np.full(t.size, NASAL_POLE)
    plan: list[tuple[float, float, float]] = []  # from when, voicing, breath
    pauses: set[float] = set()
    for i, segment in enumerate(segments):
        phone = segment.phone
        begin = segment.start
        if i and segments[i - 1].phone.stop:
            begin = max(begin, segments[i - 1].voice)
        plan.append((begin, phone.voicing, 0.0 if phone.stop else phone.breath))
        if phone.stop:
            if segment.voice > segment.end + 0.02:
                plan.append((segment.end, 0.0, ASPIRATION * (CODA_BREATH if segment.coda else 1.0)))
            if segment.coda:
                plan.append((segment.voice, 0.0, 0.0))
        elif i + 1 == len(segments) or segments[i + 1].start > segment.end + 1e-6:
            plan.append((segment.end, 0.0, 0.0))
            pauses.add(segment.end)
        if phone.nasal:
            shut = step(t, segment.start, 0.016) * (1 - step(t, segment.end, 0.016))
            near = step(t, segment.start - 0.05, 0.10) * (1 - step(t, segment.end + 0.04, 0.08))
            zero = np.maximum(zero, NASAL_POLE + 130 * near + (phone.zero - NASAL_POLE - 130) * shut)
    plan = [entry for k, entry in enumerate(plan) if k + 1 == len(plan) or plan[k + 1][0] > entry[0]]
    was = (0.0, 0.0)
    for k, (start, level, air) in enumerate(plan):
        rests = start in pauses
        into = 0.024 if k else 0.05
        ramp = 0.016 if level and was[0] else (into if level else (0.12 if rests else 0.030))
        late = -0.05 if rests else (0.008 if level > was[0] else -0.012)
        voicing += (level - was[0]) * step(t, start + late, ramp)
        breath += (air - was[1]) * step(t, start + (late if rests else 0.0), ramp if rests else 0.016)
        was = (level, air)
    return voicing, np.clip(breath, 0, None), zero


def _noises(segments: list[Segment], size: int) -> tuple[Noise, ...]:
    """The hiss of fricatives and the bursts of stops."""
    out = []
    for i, segment in enumerate(segments):
        phone = segment.phone
        if not phone.noise:
            continue
        if phone.stop:
            poles = phone.poles
            if segment.name == "K":
                around = segments[i + 1 : i + 2] + segments[max(0, i - 2) : i][::-1]
                beside = next((x.phone for x in around if x.name in VOWELS), PHONES["AX"])
                front = 0.93 * beside.formants[1] + 350
                poles = ((front, 280.0, 1.0),)
            start = segment.end - 0.001
            x = np.arange(int(0.05 * RATE)) / RATE
            lasting = BURST * (1.6 if segment.name == "K" else 1.0)
            level = phone.noise * (CODA_BURST if segment.coda else 1.0) * np.exp(-np.clip(x - 0.004, 0, None) / lasting)
            level *= np.clip(x / 0.001, 0, 1) * np.clip((0.05 - x) / 0.01, 0, 1)
        else:
            start, end = segment.start - 0.012, segment.end + 0.008
            x = np.arange(int((end - start) * RATE)) / RATE
            length = end - start
            rise = np.sin(0.5 * np.pi * np.clip(x / min(0.045, length / 2), 0, 1)) ** 2
            fall = np.sin(0.5 * np.pi * np.clip((length - x) / min(0.035, length / 2), 0, 1)) ** 2
            level, poles = phone.noise * rise * fall, phone.poles
        first = max(0, round(start * RATE))
        out.append(Noise(first, level[: max(0, size - first)], poles))
    return tuple(out)


def _glottal(t: Track, line: list[Syllable], segments: list[Segment]) -> Track:
    """Where the glottis closes before a stressed vowel that begins a word within the line: 0 to 1."""
    out = np.zeros(t.size)
    onsets = {segment.voice: segment.start for segment in segments[1:] if segment.name in VOWELS}
    for syllable in line[1:]:
        if syllable.stress > 0.5 and syllable.phones.split()[0] in VOWELS:
            x = (t - onsets[syllable.at]) / 0.035
            out = np.maximum(out, np.where(np.abs(x) < 1, 0.5 + 0.5 * np.cos(np.pi * x), 0.0))
    return out


def _levelled(voice: Track, t: Track, line: list[Syllable], segments: list[Segment]) -> Track:
    """The line with each vowel as loud as its stress asks for, whatever its formants do to it."""
    f = np.fft.rfftfreq(voice.size, 1 / RATE)
    heard = np.fft.irfft(np.fft.rfft(voice) * (1 + 0.585 * f**2 / (f**2 + 1500**2)) * f**2 / (f**2 + 60**2), voice.size)
    vowels = [segment for segment in segments if segment.name in VOWELS]
    middles, gains = [], []
    for syllable, vowel in zip(line, vowels, strict=True):
        inside = (t >= vowel.voice) & (t < vowel.end)
        wanted = VOWEL * 10 ** (UNSTRESSED * (1 - syllable.stress) / 20)
        middles.append((vowel.voice + vowel.end) / 2)
        gains.append(np.log(wanted / np.sqrt(np.mean(heard[inside] ** 2))))
    return voice * np.exp(np.interp(t, middles, gains))


def say(rng: np.random.Generator, line: list[Syllable], speaker: Speaker, *, lead: float = 0.6) -> Track:
    """A line, mono; time 0 of its syllables lies ``lead`` seconds after the first sample."""
    shifted = [replace(s, at=s.at + lead, until=s.until + lead) for s in line]
    size = int((max(s.until for s in shifted) + 0.35) * RATE)
    t = np.arange(size) / RATE
    segments = laid_out(shifted)
    formants, widths = _formants(t, segments)
    voicing, breath, zero = _levels(t, segments)
    pitch = melody(rng, t, shifted, speaker)
    for segment in segments:  # a voice starts higher after what is voiceless
        if segment.name in VOICELESS:
            pitch *= 1 + 0.035 * step(t, segment.start, 0.01) * np.exp(-np.clip(t - segment.voice, 0, None) / 0.04)
    glottal = _glottal(t, shifted, segments)
    pitch *= 1 - 0.25 * glottal
    begin, end = segments[0].voice, segments[-1].end
    shape = 0.80 + 0.75 * step(t, end - 0.12, 0.3) + 0.2 * (1 - step(t, begin + 0.03, 0.08))
    tracks = Tracks(
        tract=speaker.tract,
        pitch=pitch,
        shape=shape + 0.8 * (speaker.breath - 0.3),
        voicing=voicing * loudness(t, shifted, end) * (1 - 0.5 * glottal),
        breath=breath * speaker.breath / 0.3 + DRAWN * inhaling(t, segments[0].start),
        formants=formants,
        widths=widths,
        nasal_zero=zero,
        noises=_noises(segments, size),
    )
    voice, noise = speak(rng, tracks)
    return _levelled(voice, t, shifted, segments) + noise
