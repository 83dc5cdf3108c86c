"""Comparisons: which scenes are rendered, by whom and on how many cores; results come out as they are made."""

from __future__ import annotations

import os
import statistics
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from benchmarks.checks import ENOUGH, ENOUGH_OF_MANY, Different, compare
from benchmarks.measure import Failed, Sample, run
from benchmarks.media import make
from benchmarks.peers.alone import finished_frames, write_finished_frames
from benchmarks.peers.base import Absent, Peer, Place, Sink
from benchmarks.peers.ours import Ours
from benchmarks.scenes import SCENES, Scene

#: Seconds of the scenes by which peers are checked.
CHECKED: Final = 4.0
#: No scene is shorter than so many seconds, whatever is asked for: twenty stills need some frames each.
SHORTEST: Final = 1.0
#: A program that took so many seconds in all is not run once more, so that slow ones do not take the night.
PATIENCE: Final = 90.0


@dataclass(frozen=True)
class Comparison:
    """Some programs that do the same.

    :param scene: its name
    :param share: of the seconds that are asked for
    :param peers: who takes part beside us, by their keys
    :param cores: on how many, one after the other
    """

    scene: str
    sink: Sink
    share: float
    peers: tuple[str, ...]
    cores: tuple[int, ...] = (1, 2)


_GRAPHS: Final = ("ffmpeg", "pyav", "melt")
_ALL: Final = (*_GRAPHS, "moviepy", "movis")

#: Shares of a minute: 16 and 8 seconds, of which our units of 96 frames make an even number, nearly, as of long films.
_MIDDLE, _SHORT = 16 / 60, 8 / 60

COMPARISONS: Final = (
    Comparison("collage", "discard", 1.0, ("ffmpeg",), (2,)),
    Comparison("collage", "discard", _MIDDLE, _GRAPHS),
    *(
        Comparison(name, "discard", _MIDDLE, _GRAPHS)
        for name in ("pass-through", "cuts", "slideshow", "grade", "blur", "titles")
    ),
    *(Comparison(name, "discard", _SHORT, _GRAPHS) for name in ("mosaic", "many layers")),
    Comparison("60 layers of one picture", "discard", _SHORT, ()),
    Comparison("6 layers of one picture", "discard", _SHORT, ()),
    Comparison("collage", "medium", _MIDDLE, ("encoding",)),
    *(Comparison(name, "veryfast", _MIDDLE, ("recoding", "ffmpeg")) for name in ("pass-through", "cuts")),
    *(
        Comparison(name, "veryfast", _SHORT, _ALL, (2,))
        for name in ("collage", "slideshow", "grade", "blur", "titles", "mosaic", "many layers")
    ),
)


@dataclass(frozen=True)
class Result:
    """What a program took for a scene.

    :param why: why there are no samples: it is absent, cannot show the scene, or shows another one
    :param psnr: how near it is to ours at three times, dB
    """

    scene: str
    frames: int
    sink: Sink
    peer: str
    cores: int
    samples: tuple[Sample, ...] = ()
    why: str = ""
    psnr: tuple[float, ...] = ()

    @property
    def wall(self) -> float:
        """The median of its seconds."""
        return statistics.median(sample.wall for sample in self.samples)

    @property
    def cpu(self) -> float:
        """The median of its seconds of processor time."""
        return statistics.median(sample.cpu for sample in self.samples)

    @property
    def peak(self) -> int:
        """The most bytes that it held in any run."""
        return max(sample.peak for sample in self.samples)


