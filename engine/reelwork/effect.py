"""What a plugin author writes: effects, merges, generators and transitions, one class each.

Every class is a frozen dataclass of its parameters; an instance holds the plain values of one frame, so an instance is
a value that can be hashed and cached. Nothing here loads numba: kernels are imported where they are used.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from numbers import Integral
from typing import TYPE_CHECKING, ClassVar, Final, TypeAlias

from reelwork.errors import PluginError
from reelwork.extension import KEPT, OWN, SPREAD, Example, Extension, converted
from reelwork.faults import Calling
from reelwork.image.window import EVERYWHERE, Window
from reelwork.kinds import Layer, field_name, param
from reelwork.stage import Stage
from reelwork.values import Affine, Colour, Display, Projective

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import numpy as np
    import numpy.typing as npt

    from reelwork.image.drawing import Drawing
    from reelwork.image.frame import Frame

__all__ = [
    "KEPT",
    "OWN",
    "SPREAD",
    "AreaEffect",
    "CompositeMerge",
    "Context",
    "Effect",
    "Example",
    "Extension",
    "Generator",
    "Merge",
    "NonSeparableMerge",
    "PixelGenerator",
    "PointEffect",
    "SeparableMerge",
    "TemporalEffect",
    "Transition",
    "VectorGenerator",
    "WarpEffect",
    "converted",
    "param",
]

#: Work in scene-linear light; in display-encoded values, by whatever curve the production displays; or on numbers that
#: are no colours (normals, depth, masks), as they are.
LINEAR, DISPLAY, DATA = "linear", "display", "data"
#: A rectangle ``(x0, y0, x1, y1)``, pixels of a layer.
Box: TypeAlias = tuple[float, float, float, float]
#: All that may be painted.
ALL: Final[Box] = (float(EVERYWHERE.x0), float(EVERYWHERE.y0), float(EVERYWHERE.x1), float(EVERYWHERE.y1))
#: How many instants one temporal effect may read.
MOST_INSTANTS: Final = 128


@dataclass(frozen=True)
class Context:
    """Where and when an effect runs.

    :param scale: raster pixels per pixel of the layer, along x and y: multiply lengths by it. For a generator they are
        pixels of its composition, in which its lengths are; a layer that is scaled has a larger or smaller raster
    :param box: the layer's box in raster pixels, ``(x0, y0, x1, y1)``; for a generator, of a raster upright to it
    :param time: the layer's own clock, seconds; always 0 for a class that is not ``timed``
    :param seed: a number that differs between layers and stays the same from run to run
    :param display: the production's display curve, which says what light a colour is
    :param frame: how long the canvas shows a frame, seconds
    :param layers: for an area effect, the pictures of further layers by the Python names of the parameters that name
        them; each covers at least what ``needs_of`` says
    """

    scale: tuple[float, float]
    box: tuple[float, float, float, float]
    time: Fraction = Fraction(0)
    seed: int = 0
    display: Display = "srgb"
    frame: Fraction = Fraction(1, 24)
    layers: Mapping[str, Frame] = field(default_factory=dict, repr=False, compare=False)


class Effect(Extension):
    """Changes one picture. Subclass :class:`PointEffect`, :class:`AreaEffect`, :class:`WarpEffect` or
    :class:`TemporalEffect`.

    A parameter of the kind :class:`reelwork.kinds.Layer` names another layer, whose picture the effect is then given:
    as it lies in the composition, after its own effects, transform and opacity, in the effect's raster. It is
    transparent where that layer is not there, and where none is named. An effect through time cannot have such.

    ``space`` is that of all pictures that it is given, and of what it makes: ``linear``, scene-linear light;
    ``display``, display-encoded values; ``data``, numbers as they are, no colours among them: neither curve nor
    premultiplication touches them, and a colour among the uniforms is the four numbers that were written.
    """

    word: ClassVar[str] = "effect"
    space: ClassVar[str] = LINEAR
    coverage: ClassVar[str] = SPREAD
    #: Whether it is a way to bring light above white into what a display shows: of HDR under it, nobody is warned.
    tames_highlights: ClassVar[bool] = False

    def is_identity(self) -> bool:
        """Whether these parameters change nothing, so that the effect can be left out."""
        return False


def layers_of(cls: type[Extension]) -> tuple[str, ...]:
    """The parameters that name further layers, in order, by their Python names."""
    return tuple(field_name(name) for name, param in cls.params().items() if isinstance(param.kind, Layer))


class PointEffect(Effect):
    """Changes each pixel on its own.

    ``pixel`` is a static function of scalars, ``(r, g, b, a, *uniforms) -> (r, g, b, a)``, written in the Python that
    numba compiles; the engine writes the loop around it and fuses it with its neighbours. It may call module-level
    functions and the functions of ``reelwork.maths``, and read module-level constants. Never ``math`` or ``numpy``:
    their results differ from machine to machine.

    Compiled, it works in single precision: colours, places and uniforms are ``float32``, and so become the floats that
    it writes and the functions of ``reelwork.maths``, whose ``power`` and ``sqrt`` then give 0 for numbers below 0. Its
    logarithms are minus infinity at 0 and no number (NaN) below, as in Python: take that of ``max(x, 1e-30)``.
    Code without ``if`` statements (``a if c else b`` is fine) and without loops runs many pixels at a time.

    With ``positional = True`` it is ``(x, y, width, height, r, g, b, a, *uniforms)``: the pixel's centre, measured from
    the top left corner of the layer's box, and that box, all in pixels of the layer.

    With ``unpremultiplied = True`` it gets straight colour and returns straight colour; else premultiplied.
    ``space`` says whether colours are scene-linear or display-encoded (then they are always straight, and what one
    such effect returns is what the next one gets, without a way through light between them).
    A transparent pixel must stay transparent.

    A colour among the uniforms reaches ``pixel`` as four numbers, which are of the same kind as the pixel's own.

    The pixels of further layers, premultiplied and in the effect's space, come after its own: ``(r, g, b, a, r1, g1,
    b1, a1, …, *uniforms)``, in the order of the parameters that name them.

    With ``keeps_alpha = True`` it promises to return the alpha that it got. What lies under an opaque picture is then
    not painted, though the picture has this effect.
    """

    positional: ClassVar[bool] = False
    unpremultiplied: ClassVar[bool] = False
    keeps_alpha: ClassVar[bool] = False
    coverage: ClassVar[str] = KEPT
    pixel: ClassVar[Callable[..., tuple[float, float, float, float]]]

    def uniforms(self) -> tuple[float | Colour, ...]:
        """What ``pixel`` needs beyond the pixel, worked out once a frame."""
        return ()

    def pixel_function(self) -> Callable[..., tuple[float, float, float, float]]:
        """``pixel``, or a shorter static function that gives the same with these parameters and ``uniforms``."""
        return type(self).pixel

    def stages(self) -> tuple[Stage, ...]:
        """What is done to a pixel, one after the other; ``pixel_function`` alone, but for effects that need tables.

        It must follow from the parameters, with what is in their files.
        """
        with Calling(self, doing="uniforms()"):
            uniforms = self.uniforms()
        with Calling(self, doing="pixel_function()"):
            return (Stage(self.pixel_function(), uniforms),)


class Spreading(Effect):
    """An effect whose light may travel; it runs in a raster that is upright to the layer's box."""

    def margin(self, context: Context) -> tuple[int, int, int, int]:
        """How far light may travel, in raster pixels: to the left, top, right and bottom of where it was."""
        raise NotImplementedError

    def region(self, source: Window, context: Context) -> Window:
        """Where there may be light, given where there is light in the source (region of definition)."""
        return source if source.is_empty else source.expand(*_margin(self, context))

    def needs(self, wanted: Window, context: Context) -> Window:
        """Which pixels of the source are read to make the wanted ones (region of interest)."""
        left, top, right, bottom = _margin(self, context)
        return wanted.expand(right, bottom, left, top)


