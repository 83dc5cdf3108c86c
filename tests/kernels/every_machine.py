"""Runs the geometric kernels on small pictures and prints a digest of each result: a script for the test beside it."""

import hashlib

import numpy as np

from reelwork.effect import Context
from reelwork.image import Drawing, Fill, Gradient, Path, Stop, Window
from reelwork.image.frame import Frame
from reelwork.kernels.blur import gaussian_blur
from reelwork.kernels.coverage import clip_to_quad, draw
from reelwork.kernels.resample import resample
from reelwork.kernels.warp import Warp
from reelwork.values import Affine, Colour
from reelwork_filters import BoxBlur, DirectionalBlur, DropShadow, Glow, LensBlur, Outline
from reelwork_scopes import Histogram, Vectorscope, Waveform
from reelwork_time import Echo, FrameAverage, TemporalMedian
from reelwork_warps import Displace, Kaleidoscope, LensDistortion


def main() -> None:
    source = Frame(np.random.default_rng(0).random((4, 150, 400), dtype=np.float32), Window(0, 0, 400, 150))
    out = Frame.empty(Window(-10, -10, 333, 140))
    for place in (
        Affine.scaling(0.7, 0.8),
        Affine.scaling(1.3, 3.7),
        Affine.rotation(13),
        Affine.rotation(13) @ Affine.scaling(1.7, 1.7),
    ):
        resample(source, place, out)
        show(f"resample {place}", out)
    stops = (Stop(0.0, Colour(1, 0, 0)), Stop(0.5, Colour(0, 1, 0, 0.3)), Stop(1.0, Colour(0, 0, 1)))
    path = Path("MCQLZ", (2, 10, -8, 30, 30, 25, 18, 8, 12, -10, 3, 2, 8, 7))
    for kind in ("linear", "radial", "conic"):
        fills = (Fill(path, Gradient(kind, Affine(9, 1, -1, 8, 10, 10), stops)), Fill(path, Colour(1, 1, 1), 0.3))
        draw(Drawing(fills, 20.0, 20.0), Affine.rotation(11) @ Affine.scaling(7, 7), out)
        clip_to_quad(out, Affine.rotation(3), 90.3, 80.1)
        show(kind, out)
    for sigma in (1.0, 5.0, 11.0):
        gaussian_blur(source, sigma, sigma * 1.2, out)
        show(f"blur {sigma}", out)
    context = Context((1.0, 1.0), (0.0, 0.0, 400.0, 150.0))
    small = Frame.empty(Window(150, 70, 250, 80))
    for effect in (
        DropShadow(offset=(6.4, 8.2)),
        Glow(radius=6.0, octaves=2),
        BoxBlur(radius=(3.3, 40.0), passes=2),
        LensBlur(radius=9.5, blades=5, curvature=0.3, highlights=2.0, edges="repeat"),
        DirectionalBlur(length=33.0, angle=20.0),
        Outline(width=3.5, softness=2.0),
        Waveform(channels="rgb"),
        Vectorscope(),
        Histogram(),
    ):
        effect.render(source, small, context)
        show(effect.name, small)
    later = [Frame(np.roll(source.data, 7 * count, axis=2), source.window) for count in range(5)]
    for through in (Echo(number=4, merge="in-front"), FrameAverage(shape="triangle"), TemporalMedian(reach=2)):
        through.render(later, small, context)
        show(through.name, small)
    for warp in (Displace(map="map", x=30.0), Kaleidoscope(), LensDistortion(k1=-0.4)):
        others = later[1:2] if isinstance(warp, Displace) else []
        Warp(warp, source, to_layer=Affine.scaling(0.9, 1.1), context=context, layers=len(others))(out, others)
        show(warp.name, out)


def show(name: str, frame: Frame) -> None:
    print(name, hashlib.sha256(frame.data.tobytes()).hexdigest())


if __name__ == "__main__":
    main()
