"""A scene for programs: a path goes in; what it shows comes out, checked, and frames of it are painted.

It is what commands of plugins are made with::

    from reelwork.api import open_scene

    scene = open_scene(Path("scenes/first-light"))
    scene.write_frame("3s", Path("frame.png"))
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from reelwork.errors import OutputError, Problem
from reelwork.graph.model import GroupSource, Layer, MediaSource, SequenceSource
from reelwork.render.job import Here
from reelwork.render.prepare import Prepared, Settings, prepare
from reelwork.render.produce import chosen_output, instant_of, naming_layers
from reelwork.render.progress import Silent

if TYPE_CHECKING:
    from reelwork.image.frame import Frame

__all__ = ["OpenScene", "Span", "open_scene"]


@dataclass(frozen=True)
class Span:
    """A layer or clip, and when it is there.

    :param path: the key's path in the scene
    :param start, end: seconds of its composition, the end excluded
    :param file: that it shows or sounds; ``None`` where it does neither
    :param record: the catalogue's name of that; ``None`` where no record names it
    """

    path: str
    start: Fraction
    end: Fraction
    file: Path | None = None
    record: str | None = None


@dataclass(frozen=True)
class OpenScene:
    """A scene without errors.

    :param file: that it was read from
    :param title: empty where it has none
    :param size: columns and rows of its canvas
    :param fps: frames a second of its canvas
    :param compositions: how long each lasts, in seconds
    :param outputs: their names
    :param warnings: what is doubtful
    """

    file: Path
    title: str
    size: tuple[int, int]
    fps: Fraction
    compositions: Mapping[str, Fraction]
    outputs: tuple[str, ...]
    warnings: tuple[Problem, ...]
    _prepared: Prepared

    def layers(self, composition: str = "main") -> tuple[Span, ...]:
        """The layers of a composition, those of groups and the clips of sequences too; a composition in it is one.

        :raises OutputError: there is no such composition
        """
        if composition not in self.compositions:
            known = ", ".join(self.compositions)
            raise OutputError(f"there is no composition {composition!r}; the scene has {known}")
        return tuple(_spans(self._prepared.graph(composition).root.layers, Fraction(0)))

    def frame(self, time: Fraction | str, *, output: str | None = None, scale: Fraction = Fraction(1)) -> Frame:
        """One instant as an output shows it: premultiplied, scene-linear, Rec.709 primaries.

        :param time: seconds, or as scenes write times: ``3s``, ``72f``
        :param output: its name; ``None`` for the first
        :param scale: of the picture, for previews
        :raises OutputError: not a time, nothing is there then, or there is no such output
        """
        from reelwork.render.pictures import paint_instant  # numba loads here

        prepared = self._prepared
        shown = chosen_output(prepared, output)
        with naming_layers(prepared):
            return paint_instant(prepared.graph(shown.composition), shown, self._instant(time), scale)[0]

    def write_frame(self, time: Fraction | str, to: Path, *, output: str | None = None) -> Path:
        """Write one instant as a still; the parameters are those of :meth:`frame`.

        :raises OutputError: as :meth:`frame`, or it cannot be written
        """
        from reelwork.render.pictures import write_frame  # numba loads here

        with naming_layers(self._prepared):
            shown, instant = chosen_output(self._prepared, output), self._instant(time)
            return write_frame(self._prepared, shown, instant, to, Silent(), Here(), lenient=False)

    def _instant(self, time: Fraction | str) -> Fraction:
        return instant_of(self._prepared, time) if isinstance(time, str) else time


def open_scene(path: Path, *, variables: Mapping[str, str] | None = None, draft: bool = False) -> OpenScene:
    """Read and check a scene, as ``reelwork check`` does.

    :param path: of its file, or of a folder that holds ``scene.yaml``
    :param variables: values for its variables, as written
    :param draft: whether missing records become slates
    :raises SceneError: everything that is wrong with it
    """
    prepared = prepare(path, Settings(variables or {}, draft))
    scene = prepared.scene
    return OpenScene(
        file=Path(scene.file),
        title=scene.title,
        size=scene.canvas.size,
        fps=scene.canvas.fps,
        compositions=dict(prepared.timing.durations),
        outputs=tuple(scene.outputs),
        warnings=prepared.warnings,
        _prepared=prepared,
    )


def _spans(layers: tuple[Layer, ...], origin: Fraction) -> Iterator[Span]:
    for layer in layers:
        source, start = layer.source, origin + layer.start
        if isinstance(source, SequenceSource):
            yield from _spans(source.sequence.clips, start)
        elif isinstance(source, GroupSource):
            yield from _spans(source.layers, start)
        else:
            media = source.media if isinstance(source, MediaSource) else None
            file = None if media is None else Path(media.path)
            yield Span(layer.path, start, origin + layer.end, file, None if media is None else media.record)
