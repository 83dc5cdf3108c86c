"""``python -m reelwork`` is the command ``reelwork``."""

from reelwork.cli import main

main()
