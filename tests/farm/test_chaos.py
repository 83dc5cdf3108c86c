"""Each fault of the table, a little of it: a farm stands it. `make soak` is rougher."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from reelwork_farm.chaos.fault import Fault, Roughness, Seen
from reelwork_farm.chaos.table import FAULTS
from reelwork_farm.cli.chaos import command

SMALL = Roughness(
    units=6, pause=1.0, restarts=4, stops=2, lossy=6, loss=0.15, full=4, tears=20, simulated=200, limit=60.0
)


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if not fault.long], ids=lambda fault: fault.name)
def test_a_farm_stands(fault: Fault, tmp_path: Path) -> None:
    seen = fault.run(tmp_path, SMALL)
    assert seen.passed is not False, seen.text
    assert seen.text


def test_the_table_says_which_fault_was_not_stood(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def interrupted(folder: Path, rough: Roughness) -> Seen:
        raise KeyboardInterrupt

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    good = Fault("good", "nothing", "nothing", lambda folder, rough: Seen("nothing", "0", True))
    bad = Fault("bad", "everything", "something", lambda folder, rough: Seen("too much", "7", False))
    absent = Fault("absent", "more", "less", lambda folder, rough: Seen("no such thing here", "", None))
    left = Fault("left", "nothing", "nothing", interrupted)
    monkeypatch.setattr("reelwork_farm.chaos.table.FAULTS", (good, absent, bad))
    assert CliRunner().invoke(command, ["--only", "good"]).exit_code == 0
    monkeypatch.setattr("reelwork_farm.chaos.table.FAULTS", (left,))
    CliRunner().invoke(command)
    assert not list(tmp_path.iterdir())
    monkeypatch.setattr("reelwork_farm.chaos.table.FAULTS", (good, absent, bad))
    done = CliRunner().invoke(command, ["--json"])
    assert done.exit_code == 1
    told = {row["fault"]: row["passed"] for row in json.loads(done.stdout)}
    assert told == {"good": True, "absent": None, "bad": False}
    assert len(list(tmp_path.iterdir())) == 1  # to be looked into
    assert "too much" in CliRunner().invoke(command, ["--only", "bad"]).stdout
    assert "--list" in str(CliRunner().invoke(command, ["--only", "worse"]).exception)
    assert "good" in CliRunner().invoke(command, ["--list"]).stdout
