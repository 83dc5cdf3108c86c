import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from reelwork.errors import OutputError
from reelwork.media.whole import whole_file

WRITER = """
import sys, time
from pathlib import Path
from reelwork.media.whole import whole_file
with whole_file(Path(sys.argv[1])) as path:
    path.write_text("half")
    print("begun", flush=True)
    time.sleep(60)
"""


def test_a_file_stands_under_its_name_when_it_is_whole(tmp_path: Path) -> None:
    to = tmp_path / "new" / "film.mp4"
    with whole_file(to) as path:
        path.write_text("whole")
        assert path.suffix == ".mp4"
        assert not to.exists()
    assert to.read_text() == "whole"
    assert [found.name for found in to.parent.iterdir()] == ["film.mp4"]


def test_an_error_leaves_what_was_there(tmp_path: Path) -> None:
    to = tmp_path / "film.mp4"
    to.write_text("before")

    def fail() -> None:
        with whole_file(to) as path:
            path.write_text("half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert to.read_text() == "before"
    assert [found.name for found in tmp_path.iterdir()] == ["film.mp4"]


@pytest.mark.parametrize("there", [True, False])
def test_a_symbolic_link_stays_and_what_it_leads_to_is_written(tmp_path: Path, there: bool) -> None:
    real, link = tmp_path / "store" / "7.bin", tmp_path / "film.mp4"
    real.parent.mkdir()
    if there:
        real.write_text("before")
    link.symlink_to(Path("store", "7.bin"))
    with whole_file(link) as path:
        path.write_text("whole")
        assert (path.parent, path.suffix) == (real.parent, ".mp4")  # on the disk that it will stay on
    assert (link.readlink(), real.read_text()) == (Path("store", "7.bin"), "whole")
    assert list(real.parent.iterdir()) == [real]


def test_what_a_killed_process_left_is_cleared_away(tmp_path: Path) -> None:
    to = tmp_path / "film.mp4"
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(to)], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    assert writer.stdout.readline() == "begun\n"
    other = tmp_path / ".film.notes.part.mp4"
    other.write_text("not ours")
    with whole_file(to) as path:  # while the other still writes, its file stays
        path.write_text("whole")
    assert len(list(tmp_path.iterdir())) == 3
    os.kill(writer.pid, signal.SIGKILL)
    writer.wait()
    writer.stdout.close()
    with whole_file(to) as path:
        path.write_text("again")
    assert sorted(tmp_path.iterdir()) == sorted([other, to])


def test_a_place_that_cannot_be_written_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match=r"cannot write .*film\.mp4"), whole_file(tmp_path / "file" / "film.mp4"):
        pytest.fail("the block must not begin")
