"""movis, in an environment of its own, since it needs an older numpy than we do."""

from __future__ import annotations

from pathlib import Path

from benchmarks.measure import Command
from benchmarks.peers.base import Place, Sink
from benchmarks.peers.described import write_described
from benchmarks.peers.environments import python_of, version_in
from benchmarks.scenes import Scene

_SCRIPT = Path(__file__).parent / "scripts" / "movis_scene.py"


class Movis:
    """movis, by a script."""

    name = "movis"

    def version(self) -> str:
        """Which version is there.

        :raises Absent: it could not be installed
        """
        return version_in("movis", "movis")

    def command(self, scene: Scene, sink: Sink, to: Path, place: Place, *, cores: int) -> Command:
        """What renders a scene.

        :raises Absent: it could not be installed
        """
        described = write_described(scene, place)
        return Command((str(python_of("movis")), str(_SCRIPT), str(described), sink, str(to), str(cores)))
