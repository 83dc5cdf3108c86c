"""Chaos: how rough it shall get goes in; a throw-away farm meets faults, and what it made of them comes out."""
