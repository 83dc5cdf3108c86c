"""A plugin of pytest, found wherever Reelwork is installed: fixtures with which plugins are tested.

``sample_frame`` is a picture to try effects on; ``render_frame`` renders a frame of a scene that is written in the
test. Nothing else is loaded before a test asks for one of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from reelwork.effect import Extension
    from reelwork.image.frame import Frame, Pixels


@pytest.fixture
def sample_frame() -> Frame:
    """72 × 48 pixels: a soft disc, a hard bar, a lamp brighter than white, two edges, all of noise, on transparency.

    ``sample_frame.data`` is ``float32[channel, row, column]``: red, green, blue, alpha, premultiplied, scene-linear.
    """
    from reelwork.testing.samples import picture

    return picture()


@pytest.fixture
def render_frame(tmp_path: Path) -> Callable[..., Pixels]:
    """A function of a scene's text, which renders one frame of it as ``float32[channel, row, column]``: red, green,
    blue, alpha, premultiplied, scene-linear.

    ``time`` is the instant, as scenes write times; ``using`` are extensions that the scene may use though nothing has
    installed them; ``pictures`` are files that it shows: arrays of 8 bits, ``[row, column, channel]``, by their names.
    """

    def render(
        scene: str,
        *,
        time: str = "0s",
        using: Iterable[type[Extension]] = (),
        pictures: Mapping[str, Any] | None = None,
    ) -> Pixels:
        from fractions import Fraction

        from PIL import Image

        from reelwork.errors import ReelworkError
        from reelwork.render.pictures import paint_instant
        from reelwork.render.prepare import Settings, default_output, prepare
        from reelwork.render.produce import instant_of

        for name, pixels in (pictures or {}).items():
            Image.fromarray(pixels).save(tmp_path / name)
        (tmp_path / "scene.yaml").write_text(scene, encoding="utf-8")
        __tracebackhide__ = True
        try:
            prepared = prepare(tmp_path / "scene.yaml", Settings(), _known(tuple(using)))
            output = default_output(prepared.scene)
            graph = prepared.graph(output.composition)
            return paint_instant(graph, output, instant_of(prepared, time), Fraction(1))[0].data
        except ReelworkError as error:  # which says all; where in the engine it was raised helps nobody
            raise error.with_traceback(None) from None

    return render


def _known(using: tuple[type[Extension], ...]) -> Any:
    """What is installed, and classes that take the place of what has their names."""
    from dataclasses import replace

    from reelwork.extensions import Plugin, registry
    from reelwork.extensions.manager import registry_of

    names = {cls.name for cls in using}
    installed = registry()
    others = tuple(
        replace(plugin, brings=tuple(cls for cls in plugin.brings if cls.name not in names))
        for plugin in installed.plugins
    )
    return registry_of((*others, Plugin("tests", "tests", "", "tests", brings=using)), installed.hooks)
