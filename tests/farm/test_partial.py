from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from media.clips import pictures
from PIL import Image
from serving import spec_of

from reelwork.errors import OutputError
from reelwork.media.convert import picture_to_frame
from reelwork.media.video.source import VideoSource
from reelwork.media.writing.encode import encode_unit
from reelwork.media.writing.mux import write_film
from reelwork.media.writing.segment import open_segment
from reelwork.media.writing.spec import VideoSpec, video_spec
from reelwork.media.writing.stills import write_still
from reelwork_farm.errors import FarmError
from reelwork_farm.model import JobRow, JobState, UnitKind, UnitRow, UnitState
from reelwork_farm.partial import write_frame, write_partial
from reelwork_farm.storage import FolderStorage

#: The units of a job that begins in the middle of the first.
RUNS = ((90, 96), (96, 192), (192, 200))
SPEC = video_spec(".mp4", size=(64, 48), fps=Fraction(24), preset="ultrafast")


@dataclass(frozen=True)
class Units:
    """A client of a farm that has one job."""

    rows: tuple[UnitRow, ...]

    def units(self, job: str, *, first: int = 0, limit: int = 1000) -> list[UnitRow]:
        return list(self.rows[first : first + limit])


@dataclass(frozen=True)
class Made:
    job: JobRow
    units: Units
    storage: FolderStorage
    film: Path

    def lacking(self, *missing: int) -> Units:
        """The job while some of its units are not finished."""
        return Units(
            tuple(
                replace(row, state=UnitState.READY, digest=None) if row.index in missing else row
                for row in self.units.rows
            )
        )


def make(folder: Path, spec: VideoSpec, suffix: str) -> Made:
    storage = FolderStorage(folder / "storage")
    kept = [encode_unit(spec, pictures(spec, *run), folder / f"{run[0]}.unit") for run in RUNS]
    digests = [storage.put(segment.path) for segment in kept]
    rows = [
        UnitRow(
            "0" * 16, index, UnitKind.RENDER, *run, UnitState.DONE, 1, 0, 0.0, (), None, None, digest, 1.0, None, None
        )
        for index, (run, digest) in enumerate(zip(RUNS, digests, strict=True))
    ]
    last = replace(rows[0], index=3, kind=UnitKind.FINISH, first=90, stop=200, state=UnitState.READY, digest=None)
    job = JobRow(
        "0" * 16, spec_of("0" * 64, first=90, stop=200, file=f"film{suffix}"), JobState.RUNNING, 0, 0.0, 0.0, None,
        units=4, done=3, leased=0, quarantined=0, seconds=3.0, result=None,
    )  # fmt: skip
    write_film([open_segment(segment.path) for segment in kept], spec, folder / f"whole{suffix}")
    return Made(job, Units((*rows, last)), storage, folder / f"whole{suffix}")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return make(tmp_path_factory.mktemp("made"), SPEC, ".mp4")


def planes(path: Path, number: int) -> list[bytes]:
    with VideoSource(path) as source:
        return [np.ascontiguousarray(plane[:24, :32]).tobytes() for plane in source.picture(number).planes]


def test_all_units_make_the_whole_film(made: Made, tmp_path: Path) -> None:
    found = write_partial(made.units, made.storage, made.job, tmp_path / "part.mp4")
    assert (found.frames, found.gaps) == (110, ())
    assert (tmp_path / "part.mp4").read_bytes() == made.film.read_bytes()


@pytest.mark.parametrize(
    ("missing", "frames", "gaps"),
    [((1,), 14, ((96, 191),)), ((0, 1), 8, ((90, 191),)), ((0, 2), 96, ((90, 95), (192, 199)))],
)
def test_what_is_finished_can_be_played(
    made: Made, tmp_path: Path, missing: tuple[int, ...], frames: int, gaps: tuple[tuple[int, int], ...]
) -> None:
    to = tmp_path / "part.mp4"
    found = write_partial(made.lacking(*missing), made.storage, made.job, to)
    assert (found.frames, found.gaps) == (frames, gaps)
    there = [number for number in range(90, 200) if not any(low <= number <= high for low, high in gaps)]
    with VideoSource(to) as source:
        assert source.frame_count == len(there)
    for place in (0, len(there) - 1):
        assert planes(to, place) == planes(made.film, there[place] - 90)


@pytest.mark.parametrize("number", [90, 95, 96, 150, 191, 192, 199])
def test_a_frame_is_that_of_the_finished_film(made: Made, tmp_path: Path, number: int) -> None:
    lacking = [index for index, (first, stop) in enumerate(RUNS) if not first <= number < stop]
    write_frame(made.lacking(*lacking), made.storage, made.job, number, tmp_path / "frame.png")
    with VideoSource(made.film) as source:
        write_still(picture_to_frame(source.picture(number - 90)), tmp_path / "right.png")
    assert (tmp_path / "frame.png").read_bytes() == (tmp_path / "right.png").read_bytes()


def test_transparency_is_kept(tmp_path: Path) -> None:
    spec = video_spec(".webm", size=(64, 48), fps=Fraction(24), alpha=True, preset="ultrafast")
    made = make(tmp_path, spec, ".webm")
    write_frame(made.units, made.storage, made.job, 199, tmp_path / "frame.png")
    with Image.open(tmp_path / "frame.png") as image:
        assert image.mode == "RGBA"
        assert image.size == (64, 48)


def test_what_is_not_there_is_said(made: Made, tmp_path: Path) -> None:
    still = tmp_path / "x.png"
    for number in (0, 89, 200):
        with pytest.raises(FarmError, match="90-199"):
            write_frame(made.units, made.storage, made.job, number, still)
    with pytest.raises(FarmError, match="unit 1 of job 0000000000000000 is ready"):
        write_frame(made.lacking(1), made.storage, made.job, 100, still)
    with pytest.raises(FarmError, match="nothing"):
        write_partial(made.lacking(0, 1, 2), made.storage, made.job, tmp_path / "x.mp4")
    with pytest.raises(OutputError, match="cannot hold"):
        write_partial(made.units, made.storage, made.job, tmp_path / "x.webm")
    with pytest.raises(OutputError, match="a still ends in"):
        write_frame(made.units, made.storage, made.job, 100, tmp_path / "x.mp4")
    whole = replace(made.job, spec=replace(made.job.spec, segmented=False, file="loop.gif"))
    with pytest.raises(FarmError, match="one piece"):
        write_frame(made.units, made.storage, whole, 100, still)
    assert list(tmp_path.iterdir()) == []
