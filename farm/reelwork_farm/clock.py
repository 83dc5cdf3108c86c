"""The controller's clock: seconds since 1970, of which none is left out or comes twice while the process lives.

Where somebody sets a machine's clock, or it is set from a network, leases must not all end at once, nor last for hours.
"""

from __future__ import annotations

import time
from typing import Final

_STARTED: Final = time.time() - time.monotonic()


def now() -> float:
    """Seconds since 1970, as the machine's clock had them when this process began, and what has gone by since."""
    return _STARTED + time.monotonic()
