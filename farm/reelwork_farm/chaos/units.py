"""Units that nobody can render: a folder goes in; a film of good ones and bad ones is rendered by a farm in it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

from reelwork_farm.chaos.fault import Roughness, Seen
from reelwork_farm.chaos.ground import TIMES, Ground
from reelwork_farm.chaos.strange import strange_film, with_plugin
from reelwork_farm.model import JobState, UnitState

#: What the units' effects do, and what is to be said of it; of a good one nothing.
_DEEDS: Final = (
    ("none", ""),
    ("crash", "plugin: it crashed with SIGSEGV"),
    ("eat", "memory: it held"),
    ("none", ""),
    ("hang", "plugin: it stood still"),
    ("none", ""),
)
#: What the renders of two workers may hold together, bytes.
_MEMORY: Final = 5 << 28


def bad_units(folder: Path, rough: Roughness) -> Seen:
    """Render a film with units that crash, eat memory and hang."""
    scene = strange_film(folder, [deed for deed, _ in _DEEDS])
    timing = replace(TIMES, standstill=20.0, backoff=0.1)
    environment = with_plugin(folder / "plugin", "1.0")
    with Ground(folder / "farm", timing=timing, memory=_MEMORY, environment=environment) as ground:
        job = ground.client.job(ground.command("farm", "submit", scene, "--folder", ground.folder)).job
        ended = (JobState.FAILED, JobState.DONE)
        ground.wait(lambda: ground.client.job(job.id).job.state in ended, "the job ends", look=0.1)
        units = ground.client.units(job.id)[: len(_DEEDS)]
    faults, named = [], 0
    for unit, (_, said) in zip(units, _DEEDS, strict=True):
        found = f"{unit.cause}: {unit.message}"
        if said and unit.state is UnitState.QUARANTINED and found.startswith(said) and len(unit.tried) > 1:
            named += 1
        elif said or unit.state is not UnitState.DONE:
            faults.append(f"unit {unit.index} is {unit.state}, on {len(unit.tried)} workers: {found}")
    return Seen(
        "; ".join(faults) or "each tried on both workers, quarantined and named; all others done",
        f"{named} quarantined, {len(units) - named} done",
        not faults,
    )
