from pathlib import Path

from machines import Machine
from misbehaving_plugin import misbehaving_scene

from reelwork_farm.model import UnitState


def test_units_that_crash_eat_hang_or_fail_are_quarantined_with_their_cause_and_the_others_finish(
    machine: Machine, tmp_path: Path
) -> None:
    scene = misbehaving_scene(tmp_path)
    address = machine.up("--workers", "2", "--no-ray", "--memory", "1.2")
    said = machine("render", scene, "--farm", address, "--to", tmp_path / "film.mp4", code=8)
    assert "units" in said
    client = machine.client()
    (job,) = client.jobs()
    units = {unit.index: unit for unit in client.units(job.id)}
    states = {index: unit.state for index, unit in units.items()}
    assert [index for index, state in states.items() if state is UnitState.DONE] == [0, 3]
    assert [index for index, state in states.items() if state is UnitState.QUARANTINED] == [1, 2, 4, 5]
    causes = {index: f"{unit.cause}: {unit.message}" for index, unit in units.items() if unit.cause}
    assert causes[1].startswith("plugin: it crashed with SIGSEGV while it rendered frames 96-191")
    assert causes[2].startswith("memory: it held")
    assert causes[4].startswith("plugin: it stood still")
    assert "this effect has a fault" in causes[5]
    assert "Segmentation fault" in client.log(job.id, 1)
    assert all(len(unit.tried) >= 2 for unit in units.values() if unit.state is UnitState.QUARANTINED)
