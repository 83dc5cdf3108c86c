from pathlib import Path

from machines import Machine

from reelwork_farm.chaos.strange import strange_film, with_plugin
from reelwork_farm.model import UnitState


def test_who_renders_on_a_farm_hears_which_units_could_not_be_and_the_log_says_why(
    machine: Machine, tmp_path: Path
) -> None:
    machine.environment |= with_plugin(tmp_path / "plugin", "1.0")
    scene = strange_film(tmp_path, ["none", "crash"])
    address = machine.up("--workers", "2", "--no-ray")
    said = machine("render", scene, "--farm", address, "--to", tmp_path / "film.mp4", code=8)
    assert "plugin: it crashed with SIGSEGV while it rendered frames 96-191" in said
    assert "uniforms(): this ran at that time (" in said
    assert "the effect 'strange'" in said
    assert "in compositions.main.layers[2].effects[0]" in said
    client = machine.client()
    (job,) = client.jobs()
    good, bad, _ = client.units(job.id)
    assert (good.state, bad.state) == (UnitState.DONE, UnitState.QUARANTINED)
    assert len(bad.tried) == 2
    assert "Segmentation fault" in client.log(job.id, 1)