@dataclass
class Bench:
    """Runs comparisons.

    :param peers: by their keys; ours among them
    :param seconds: of the longest scene
    :param rounds: how often each runs
    :param said: told what is being done
    """

    place: Place
    peers: Mapping[str, Peer]
    seconds: float
    rounds: int
    said: Callable[[str], None]
    _near: dict[tuple[str, str], tuple[float, ...] | str] = field(default_factory=dict)

    def compare(self, comparison: Comparison) -> list[Result]:
        """Run a comparison: all in turn, and round after round, so that a machine that slows down slows all."""
        scene = SCENES[comparison.scene](max(SHORTEST, self.seconds * comparison.share))
        self.make_media(scene)
        keys = ("ours", *(key for key in comparison.peers if key in self.peers))
        missing = {key: why for key in keys if (why := self._missing(key, scene, comparison.sink))}
        if "encoding" in keys and "encoding" not in missing:
            self._make_frames(scene)
        found = []
        for cores in (cores for cores in comparison.cores if cores <= _usable()):
            samples: dict[str, list[Sample]] = {key: [] for key in keys if key not in missing}
            for number in range(self.rounds):
                for key, taken in samples.items():
                    if number and sum(sample.wall for sample in taken) > PATIENCE:
                        continue
                    self.said(f"{scene.name}, {comparison.sink}, {cores} cores, round {number + 1}: {self._named(key)}")
                    try:
                        taken.append(self._run(key, scene, comparison.sink, cores))
                    except Failed as error:
                        missing[key] = str(error)
            for key in keys:
                near = self._near.get((key, scene.name), ())
                found.append(
                    Result(
                        scene.name,
                        scene.frames,
                        comparison.sink,
                        self._named(key),
                        cores,
                        () if key in missing else tuple(samples[key]),
                        missing.get(key, ""),
                        near if isinstance(near, tuple) else (),
                    )
                )
        return found

    def make_media(self, scene: Scene) -> None:
        """Make what a scene shows, as far as it is not there."""
        for source in scene.sources:
            make(source, self.place.media)

    def _named(self, key: str) -> str:
        return self.peers[key].name

    def _run(self, key: str, scene: Scene, sink: Sink, cores: int) -> Sample:
        to = self.place.folder / f"{key}.mp4"
        return run(self.peers[key].command(scene, sink, to, self.place, cores=cores), on=cores)

    def _missing(self, key: str, scene: Scene, sink: Sink) -> str:
        """Why a peer does not take part; empty if it does. It is looked at here whether it shows the same picture."""
        try:
            self.peers[key].version()
            self.peers[key].command(scene, sink, self.place.folder / "x.mp4", self.place, cores=1)
        except Absent as error:
            return str(error)
        if key in ("encoding", "recoding"):
            return ""
        near = self._near.get((key, scene.name))
        if near is None:
            near = self._near[key, scene.name] = self._checked(key, scene.name)
        return near if isinstance(near, str) else ""

    def _checked(self, key: str, name: str) -> tuple[float, ...] | str:
        """How near a peer's film is to ours, or why it is none; what is compiled at first is so afterwards."""
        scene = SCENES[name](min(CHECKED, max(SHORTEST, self.seconds)))
        self.make_media(scene)
        self.said(f"{name}: checking {self._named(key)}")
        if key != "ours" and not isinstance(self._near.get(("ours", name)), tuple):
            return "there is no film of ours to check it by"
        try:
            self._run(key, scene, "veryfast", _usable())
            films = [self.place.folder / f"{each}.mp4" for each in ("ours", key)]
            if key == "ours":
                films[0] = films[1].rename(self._ours(name))
                return ()
            enough = ENOUGH_OF_MANY if name in ("many layers", "mosaic") else ENOUGH
            return compare(self._ours(name), films[1], enough)
        except (Failed, Absent, Different) as error:
            return str(error)

    def _ours(self, name: str) -> Path:
        return self.place.folder / f"checked-{name.replace(' ', '-')}.mp4"

    def _make_frames(self, scene: Scene) -> None:
        """Render a scene's frames once, for those who only encode them."""
        to = finished_frames(scene, self.place)
        if not to.exists():
            self.said(f"{scene.name}: rendering the frames that are only encoded")
            film = to.with_suffix(".mkv")
            ours = self.peers["ours"]
            assert isinstance(ours, Ours)
            run(ours.lossless(scene, film, self.place), on=_usable())
            write_finished_frames(film, to)
            film.unlink()


def _usable() -> int:
    return min(2, len(os.sched_getaffinity(0)))


def chosen(names: Iterable[str], sinks: Iterable[str]) -> list[Comparison]:
    """The comparisons of scenes and sinks by their names; all of them where none are named."""
    scenes, ends = set(names), set(sinks)
    return [each for each in COMPARISONS if (not scenes or each.scene in scenes) and (not ends or each.sink in ends)]
