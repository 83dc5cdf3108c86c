import fcntl
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from reelwork_farm.making import making_folder

HOLDS = """
import sys, time
from pathlib import Path
from reelwork_farm.making import making_folder
with making_folder(Path(sys.argv[1])) as made:
    (made / "segment").write_text("x" * 100)
    print("there", flush=True)
    time.sleep(3600)
"""


def test_a_folder_that_somebody_is_just_making_is_not_taken_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock, others = fcntl.flock, iter([making_folder])

    def lock_slowly(file: Any, how: int) -> None:
        for other in others:
            with other(tmp_path):
                pass
        lock(file, how)

    monkeypatch.setattr(fcntl, "flock", lock_slowly)
    with making_folder(tmp_path) as made:
        assert made.is_dir()


def test_what_a_killed_worker_left_is_taken_away_and_what_others_make_is_not(tmp_path: Path) -> None:
    (tmp_path / "making-begun").mkdir()
    (tmp_path / "making-old").mkdir()
    os.utime(tmp_path / "making-old", (0, 0))
    with subprocess.Popen([sys.executable, "-c", HOLDS, str(tmp_path)], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"there\n"
        with making_folder(tmp_path) as made:
            assert len(list(tmp_path.glob("making-*/segment"))) == 1
        other.kill()
        other.wait()
    with making_folder(tmp_path) as made:
        assert {path.name for path in tmp_path.iterdir()} == {"making-begun", made.name}
    assert {path.name for path in tmp_path.iterdir()} == {"making-begun"}