def _margin(effect: Spreading, context: Context) -> tuple[int, int, int, int]:
    margin = effect.margin(context)
    if not isinstance(margin, tuple) or [isinstance(side, Integral) for side in margin] != [True] * 4:
        raise PluginError(f"margin() must give four whole numbers, and gave {margin!r}")
    return margin


class AreaEffect(Spreading):
    """Makes each pixel from a neighbourhood; it runs in a raster that is upright to the layer's box.

    Pictures are premultiplied, in the effect's ``space``.
    """

    def needs_of(self, layer: str, wanted: Window, context: Context) -> Window:
        """Which pixels are read of a further layer; by default those that are read of the source.

        :param layer: the Python name of the parameter that names it
        """
        return self.needs(wanted, context)

    def render(self, source: Frame, out: Frame, context: Context) -> None:
        """Fill ``out`` entirely; ``source`` covers at least ``needs(out.window)``. Results must not depend on the
        windows' sizes: compute from absolute pixel positions."""
        raise NotImplementedError


class WarpEffect(Effect):
    """Moves pixels, and changes none. Everything is in pixels of the layer, whatever the scale that it is shown at: the
    ``context`` has a scale of 1, and its ``box`` is ``(0, 0, width, height)``.

    Write one of two. **By matrix**: ``matrix`` says where the layer lands. An affine one is multiplied into the layer's
    own map, so that the picture is resampled once. **By map**: ``place`` is a static function of scalars,
    ``(x, y, width, height, *uniforms) -> (x, y)``, that says from where a point of the result is read: the inverse of
    how things move. It is compiled as :attr:`PointEffect.pixel` is. A place that is no number, or beyond the picture,
    is transparent.

    With parameters that name further layers ``place`` is ``(x, y, width, height, r, g, b, a, …, *uniforms)``: after the
    box come the pixels of those layers at that point, premultiplied, in the order of the parameters; ``space`` says
    whether they are scene-linear or display-encoded. With ``tables`` it gets these before its uniforms.

    The engine interpolates (bicubic) where the map enlarges, and where it shrinks takes the mean over the area that a
    pixel spans, of up to 16 × 16 places.
    """

    place: ClassVar[Callable[..., tuple[float, float]] | None] = None

    def matrix(self, context: Context) -> Affine | Projective | None:
        """Where points of the layer's box land; ``None`` for a warp by map."""
        return None

    def uniforms(self, context: Context) -> tuple[float, ...]:
        """What ``place`` needs beyond the point and the box, worked out once a frame."""
        return ()

    def tables(self, context: Context) -> tuple[npt.NDArray[np.float32], ...]:
        """One-dimensional arrays of ``float32`` that ``place`` gets before its uniforms, for the functions of
        ``reelwork.tables`` to look up: what takes long for a pixel, worked out once a frame."""
        return ()

    def region(self, source: Box, context: Context) -> Box:
        """Where there may be light, given where there is light in the source (region of definition).

        By default what follows from the matrix; for a map everywhere, which is right for any and dear for most.
        """
        matrix = self.matrix(context)
        return ALL if matrix is None else matrix.bounds(*source) or ALL

    def needs(self, wanted: Box, context: Context) -> Box:
        """Where places of the wanted points may lie (region of interest).

        By default what follows from the matrix; for a map everywhere, so that all of the source is painted.
        """
        matrix = self.matrix(context)
        return ALL if matrix is None else matrix.inverse().bounds(*wanted) or ALL


