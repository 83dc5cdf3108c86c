"""What must hold for every extension."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from time import thread_time
from typing import Final

from reelwork.effect import Extension
from reelwork.extensions import registry
from reelwork.extensions.declared import declared_problem
from reelwork.image import Window
from reelwork.image.frame import Frame
from reelwork.plan.nodes import named
from reelwork.render.digests import sources
from reelwork.scene.declared import declaration_problems
from reelwork.testing import elsewhere
from reelwork.testing.painting import painted
from reelwork.testing.promise import PICTURES, Promises, trials
from reelwork.testing.samples import BOX, CONTEXT, changed, ordinary, picture

PROMISES: Final = Promises()
#: Rectangles that lie inside, across the edges and outside of the layer; one is a single pixel.
TILES: Final = (
    Window(0, 0, 72, 16),
    Window(25, 21, 26, 22),
    Window(-12, -9, 20, 11),
    Window(60, 30, 90, 60),
    Window(100, 70, 110, 80),
)
#: The layer, and what lies around it.
AROUND: Final = Window(-40, -40, 112, 88)
#: Large enough to measure how long a pixel takes.
_LARGE: Final = Window(0, 0, 512, 384)
_INSTANTS: Final = (Fraction(0), Fraction(1, 3), Fraction(2))


@PROMISES("its documentation begins with a title", basic=True)
def _documented(cls: type[Extension]) -> None:
    first = (cls.__doc__ or "").strip().splitlines()[:1]
    assert first, f"{cls.__qualname__} has no docstring; its first line is the title in `reelwork effects`"
    assert first[0].strip()[-1:] in ".:;,!?…" or len(first[0]) > 10, f"{first[0]!r} says too little"
    silent = [name for name, param in cls.params().items() if not param.help]
    assert not silent, f"parameters without help: {', '.join(silent)}"


@PROMISES("its presets and examples can be read", basic=True)
def _declared(cls: type[Extension]) -> None:
    problems = [declared_problem(cls), *declaration_problems(cls, registry())]
    assert not any(problems), "; ".join(filter(None, problems))


@PROMISES("it paints a whole picture", PICTURES, basic=True)
def _paints(cls: type[Extension]) -> None:
    assert not trials(cls).basic, trials(cls).basic


@PROMISES("it paints whole pictures at the ends of its parameters' ranges", PICTURES)
def _extremes(cls: type[Extension]) -> None:
    first, *others = trials(cls).faults or ("",)
    assert not first, f"{first}{f'; and {len(others)} others' if others else ''}"


@PROMISES("tiles are parts of the whole", PICTURES)
def _tiles(cls: type[Extension]) -> None:
    extension = ordinary(cls)
    whole = Frame(painted(extension, AROUND), AROUND)
    for tile in TILES:
        found, expected = painted(extension, tile), whole.crop(tile).data
        assert found.tobytes() == expected.tobytes(), (
            f"{int((found != expected).any(axis=0).sum())} pixels of {tile} differ from those of the whole picture: "
            "results must only depend on a pixel's place"
        )


@PROMISES("nothing is asked for, nothing is done", PICTURES)
def _empty(cls: type[Extension]) -> None:
    for extension in trials(cls).instances:
        assert painted(extension, Window(10, 10, 10, 20)).size == 0
        assert painted(extension, Window(10, 10, 11, 11)).shape == (4, 1, 1)


@PROMISES("it travels to another process, and paints the same there")
def _travels(cls: type[Extension]) -> None:
    extension = ordinary(cls)
    there, here = elsewhere.answer(extension), elsewhere.said(extension)
    assert not there.fault, f"in another process: {there.fault}"
    assert there.name == here.name, "its repr, by which results are kept, is not the same in each process"
    assert there.hashed == here.hashed, "its hash is not that of its fields"
    assert there.picture == here.picture, "another process paints another picture"


@PROMISES("its name in the cache changes when a parameter does, and only then")
def _keys(cls: type[Extension]) -> None:
    usual = ordinary(cls)
    assert named(usual) == named(ordinary(cls)), "two equal instances have different reprs"
    for name, other in changed(cls):
        assert named(other) != named(usual), f"the parameter {name!r} is not in its repr, by which results are kept"


@PROMISES("what is kept of it ends when its code changes")
def _code(cls: type[Extension]) -> None:
    package = cls.__module__.partition(".")[0]
    files = {Path(path).resolve() for path in sources(package)}
    file = elsewhere.file_of(cls)
    assert file in files, f"{file} is not part of the package {package}, whose code tells old results from new ones"


@PROMISES("threads and the order of tiles do not matter", PICTURES)
def _threads(cls: type[Extension]) -> None:
    extension = ordinary(cls)
    found: dict[tuple[int, Window], bytes] = {}

    def paint(number: int) -> None:
        for tile in random.Random(number).sample((*TILES, BOX), len(TILES) + 1):
            found[number, tile] = painted(extension, tile).tobytes()

    threads = [threading.Thread(target=paint, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4 * (len(TILES) + 1), "it raised an error in a thread"
    for tile in (*TILES, BOX):
        assert len({found[number, tile] for number in range(4)}) == 1, "threads at once give different pictures"


@PROMISES("the order of frames does not matter", PICTURES)
def _frames(cls: type[Extension]) -> None:
    extension, instants = ordinary(cls), _INSTANTS if cls.timed else _INSTANTS[:1]
    first = {time: painted(extension, BOX, replace(CONTEXT, time=time)).tobytes() for time in instants}
    for time in (*reversed(instants), *instants[::2]):
        again = painted(extension, BOX, replace(CONTEXT, time=time)).tobytes()
        assert again == first[time], f"painted again, the frame at {float(time):g} s differs"


@PROMISES("what does not say that it is timed does not move", PICTURES)
def _still(cls: type[Extension]) -> None:
    if not cls.timed:
        pictures = {painted(ordinary(cls), BOX, replace(CONTEXT, time=time)).tobytes() for time in _INSTANTS}
        assert len(pictures) == 1, "it reads context.time, which the engine tells only classes with `timed = True`"


@PROMISES("it takes no more time than its cost says", PICTURES)
def _cost(cls: type[Extension]) -> None:
    if cls.cost is None:
        return
    extension, pixels = ordinary(cls), _LARGE.width * _LARGE.height
    took = _seconds(lambda: painted(extension, _LARGE)) - _seconds(lambda: picture(_LARGE))
    # ten times, since machines differ, and a few milliseconds, since calls cost something whatever they paint
    said = f"it takes {took / pixels * 1e9:,.0f} ns for a pixel, and says {cls.cost:g}; "
    assert took <= 10 * cls.cost * 1e-9 * pixels + 0.01, f"{said}a call that takes a hundred times its cost is ended"
    assert cls.cost <= max(1000 * took / pixels * 1e9, 1000.0), f"{said}what hangs would be ended much too late"


def _seconds(work: Callable[[], object]) -> float:
    """Of processor time, the shortest of some."""
    took = []
    for _ in range(4):
        began = thread_time()
        work()
        took.append(thread_time() - began)
    return min(took)
