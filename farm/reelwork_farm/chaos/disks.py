"""Faults of disks: a folder goes in; the disk of a farm in it gets full, and writers to its store are killed."""

from __future__ import annotations

import json
import re
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

from reelwork_farm.chaos.fault import Roughness, Seen
from reelwork_farm.chaos.films import film, local, submit
from reelwork_farm.chaos.ground import Ground
from reelwork_farm.chaos.sight import PATIENCE, counted
from reelwork_farm.errors import FarmError
from reelwork_farm.storage import digest_of

#: Seconds for which there is no space.
_FULL: Final = 2.0
_DIGEST: Final = re.compile("[0-9a-f]{64}")


def full(folder: Path, rough: Roughness) -> Seen:
    """Let no file of controller and workers grow for a while, in the middle of a film."""
    if not hasattr(resource, "prlimit"):
        return Seen("this system cannot take space away from a program that runs", "", None)
    scene = film(folder, rough.full)
    wanted = local(scene)
    with Ground(folder / "farm") as ground:
        job = submit(ground.client, scene)
        ground.wait(lambda: counted(ground.history(), "unit committed") >= rough.full // 4, "some units are committed")
        _allow(ground, 0)
        before = ground.client.job(job.id).job
        said = _refusal(ground, scene)
        time.sleep(_FULL)
        during = ground.client.job(job.id).job
        torn = _torn(ground.folder / "storage")
        _allow(ground, resource.RLIM_INFINITY)
        job = ground.done(job)
        faults = ground.faults_of(job, wanted)
    if "nothing was changed" not in said:
        faults.append(f"no clear error: {said or 'a job was taken in though there was no space'}")
    if torn:
        faults.append(f"{torn} blobs are not what their names say")
    if during.done - before.done > 2:  # reports that were on their way
        faults.append("units were committed though there was no space")
    return Seen(
        "; ".join(faults) or f"nothing partial to be seen; “{said}”; done after space was made",
        f"full for {_FULL:.0f} s at {before.done} of {before.units} units",
        not faults,
    )


def _allow(ground: Ground, size: int) -> None:
    """Bound how long files of the farm's programs may get, bytes; what they write beyond that fails."""
    for name in ground.programs:
        _, most = resource.prlimit(ground.pid(name), resource.RLIMIT_FSIZE)
        resource.prlimit(ground.pid(name), resource.RLIMIT_FSIZE, (size if size >= 0 else most, most))


def _refusal(ground: Ground, scene: Path) -> str:
    """What is said to a client that hands in a job now; nothing if it is taken."""
    patience, ground.client.patience = ground.client.patience, 1.0
    try:
        submit(ground.client, scene, "during")
    except FarmError as error:
        return str(error)
    finally:
        ground.client.patience = patience
    return ""


def _torn(storage: Path) -> int:
    """How many blobs of a storage are not what their names say."""
    blobs = [path for path in storage.rglob("*") if _DIGEST.fullmatch(path.name)]
    return sum(digest_of(blob) != blob.name for blob in blobs)


def torn(folder: Path, rough: Roughness) -> Seen:
    """Kill processes that write to a store and a storage, each at another moment."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "reelwork_farm.chaos.torn", str(folder), str(rough.tears)],
        capture_output=True,
        text=True,
        timeout=PATIENCE + rough.tears,
        check=False,
    )
    if done.returncode != 0:
        return Seen(done.stderr.strip().splitlines()[-1], f"{rough.tears} kills", False)
    told = json.loads(done.stdout)
    return Seen(
        f"store intact each time; all {told['units']} units that were told to be committed are, with whole segments",
        f"{rough.tears} kills, {told['partial']} files left half-written and unseen",
        told["units"] > 0,
    )