class TemporalEffect(Spreading):
    """Makes a picture from those that its layer shows at several instants, each with the effects before this one.

    All of them come in the layer's own pixels, whatever its transform does meanwhile: what moves *in* the layer leaves
    trails, what moves the layer does not. On an adjustment layer the pictures are of all that lies below it, and every
    movement shows.

    An instant before the layer's start is its first picture, one after its end its last: that of the last frame of the
    canvas. Of an adjustment it is the composition's, or the group's, start and end that count.

    Unless ``margin`` says otherwise, each pixel is made from those at its own place, and no light travels.

    With ``keeps_opaque = True`` it promises that what is opaque in all pictures stays opaque, with an alpha of just 1.
    What lies under it is then not painted.
    """

    keeps_opaque: ClassVar[bool] = False

    def times(self, context: Context) -> tuple[Fraction, ...]:
        """Which instants are read: seconds of the layer's clock from the present one, below 0 for what has been; 1 to
        :data:`MOST_INSTANTS`. ``context.frame`` is a frame of the canvas; ``context.time`` is the layer's clock, here
        also where the class is not ``timed``."""
        raise NotImplementedError

    def margin(self, context: Context) -> tuple[int, int, int, int]:
        """How far light may travel, as in :class:`AreaEffect`; nowhere, unless a subclass says so."""
        return (0, 0, 0, 0)

    def render(self, sources: Sequence[Frame], out: Frame, context: Context) -> None:
        """Fill ``out`` entirely. ``sources`` are the pictures at ``times``, in that order; each covers at least
        ``needs(out.window)``, is painted when it is asked for, and must not be written to: take one after the other,
        and hold no more of them than are needed at once. Results must not depend on the windows' sizes."""
        raise NotImplementedError


class Merge(Extension):
    """Mixes a source onto a backdrop. Subclass one of the three below."""

    word: ClassVar[str] = "merge"
    #: Whether a transparent source may change the backdrop; see :class:`CompositeMerge`.
    clears: ClassVar[bool] = False
    #: Whether its function is told where the pixel is; see :class:`CompositeMerge`.
    positional: ClassVar[bool] = False


