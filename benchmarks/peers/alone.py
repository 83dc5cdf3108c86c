"""The least that anybody could do: finished frames are only encoded, or footage is only decoded and encoded.

``python -m benchmarks.peers.alone PRESET JOBS FRAMES FOLDER FILE…`` encodes a film's units as Reelwork does, on a grid
of 96 frames with one thread each, in so many processes. A file that ends in ``.yuv`` holds finished frames.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from fractions import Fraction
from multiprocessing import Pool
from pathlib import Path
from typing import Any

import av
import numpy as np

from benchmarks.measure import Command
from benchmarks.peers.base import Absent, Place, Sink
from benchmarks.scenes import FPS, HEIGHT, WIDTH, Scene, Video
from reelwork.media.picture import Picture
from reelwork.media.video.source import VideoSource
from reelwork.media.writing.encode import encode_unit
from reelwork.media.writing.spec import VideoSpec, video_spec
from reelwork.render.units import UNIT_FRAMES


class EncodingAlone:
    """Encodes frames that are already finished."""

    name = "encoding alone"

    def version(self) -> str:
        """Which encoder."""
        return _library()

    def command(self, scene: Scene, sink: Sink, to: Path, place: Place, *, cores: int) -> Command:
        """What encodes a scene's frames, which lie in a file beside the media: see :func:`finished_frames`.

        :raises Absent: nothing is encoded
        """
        return _command(scene, sink, to, cores, [finished_frames(scene, place)])


class RecodingAlone:
    """Decodes footage and encodes it again."""

    name = "decoding and encoding alone"

    def version(self) -> str:
        """Which encoder."""
        return _library()

    def command(self, scene: Scene, sink: Sink, to: Path, place: Place, *, cores: int) -> Command:
        """What decodes and encodes a scene's footage.

        :raises Absent: nothing is encoded, or the scene is more than footage back to back
        """
        if scene.layers or scene.effects or not all(isinstance(clip.source, Video) for clip in scene.clips):
            raise Absent("there is more to this scene than decoding and encoding")
        return _command(scene, sink, to, cores, [place.path(clip.source) for clip in scene.clips])


def finished_frames(scene: Scene, place: Place) -> Path:
    """Where a scene's finished frames lie, as bare planes."""
    return place.folder / f"{scene.slug}.yuv"


def write_finished_frames(film: Path, to: Path) -> None:
    """Decode a film into bare planes of 8-bit 4:2:0."""
    with av.open(str(film)) as container, to.open("wb") as out:
        for frame in container.decode(video=0):
            out.write(frame.reformat(format="yuv420p").to_ndarray().tobytes())


def _library() -> str:
    return f"x264 of PyAV {av.__version__}"


def _command(scene: Scene, sink: Sink, to: Path, cores: int, files: list[Path]) -> Command:
    if sink == "discard":
        raise Absent("nothing is encoded")
    argv = [sys.executable, "-m", "benchmarks.peers.alone", sink, str(cores), str(scene.frames)]
    return Command((*argv, str(to.parent), *map(str, files)))


def _finished(path: Path, first: int, stop: int, spec: VideoSpec) -> Iterator[Picture]:
    size = WIDTH * HEIGHT
    with path.open("rb") as file:
        file.seek(first * size * 3 // 2)
        for _ in range(first, stop):
            values = np.frombuffer(file.read(size * 3 // 2), np.uint8)
            luma, chroma = values[:size].reshape(HEIGHT, WIDTH), values[size:].reshape(2, HEIGHT // 2, WIDTH // 2)
            yield Picture((luma, chroma[0], chroma[1]), spec.storage, WIDTH, HEIGHT)


def _decoded(files: list[Path], first: int, stop: int) -> Iterator[Picture]:
    at = 0
    for file in files:
        with VideoSource(file) as source:
            for number in range(max(0, first - at), min(source.frame_count, stop - at)):
                yield source.picture(number)
            at += source.frame_count


def _encode(work: tuple[str, int, int, int, list[Path], Path]) -> None:
    preset, first, stop, index, files, folder = work
    spec = video_spec(".mp4", size=(WIDTH, HEIGHT), fps=Fraction(FPS), preset=preset, crf=18)
    frames = _finished(files[0], first, stop, spec) if files[0].suffix == ".yuv" else _decoded(files, first, stop)
    path = folder / f"alone-{index}.segment"
    encode_unit(spec, frames, path)
    path.unlink()


def main(arguments: list[str]) -> None:
    """Encode a film's units."""
    preset, jobs, frames, folder, *files = arguments
    starts = range(0, int(frames), UNIT_FRAMES)
    work: list[Any] = [
        (preset, start, min(start + UNIT_FRAMES, int(frames)), index, [Path(file) for file in files], Path(folder))
        for index, start in enumerate(starts)
    ]
    with Pool(int(jobs)) as pool:
        pool.map(_encode, work, chunksize=1)


if __name__ == "__main__":
    main(sys.argv[1:])
