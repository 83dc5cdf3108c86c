"""Faults of the network: a folder goes in; messages of the workers of a farm in it are lost, doubled and reordered."""

from __future__ import annotations

import json
from pathlib import Path

from reelwork_farm.chaos.fault import Roughness, Seen
from reelwork_farm.chaos.films import film, local, submit
from reelwork_farm.chaos.ground import Ground
from reelwork_farm.chaos.sight import counted, last_words
from reelwork_farm.fleet import free_port


def lossy(folder: Path, rough: Roughness) -> Seen:
    """Put a bad line between workers and controller."""
    scene = film(folder, rough.lossy)
    wanted = local(scene)
    ground = Ground(folder / "farm", through=free_port("127.0.0.1"))
    ground.add_line("--loss", str(rough.loss))
    with ground:
        job = ground.done(submit(ground.client, scene), patience=1800.0)
        faults = ground.faults_of(job, wanted)
        late = counted(ground.history(), "late report dropped")
    met: dict[str, int] = json.loads(last_words(ground.folder, "line", 1))
    well = met.pop("well", 0)
    if not met:
        faults.append("nothing happened to any message")
    return Seen(
        "; ".join(faults) or f"done, digests equal; {late} reports that came again were dropped",
        f"{sum(met.values())} of {well + sum(met.values())} messages",
        not faults,
    )
