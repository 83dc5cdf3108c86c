"""Faults of Ray: a folder goes in; the head of the Ray cluster of a farm in it is killed with all that it started."""

from __future__ import annotations

import os
import signal
from importlib.util import find_spec
from pathlib import Path

from reelwork_farm import arrival, fleet
from reelwork_farm.auth import Role, farm_tokens
from reelwork_farm.chaos.fault import Roughness, Seen
from reelwork_farm.chaos.films import film, local, submit
from reelwork_farm.chaos.ground import TIMES
from reelwork_farm.chaos.sight import Sight, counted
from reelwork_farm.client import FarmClient
from reelwork_farm.supervisor import running

_UNITS = 60


def head_killed(folder: Path, rough: Roughness) -> Seen:
    """Kill Ray's head, and every actor with it, in the middle of a film."""
    if find_spec("ray") is None:
        return Seen("Ray is not installed here", "", None)
    scene = film(folder, _UNITS)
    wanted = local(scene)
    place = folder / "farm"
    place.mkdir()
    fleet.start(place, fleet.head_programs(fleet.Wanted(place, 2), fleet.Head(timing=TIMES)))
    try:
        client = FarmClient(arrival.wait_for_controller(place), farm_tokens(place).token(Role.ADMIN))
        arrival.wait_for_workers(place, client, 2, 0.0)
        sight = Sight(place, client)
        job = submit(client, scene)
        sight.wait(lambda: counted(sight.history(), "unit committed") >= _UNITS // 6, "some units are committed")
        killed = _kill_head(place)
        done = client.job(job.id).job.done
        faults = sight.faults_of(sight.done(job), wanted)
        history = sight.history()
    finally:
        fleet.end(place)
    again = counted(history, "unit leased") + counted(history, "unit doubled") - job.units
    if done == job.units:
        faults.append("the film was done before Ray was killed")
    return Seen(
        "; ".join(faults) or f"the job went on and is done, digests equal; {again} handed out more than once",
        f"{killed} processes killed at {done} of {job.units} units",
        not faults,
    )


def _kill_head(place: Path) -> int:
    """Kill the processes of Ray, and say how many there were."""
    state = running(place)
    head = int(str(state.programs["ray"])) if state is not None else 0
    found = [head, *_below(head)] if head else []
    for pid in found:
        os.kill(pid, signal.SIGKILL)
    return len(found)


def _below(pid: int) -> list[int]:
    """The processes that a process has started, and those that they have."""
    found: list[int] = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in path.read_text().split():
            found += [int(child), *_below(int(child))]
    return found
