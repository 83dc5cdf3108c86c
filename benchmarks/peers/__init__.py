"""The peers: each module makes of a scene's description what a competent user of that program would write."""

from __future__ import annotations

from benchmarks.peers.alone import EncodingAlone, RecodingAlone
from benchmarks.peers.base import Peer
from benchmarks.peers.ffmpeg import Ffmpeg
from benchmarks.peers.melt import Melt
from benchmarks.peers.ours import Ours
from benchmarks.peers.pyav import PyAV
from benchmarks.peers.scripted import Scripted


def known() -> dict[str, Peer]:
    """All that are compared, by short names; Reelwork is ``ours``."""
    return {
        "ours": Ours(),
        "ffmpeg": Ffmpeg(),
        "pyav": PyAV(),
        "melt": Melt(),
        "moviepy": Scripted("MoviePy", "moviepy"),
        "movis": Scripted("movis", "movis"),
        "encoding": EncodingAlone(),
        "recoding": RecodingAlone(),
    }
