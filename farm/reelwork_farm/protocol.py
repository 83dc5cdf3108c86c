"""The farm's protocol: what a machine offers goes in, whether it may render for another comes out."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass

from reelwork.extensions import registry
from reelwork.render.digests import engine_digest
from reelwork.render.local import usable_cores


@dataclass(frozen=True)
class Offer:
    """What a machine brings to a farm.

    :param host: its name
    :param cores: how many it may use
    :param memory: bytes of main memory
    :param machine: the processor's architecture; the same bytes are promised for ``x86_64`` alone
    :param engine: the digest of the engine, the plugins and the libraries that it renders with
    """

    host: str
    cores: int
    memory: int
    machine: str
    engine: str

    def objections(self, other: Offer) -> tuple[str, ...]:
        """Why a film that the other began must not be gone on with here; empty where the bytes would be the same."""
        found = []
        if self.machine != other.machine:
            found.append(f"the processors differ: {self.machine} here, {other.machine} on {other.host}")
        if self.engine != other.engine:
            found.append(
                f"the engine, a plugin or a library differs: {self.engine[:12]} here, {other.engine[:12]} there"
            )
        return tuple(found)


def offer() -> Offer:
    """What this machine brings."""
    return Offer(
        host=platform.node(),
        cores=usable_cores(),
        memory=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        machine=platform.machine(),
        engine=engine_digest(registry()),
    )
