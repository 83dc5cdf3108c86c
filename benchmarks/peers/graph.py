"""FFmpeg's filters: a scene goes in, one filter graph comes out, for whichever program runs it.

It stays in 8-bit Y'CbCr from the sources to the end, as FFmpeg's users have it: stills are converted once, then
repeated; pictures with transparency lie in ``yuva420p``; only a tint goes through R'G'B'.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.media import BASELINE
from benchmarks.peers.base import Place
from benchmarks.scenes import FPS, HEIGHT, WIDTH, Clip, Effect, Grade, Layer, Scene, Still, Text, Tint, Video, Vignette

_YUV: Final = ("scale", "out_color_matrix=bt709:out_range=tv")
#: A picture of a still, over and over, at the scene's rate.
_REPEATED: Final = (("loop", "loop=-1:size=1:start=0"), ("setpts", f"N/({FPS}*TB)"))

Filter = tuple[str, str]


@dataclass(frozen=True)
class Chain:
    """Filters one after the other.

    :param inputs: labels of what goes into the first
    :param output: the label of what comes out of the last
    """

    inputs: tuple[str, ...]
    filters: tuple[Filter, ...]
    output: str


@dataclass(frozen=True)
class Graph:
    """A scene's filters.

    :param files: whose pictures go in, under the labels ``in0``, ``in1`` and so on
    :param chains: the last of them makes the label ``out``
    """

    files: tuple[Path, ...]
    chains: tuple[Chain, ...]

    def written(self) -> str:
        """The graph as the command line has it."""
        return ";".join(
            "".join(f"[{_stream(label)}]" for label in chain.inputs)
            + ",".join(f"{name}={options}" if options else name for name, options in chain.filters)
            + f"[{chain.output}]"
            for chain in self.chains
        )


def _stream(label: str) -> str:
    return f"{label.removeprefix('in')}:v" if label.startswith("in") else label


class _Builder:
    def __init__(self, place: Place) -> None:
        self._place = place
        self.files: list[Path] = []
        self.chains: list[Chain] = []
        self._labels = 0

    def file(self, path: Path) -> str:
        self.files.append(path)
        return f"in{len(self.files) - 1}"

    def chain(self, inputs: tuple[str, ...], *filters: Filter) -> str:
        self._labels += 1
        self.chains.append(Chain(inputs, filters, f"s{self._labels}"))
        return f"s{self._labels}"

    def clip(self, clip: Clip) -> str:
        source = clip.source
        label = self.file(self._place.path(source))
        if isinstance(source, Still):
            return self.chain((label,), *_photograph(clip))
        filters: list[Filter] = [("settb", f"1/{FPS}"), ("setpts", "N")]
        if clip.blur:
            filters.append(("gblur", f"sigma={clip.blur}"))
        return self.chain((label,), *filters)

    def clips(self, scene: Scene) -> str:
        labels = [self.clip(clip) for clip in scene.clips]
        if len(labels) == 1:
            return labels[0]
        if not scene.dissolve:
            return self.chain(tuple(labels), ("concat", f"n={len(labels)}:v=1:a=0"))
        done, at = labels[0], scene.clips[0].seconds
        for label, clip in zip(labels[1:], scene.clips[1:], strict=True):
            fade = f"transition=fade:duration={scene.dissolve}:offset={at - scene.dissolve:.6f}"
            done = self.chain((done, label), ("xfade", fade))
            at += clip.seconds - scene.dissolve
        return done

    def layer(self, below: str, layer: Layer, scene: Scene, font: str | None) -> str:
        source, stop = layer.source, scene.seconds if layer.stop is None else layer.stop
        there = f"between(t,{layer.start},{stop - 0.5 / FPS:.6f})"
        if isinstance(source, Text) and font is not None:
            return self.chain((below,), ("drawtext", _text(layer, source, stop, font) + f":enable='{there}'"))
        label = self.file(self._place.path(source))
        filters: list[Filter] = []
        if isinstance(source, Text):
            filters += [_YUV, ("format", "yuva420p"), *_REPEATED, *_fades(layer, stop)]
        elif isinstance(source, Still):
            scaled = _scaled(layer, source)
            filters += [("scale", f"{scaled}{_YUV[1]}"), ("format", "yuva420p"), *_REPEATED]
        else:
            scaled = _scaled(layer, source).rstrip(":")
            filters += [("settb", f"1/{FPS}"), ("setpts", "N"), ("scale", scaled or "iw:ih"), ("format", "yuva420p")]
        if layer.angle != (0.0, 0.0):
            assert not isinstance(source, Text)
            side = math.ceil(math.hypot(source.width, source.height) * layer.scale / 2) * 2
            first, last = (math.radians(angle) for angle in layer.angle)
            turn = f"{first:.6f}+{last - first:.6f}*t/{stop - layer.start}"
            filters.append(("rotate", f"a='{turn}':ow={side}:oh={side}:c=black@0"))
        x, y = (f"{_path(layer, axis, stop)}-{'wh'[axis]}/2" for axis in (0, 1))
        picture = self.chain((label,), *filters)
        enable = f":enable='{there}'" if layer.start or layer.stop is not None else ""
        return self.chain((below, picture), ("overlay", f"x='{x}':y='{y}':shortest=1{enable}"))


def _photograph(clip: Clip) -> tuple[Filter, ...]:
    """A still that fills the frame; one that grows goes through the filter that FFmpeg has for just that."""
    frames = round(clip.seconds * FPS)
    first, last = clip.zoom
    if first == last == 1.0:
        ends = (("trim", f"end_frame={frames}"), ("settb", f"1/{FPS}"))
        return (("scale", f"{WIDTH}:{HEIGHT}:{_YUV[1]}"), ("format", "yuv420p"), *_REPEATED, *ends)
    zoom = f"z='{first}+{last - first:.6f}*on/{frames}':x='iw/2-iw/zoom/2':y='ih/2-ih/zoom/2'"
    return (
        _YUV,
        ("format", "yuv420p"),
        ("zoompan", f"{zoom}:d={frames}:s={WIDTH}x{HEIGHT}:fps={FPS}"),
        ("settb", f"1/{FPS}"),
    )


def _path(layer: Layer, axis: int, stop: float) -> str:
    """Where the centre is, as an expression of the time."""
    begin, end = layer.begin[axis], layer.end[axis]
    if begin == end:
        return f"{begin}"
    return f"({begin}+({end - begin})*(t-{layer.start})/{stop - layer.start:.6f})"


def _scaled(layer: Layer, source: Video | Still) -> str:
    """A layer's size at the head of the options of ``scale``; nothing where it keeps its own."""
    if layer.scale == 1.0:
        return ""
    return f"{round(source.width * layer.scale)}:{round(source.height * layer.scale)}:"


