"""Lets the scripts find the tools of the first film: writers of SVG, noise, clips and sound, and instruments."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[2] / "first-light" / "make"))
