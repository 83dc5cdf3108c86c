"""Renders the two clips, mist that drifts and embers that rise, as H.264 files on black."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
from noise import field, smoothstep, spectrum

FPS = 24


def encode(frames: Iterator[np.ndarray], size: tuple[int, int], to: Path, crf: int) -> None:
    """Write pictures of red, green and blue in 8 bits as H.264, tagged BT.709, the same bytes on every run."""
    with av.open(str(to), "w", options={"movflags": "+faststart", "fflags": "+bitexact"}) as container:
        stream = container.add_stream("libx264", rate=FPS)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        stream.options = {"crf": str(crf), "preset": "slow", "cpu-independent": "1"}
        context = stream.codec_context
        context.thread_count = 1
        context.color_primaries = context.color_trc = context.colorspace = 1  # BT.709
        context.color_range = 1  # limited
        for pixels in frames:
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame = frame.reformat(format="yuv420p", dst_colorspace=1, dst_color_range=1)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def mist(to: Path) -> None:
    """Seven seconds of mist in two layers that drift apart, thickest along the middle and gone above and below."""
    width, height, count = 800, 450, 7 * FPS

    def frames() -> Iterator[np.ndarray]:
        rng = np.random.default_rng(211)
        far = spectrum(rng, height, width, slope=1.9, stretch=7.0, grain=3)
        near = spectrum(rng, height, width, slope=1.8, stretch=4.5, grain=3)
        other = spectrum(rng, height, width, slope=1.8, stretch=4.5, grain=3)
        y = np.linspace(0, 1, height)[:, None]
        envelope = smoothstep(0.06, 0.45, y) * (1.0 - smoothstep(0.55, 0.96, y))
        for n in range(count):
            t, turn = n / FPS, 0.5 * np.pi * n / count
            slow = field(far, height, width, shift=(5.6 * t, 0.4 * t))
            changing = near * np.cos(turn) + other * np.sin(turn)
            quick = field(changing, height, width, shift=(13.0 * t, -0.8 * t))
            thick = smoothstep(-0.5, 2.0, slow) * 0.62 + smoothstep(-0.2, 2.2, quick) * 0.6
            light = np.clip(thick * envelope, 0, 1)[..., None]
            rgb = light * np.array([226.0, 222.0, 240.0])
            yield np.clip(np.rint(rgb + rng.uniform(-0.7, 0.7, (height, width, 1))), 0, 255).astype(np.uint8)

    encode(frames(), (width, height), to, 27)


def embers(to: Path) -> None:
    """Six seconds of sparks that rise, sway and go out."""
    width, height, count = 960, 540, 6 * FPS

    def frames() -> Iterator[np.ndarray]:
        rng = np.random.default_rng(223)
        sparks = 90
        born = rng.uniform(-5.0, 5.6, sparks)
        life = rng.uniform(2.4, 5.2, sparks)
        x0, y0 = rng.uniform(0, width, sparks), height * rng.uniform(0.55, 1.12, sparks)
        rise, drift = rng.uniform(42, 105, sparks), rng.normal(8, 12, sparks)
        sway, rate, phase = rng.uniform(4, 22, sparks), rng.uniform(1.2, 3.4, sparks), rng.uniform(0, 6.3, sparks)
        size, flicker = rng.uniform(1.3, 3.0, sparks), rng.uniform(5, 13, sparks)
        for n in range(count):
            rgb = np.zeros((height, width, 3))
            for i in range(sparks):
                age = (n / FPS - born[i]) / life[i]
                if not 0.0 < age < 1.0:
                    continue
                t = age * life[i]
                cx = x0[i] + drift[i] * t + sway[i] * np.sin(rate[i] * t + phase[i])
                cy = y0[i] - rise[i] * t
                power = np.sin(np.pi * age**0.7) * (0.72 + 0.28 * np.sin(flicker[i] * t + phase[i]))
                _spot(rgb, cx, cy, size[i], power)
            yield np.clip(np.rint(rgb), 0, 255).astype(np.uint8)

    encode(frames(), (width, height), to, 24)


def _spot(rgb: np.ndarray, cx: float, cy: float, size: float, power: float) -> None:
    reach = int(9 * size)
    x0, x1 = max(int(cx) - reach, 0), min(int(cx) + reach + 1, rgb.shape[1])
    y0, y1 = max(int(cy) - reach, 0), min(int(cy) + reach + 1, rgb.shape[0])
    if x0 >= x1 or y0 >= y1:
        return
    y, x = np.mgrid[y0:y1, x0:x1] + 0.5
    r = np.hypot(x - cx, y - cy) / size
    core, halo = np.exp(-(r**2)), np.exp(-r / 2.2) * (1.0 - smoothstep(5.0, 9.0, r))
    rgb[y0:y1, x0:x1] += power * (
        core[..., None] * np.array([255.0, 176.0, 84.0]) + 0.22 * halo[..., None] * np.array([255.0, 104.0, 30.0])
    )
