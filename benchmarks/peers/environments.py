"""Environments of peers: a name goes in, a virtual environment with exactly what its list pins comes out.

``python -m benchmarks.peers.environments`` makes all of them, each once; why one could not be made stays written in it.
"""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path
from typing import Final

from benchmarks.peers.base import Absent

#: Of all of them; each has a list beside this module.
FOLDER: Final = Path(__file__).parents[2] / "build" / "peers"
NAMES: Final = ("moviepy", "movis", "opencv")


def pins(name: str) -> Path:
    """The list of what is in an environment: names and exact versions."""
    return Path(__file__).parent / f"{name}.txt"


def make(name: str) -> None:
    """Make an environment, if it is not there as its list says.

    What is pinned is all that is installed: packages that only offer what no scene uses are left out of the lists.
    """
    folder, wanted = FOLDER / name, pins(name).read_text()
    ready = folder / "ready.txt"
    if ready.exists() and ready.read_text() == wanted:
        return
    venv.create(folder, with_pip=True, clear=True)
    pip = [str(_python(name)), "-m", "pip", "install", "--disable-pip-version-check", "--quiet", "--no-deps"]
    made = subprocess.run([*pip, "-r", str(pins(name))], capture_output=True, text=True, check=False)
    if made.returncode:
        words = [line for line in made.stderr.splitlines() if line.startswith("ERROR")] or ["pip failed"]
        (folder / "why.txt").write_text(words[-1].removeprefix("ERROR: "))
        return
    ready.write_text(wanted)


def python_of(name: str) -> Path:
    """The interpreter of an environment.

    :raises Absent: it could not be made
    """
    folder = FOLDER / name
    if not (folder / "ready.txt").exists():
        why = folder / "why.txt"
        said = why.read_text() if why.exists() else "`make bench` sets it up"
        raise Absent(f"its environment is not there: {said}")
    return _python(name)


def version_in(name: str, package: str) -> str:
    """The version of a package in an environment.

    :raises Absent: the environment could not be made
    """
    code = f"from importlib.metadata import version; print(version({package!r}))"
    return subprocess.run([python_of(name), "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def _python(name: str) -> Path:
    return FOLDER / name / "bin" / "python"


def main() -> None:
    """Make all environments."""
    for name in NAMES:
        print(f"the environment of {name}", file=sys.stderr)
        make(name)


if __name__ == "__main__":
    main()
