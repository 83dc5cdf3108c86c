"""All faults of this farm, in the order of the table."""

from __future__ import annotations

from typing import Final

from reelwork_farm.chaos import controllers, disks, messages, rays, simulated, units, workers
from reelwork_farm.chaos.fault import Fault

FAULTS: Final = (
    Fault(
        "workers-killed",
        "a random worker killed every few seconds",
        "every unit committed once, digests = the local render's",
        workers.killed,
    ),
    Fault(
        "controller-killed",
        "the controller killed at each change of state",
        "no committed unit rendered again; going on in under 5 s",
        controllers.killed,
    ),
    Fault(
        "worker-stopped", "a worker stopped past its lease, then continued", "every late commit fenced", workers.stopped
    ),
    Fault("messages-lost", "10 % of messages lost, doubled, reordered", "converges, nothing lost", messages.lossy),
    Fault(
        "disk-full",
        "no space for store and storage",
        "nothing partial visible, a clear error, going on after space is made",
        disks.full,
    ),
    Fault("writes-torn", "a write torn by kill -9", "no partial unit visible, store intact", disks.torn),
    Fault(
        "bad-units",
        "units that crash, eat memory, or hang",
        "quarantined, named with their cause; all others finish",
        units.bad_units,
    ),
    Fault(
        "other-version", "another version of a plugin on a worker", "refused before rendering", workers.other_version
    ),
    Fault(
        "slow-worker", "one worker 10 times slower", "makespan at most 1.3 times that without it", simulated.slow_worker
    ),
    Fault("shares", "shares 60/30/10, and everybody wants all", "within 5 points", simulated.shares),
    Fault("any-number", "1, 2, 4 workers; local; any order", "byte-identical file", workers.any_number),
    Fault(
        "ray-killed",
        "Ray's head killed, and all that it started",
        "the job goes on when it is up again, only units in flight redone",
        rays.head_killed,
        long=True,
    ),
)
