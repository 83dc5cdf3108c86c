"""The versions of everything that has a part in a picture: nothing goes in, names and versions come out."""

from __future__ import annotations

import platform
from importlib.metadata import version

from reelwork.extensions import registry

#: The distributions whose versions can change a picture or a sound.
_PARTS = ("numba", "llvmlite", "numpy", "av", "pillow", "resvg-py", "uharfbuzz", "skia-pathops", "soxr")


def versions() -> list[tuple[str, str]]:
    """Python, the libraries that render, FFmpeg, and the plugins that are not Reelwork's own."""
    import av  # here, since it loads FFmpeg

    found = [("python", platform.python_version())]
    found += [(name, version(name)) for name in _PARTS]
    found.append(("ffmpeg", av.ffmpeg_version_info))
    plugins = (origin.rpartition(" ") for origin in registry().packages)
    return found + [(name, number) for name, _, number in plugins if name != "reelwork"]
