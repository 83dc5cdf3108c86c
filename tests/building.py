"""Short ways to build graphs in tests."""

from __future__ import annotations

from fractions import Fraction

from reelwork.catalogue.facts import MediaFacts
from reelwork.effect import SeparableMerge
from reelwork.graph.model import (
    Composition,
    CompositionSource,
    Graph,
    Layer,
    Media,
    MediaSource,
    Retiming,
    SoundUse,
    Transform,
)
from reelwork.scene.animation import Curve
from reelwork.values import Colour, Length

FRAME = Fraction(1, 24)


class Over(SeparableMerge, name="normal", version=1):
    """A merge that puts one over the other."""

    @staticmethod
    def blend(b, s):
        return s


def constant(value) -> Curve:
    return Curve.constant(value)


def transform(**changes) -> Transform:
    values = {
        "anchor": (Length(percent=50.0), Length(percent=50.0)),
        "position": None,
        "scale": (1.0, 1.0),
        "rotation": 0.0,
        "skew": (0.0, 0.0),
        "opacity": 1.0,
    }
    values.update(changes)
    return Transform(
        **{
            name: value if value is None or isinstance(value, Curve) else constant(value)
            for name, value in values.items()
        }
    )


def layer(source, *, path="compositions.main.layers[0]", start=0, end=2, merge=Over, effects=(), **changes) -> Layer:
    named = {"visible": True, "fit": "none", "parent": None}
    named.update({key: changes.pop(key) for key in tuple(changes) if key in named})
    return Layer(
        path=path,
        start=Fraction(start),
        end=Fraction(end),
        source=source,
        transform=transform(**changes),
        merge=merge,
        effects=tuple(effects),
        sound=SoundUse(constant(0.0), constant(0.0), Fraction(0), Fraction(0), False),
        **named,
    )


def retiming(start=0, length=2, speed=1, loop="none") -> Retiming:
    return Retiming(Fraction(start), Fraction(length), Fraction(speed), loop, FRAME)


def still(width=100, height=50, *, digest="still", has_alpha=False) -> MediaSource:
    facts = MediaFacts("still", digest, "png", "png", width, height, frame_count=1, has_alpha=has_alpha)
    return MediaSource(
        Media("/nowhere/still.png", facts, "somebody/still"), Retiming(Fraction(0), None, Fraction(1), "none", FRAME)
    )


def video(width=100, height=50, **times) -> MediaSource:
    facts = MediaFacts(
        "video", "video", "mp4", "h264", width, height, duration=Fraction(2), frame_count=48, frame_rate=Fraction(24)
    )
    return MediaSource(Media("/nowhere/video.mp4", facts), retiming(**times))


def composition(*layers: Layer, size=(200, 100), duration=2, name="main", background=None) -> Composition:
    return Composition(name, size, Fraction(duration), background, tuple(layers))


def nested(inner: Composition, **times) -> CompositionSource:
    return CompositionSource(inner, retiming(**times))


def graph(root: Composition, *, background=None, blend_space="linear", display="srgb") -> Graph:
    return Graph(root, Over, Fraction(24), background, blend_space, display, "a test")


RED = Colour(1.0, 0.0, 0.0)
