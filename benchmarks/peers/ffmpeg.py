"""FFmpeg: the program that is installed on this machine, with one filter graph for a whole scene."""

from __future__ import annotations

import subprocess
from pathlib import Path

from benchmarks.measure import Command
from benchmarks.media import font_file
from benchmarks.peers.base import Place, Sink, first_line, on_path
from benchmarks.peers.graph import graph
from benchmarks.scenes import FPS, Scene


class Ffmpeg:
    """The program ``ffmpeg`` of ``$PATH``."""

    name = "ffmpeg"

    def version(self) -> str:
        """Which version is there.

        :raises Absent: it is not
        """
        said = subprocess.run([on_path("ffmpeg"), "-version"], capture_output=True, text=True, check=True).stdout
        return first_line(said).removeprefix("ffmpeg version ").partition(" ")[0]

    def command(self, scene: Scene, sink: Sink, to: Path, place: Place, *, cores: int) -> Command:
        """What renders a scene, with as many threads as it chooses on so many cores."""
        made = graph(scene, place, font=str(font(place)))
        script = place.folder / f"{scene.slug}.filters"
        script.write_text(made.written())
        argv = [on_path("ffmpeg"), "-nostdin", "-loglevel", "error", "-y"]
        for file in made.files:
            argv += ["-i", str(file)]
        argv += ["-filter_complex_script", str(script), "-map", "[out]", "-r", str(FPS)]
        if sink == "discard":
            argv += ["-f", "null", "-"]
        else:
            tags = "-colorspace bt709 -color_primaries bt709 -color_trc bt709 -color_range tv"
            argv += ["-c:v", "libx264", "-preset", sink, "-crf", "18", *tags.split(), str(to)]
        return Command(tuple(argv))


def font(place: Place) -> Path:
    """The font's file, under a name that needs no quoting."""
    link = place.folder / "font.ttf"
    if not link.exists():
        link.symlink_to(font_file())
    return link
