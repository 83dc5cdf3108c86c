"""Reelwork against its peers: ``python -m benchmarks`` measures, and writes RESULTS.md."""
