"""Stills: photographs, drawings and pages, each kind of file with its own reader."""
