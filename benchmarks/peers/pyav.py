"""The FFmpeg inside PyAV: the same filter graph, built and run by a script of a few lines.

``python -m benchmarks.peers.pyav NAME SECONDS SINK FOLDER TO`` is that script.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.filter

from benchmarks.measure import Command
from benchmarks.peers.base import Absent, Place, Sink
from benchmarks.peers.graph import Graph, graph
from benchmarks.scenes import FPS, HEIGHT, SCENES, WIDTH, Scene


class PyAV:
    """FFmpeg's libraries in the package PyAV."""

    name = "FFmpeg in PyAV"

    def version(self) -> str:
        """Which version is there."""
        return f"{av.ffmpeg_version_info}, PyAV {av.__version__}"

    def command(self, scene: Scene, sink: Sink, to: Path, place: Place, *, cores: int) -> Command:
        """What renders a scene.

        :raises Absent: the libraries were built without a filter that it takes
        """
        used = {name for chain in graph(scene, place, font=None).chains for name, _ in chain.filters}
        lacking = sorted(used - av.filter.filters_available)
        if lacking:
            raise Absent(f"it was built without {', '.join(lacking)}")
        script = (sys.executable, "-m", "benchmarks.peers.pyav")
        return Command((*script, scene.name, str(scene.asked), sink, str(place.folder), str(to)))


def _pictures(made: Graph) -> Iterator[Any]:
    """The frames that come out of a graph."""
    built = av.filter.Graph()
    ends: dict[str, Any] = {}
    for number, file in enumerate(made.files):
        ends[f"in{number}"] = built.add("movie", filename=str(file))
    for chain in made.chains:
        inputs, last = [ends.pop(label) for label in chain.inputs], None
        for name, options in chain.filters:
            node = built.add(name, options or None)
            if last is None:
                for place, end in enumerate(inputs):
                    end.link_to(node, 0, place)
            else:
                last.link_to(node)
            last = node
        ends[chain.output] = last
    ends["out"].link_to(built.add("buffersink"))
    built.configure()
    while True:
        try:
            yield built.vpull()
        except (av.EOFError, BlockingIOError):
            return


def main(arguments: list[str]) -> None:
    """Render a scene."""
    name, seconds, sink, folder, to = arguments
    pictures = _pictures(graph(SCENES[name](float(seconds)), Place(Path(folder)), font=None))
    if sink == "discard":
        for _ in pictures:
            pass
        return
    with av.open(to, "w") as container:
        stream: Any = container.add_stream("libx264", rate=FPS, options={"preset": sink, "crf": "18"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for number, picture in enumerate(pictures):
            picture.pts, picture.time_base, picture.pict_type = number, Fraction(1, FPS), 0
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))


if __name__ == "__main__":
    main(sys.argv[1:])
