"""Faults of whole fleets: nothing goes in; simulated workers drive the real controller, scheduler and store."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from reelwork_farm.chaos.fault import Roughness, Seen
from reelwork_farm.simulate import Scenario, simulate

_WORKERS: Final = 10
_SHARES: Final = {"a": 60.0, "b": 30.0, "c": 10.0}


def slow_worker(folder: Path, rough: Roughness) -> Seen:
    """Put one worker that is 10 times slower beside others."""
    with_it = simulate(Scenario(workers=_WORKERS, units=rough.simulated, slow=1, slowness=10.0))
    without = simulate(Scenario(workers=_WORKERS - 1, units=rough.simulated))
    ratio = with_it.makespan / without.makespan
    text = f"in simulation: {with_it.makespan:.0f} s with it, {without.makespan:.0f} s without"
    return Seen(text, f"{ratio:.2f} times", ratio <= 1.3 and with_it.done == rough.simulated + 1)


def shares(folder: Path, rough: Roughness) -> Seen:
    """Let three projects of different weight want everything."""
    got = simulate(Scenario(workers=_WORKERS, units=rough.simulated, projects=_SHARES)).shares
    off = max(abs(100 * got[name] - weight) for name, weight in _SHARES.items())
    text = "in simulation: " + " / ".join(f"{100 * got[name]:.1f}" for name in _SHARES)
    return Seen(text, f"{off:.1f} points off", off <= 5.0)
