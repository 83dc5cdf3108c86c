"""Python libraries that peers drive by a script, each in an environment of its own: MoviePy needs an older Pillow than
we do, movis an older numpy."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import Command
from benchmarks.peers.base import Place, Sink
from benchmarks.peers.described import write_described
from benchmarks.peers.environments import python_of, version_in
from benchmarks.scenes import Scene

_SCRIPTS = Path(__file__).parent / "scripts"


@dataclass(frozen=True)
class Scripted:
    """A library, by a script.

    :param name: what it calls itself
    :param package: its package, which names its environment and its script too
    """

    name: str
    package: str

    def version(self) -> str:
        """Which version is there.

        :raises Absent: it could not be installed
        """
        return version_in(self.package, self.package)

    def command(self, scene: Scene, sink: Sink, to: Path, place: Place, *, cores: int) -> Command:
        """What renders a scene.

        :raises Absent: it could not be installed
        """
        script = _SCRIPTS / f"{self.package}_scene.py"
        described = write_described(scene, place)
        return Command((str(python_of(self.package)), str(script), str(described), sink, str(to), str(cores)))
