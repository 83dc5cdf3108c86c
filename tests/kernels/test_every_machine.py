"""The same bytes on every processor: what the kernels make here, and what they make without its vector units."""

import os
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).with_name("every_machine.py")


def digests(**environment: str) -> str:
    done = subprocess.run(
        [sys.executable, str(SCRIPT)], env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_plain_processor_gives_the_same_bytes() -> None:
    here = digests()
    assert len(here.splitlines()) == 25
    assert digests(NUMBA_CPU_NAME="x86-64", NUMBA_CPU_FEATURES="") == here
