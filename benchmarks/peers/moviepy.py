"""MoviePy 2, in an environment of its own, since it needs an older Pillow than we do."""

from __future__ import annotations

from pathlib import Path

from benchmarks.measure import Command
from benchmarks.peers.base import Place, Sink
from benchmarks.peers.described import write_described
from benchmarks.peers.environments import python_of, version_in
from benchmarks.scenes import Scene

_SCRIPT = Path(__file__).parent / "scripts" / "moviepy_scene.py"


class MoviePy:
    """MoviePy, by a script."""

    name = "MoviePy"

    def version(self) -> str:
        """Which version is there.

        :raises Absent: it could not be installed
        """
        return version_in("moviepy", "moviepy")

    def command(self, scene: Scene, sink: Sink, to: Path, place: Place, *, cores: int) -> Command:
        """What renders a scene.

        :raises Absent: it could not be installed
        """
        described = write_described(scene, place)
        return Command((str(python_of("moviepy")), str(_SCRIPT), str(described), sink, str(to), str(cores)))
