"""The command ``reelwork``: arguments come in, one function of the engine is called, words and an exit code go out."""

from reelwork.cli.app import main

__all__ = ["main"]