class SeparableMerge(Merge):
    """``blend(backdrop, source)`` mixes one channel of straight colour; the engine composites it by the W3C formula
    ``co = cs as (1 - ab) + cb ab (1 - as) + as ab B(cb, cs)`` (Compositing and Blending Level 1, section 5.8)."""

    blend: ClassVar[Callable[..., float]]


class NonSeparableMerge(Merge):
    """``blend(rb, gb, bb, rs, gs, bs) -> (r, g, b)`` mixes straight colours; composited as a separable one is."""

    blend: ClassVar[Callable[..., tuple[float, float, float]]]


class CompositeMerge(Merge):
    """``pixel(rb, gb, bb, ab, rs, gs, bs, as) -> (r, g, b, a)``, all premultiplied: the whole formula is its own.

    A transparent source must leave the backdrop as it is, unless ``clears = True``: then the merge also acts wherever
    the layer does not reach, on all of what lies below it in its composition or group.

    With ``positional = True`` it is ``(x, y, rb, gb, bb, ab, rs, gs, bs, as)``: the pixel's column and row in the
    raster, whole numbers, which may be below 0.
    """

    pixel: ClassVar[Callable[..., tuple[float, float, float, float]]]


class Generator(Extension):
    """Makes a picture from nothing, or of further layers. Subclass one of the three below."""

    word: ClassVar[str] = "generator"
    coverage: ClassVar[str] = OWN


class PixelGenerator(Generator):
    """``pixel(x, y, width, height, *uniforms) -> (r, g, b, a)``, premultiplied, over the composition.

    ``space`` says whether that is scene-linear or display-encoded, and so are colours among the uniforms: each reaches
    ``pixel`` as four numbers, premultiplied.
    """

    space: ClassVar[str] = LINEAR
    pixel: ClassVar[Callable[..., tuple[float, float, float, float]]]

    def uniforms(self, context: Context) -> tuple[float | Colour, ...]:
        """What ``pixel`` needs beyond the place."""
        return ()


class VectorGenerator(Generator):
    """Draws outlines, which the engine rasterises at whatever size they are shown."""

    def draw(self, width: float, height: float) -> Drawing:
        """The drawing and its box, given the composition's size in pixels. Pure: the engine keeps the result."""
        raise NotImplementedError


class AreaGenerator(Generator):
    """Fills its box, the composition's, with numpy or kernels; it runs in a raster that is upright to that box.

    A parameter of the kind :class:`reelwork.kinds.Layer` names another layer, whose picture it is then given: as that
    lies in the composition, after its own effects, transform and opacity, wherever the generator's own layer is moved
    to. It is transparent where that layer is not there, and where none is named.
    """

    def needs_of(self, layer: str, wanted: Window, context: Context) -> Window:
        """Which pixels are read of a further layer, to make the wanted ones; by default the same.

        :param layer: the Python name of the parameter that names it
        """
        return wanted

    def render(self, out: Frame, context: Context) -> None:
        """Fill ``out`` entirely; ``context.layers`` are the pictures of further layers, each of which covers at least
        what ``needs_of`` says. Results must not depend on the windows' sizes: compute from absolute pixel positions.
        What lies beyond the box is cut off."""
        raise NotImplementedError


class Transition(Extension):
    """Leads from one picture to the next.

    ``pixel(x, y, width, height, progress, rf, gf, bf, af, rt, gt, bt, at, *uniforms) -> (r, g, b, a)`` mixes
    premultiplied scene-linear *from* and *to*; ``progress`` goes from 0 to 1; places are as in :class:`PointEffect`,
    of the composition. At 0 it must be *from* and at 1 *to*. A colour among the uniforms reaches ``pixel`` as four
    numbers, premultiplied scene-linear.
    """

    word: ClassVar[str] = "transition"
    pixel: ClassVar[Callable[..., tuple[float, float, float, float]]]

    def uniforms(self) -> tuple[float | Colour, ...]:
        """What ``pixel`` needs beyond places, progress and colours."""
        return ()

    def shown(self, progress: float) -> tuple[bool, bool]:
        """Whether anything is seen of *from* and of *to*; what is not seen is not painted."""
        return (progress < 1.0, progress > 0.0)

    def places(self, progress: float, width: float, height: float) -> tuple[Affine, Affine]:
        """How the two pictures are moved before they are mixed, in pixels of the composition."""
        return (Affine.IDENTITY, Affine.IDENTITY)