def _fades(layer: Layer, stop: float) -> tuple[Filter, ...]:
    if not layer.fade:
        return ()
    rise = f"t=in:st={layer.start}:d={layer.fade}:alpha=1"
    return (("fade", rise), ("fade", f"t=out:st={stop - layer.fade:.6f}:d={layer.fade}:alpha=1"))


def _text(layer: Layer, text: Text, stop: float, font: str) -> str:
    options = [
        f"fontfile='{font}'",
        f"text='{text.words}'",
        f"fontsize={text.size}",
        f"fontcolor={text.colour}",
        f"x='{_path(layer, 0, stop)}-text_w/2'",
        f"y='{_path(layer, 1, stop)}+{BASELINE * text.size:.2f}-ascent'",
    ]
    if layer.fade:
        rise, fall = f"(t-{layer.start})/{layer.fade}", f"({stop}-t)/{layer.fade}"
        options.append(f"alpha='max(0,min(1,min({rise},{fall})))'")
    return ":".join(options)


def effect_filters(effect: Effect) -> tuple[Filter, ...]:
    """A look as filters of a picture in Y'CbCr."""
    if isinstance(effect, Grade):
        luma = f"clip(16+(val-16)*{effect.gain},16,235)"
        chroma = f"clip(128+(val-128)*{effect.gain * effect.saturation:.4f},16,240)"
        return (("lutyuv", f"y='{luma}':u='{chroma}':v='{chroma}'"),)
    if isinstance(effect, Tint):
        light = [int(effect.colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        names = [f"{out}{into}" for out in "rgb" for into in "rgb"]
        values = [
            (1 - effect.amount) * (row == column) + effect.amount * light[row] * (0.2126, 0.7152, 0.0722)[column]
            for row in range(3)
            for column in range(3)
        ]
        matrix = ":".join(f"{name}={value:.4f}" for name, value in zip(names, values, strict=True))
        return (
            ("scale", "in_color_matrix=bt709"),
            ("format", "gbrp"),
            ("colorchannelmixer", matrix),
            _YUV,
            ("format", "yuv420p"),
        )
    assert isinstance(effect, Vignette)
    return (("vignette", f"angle={math.acos(effect.corner**0.25):.4f}"),)


def graph(scene: Scene, place: Place, *, font: str | None) -> Graph:
    """A scene's filter graph.

    :param font: the font's file; ``None`` for builds that cannot write, which are given pictures of the texts
    """
    builder = _Builder(place)
    picture = builder.clips(scene)
    for layer in scene.layers:
        picture = builder.layer(picture, layer, scene, font)
    effects = [step for effect in scene.effects for step in effect_filters(effect)]
    last = (("format", "yuv420p"), ("trim", f"end_frame={scene.frames}"))
    builder.chains.append(Chain((picture,), (*effects, *last), "out"))
    return Graph(tuple(builder.files), tuple(builder.chains))
