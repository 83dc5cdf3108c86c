"""Light leaks: light that got into the camera, over a picture and from one picture to the next."""

from reelwork import hookimpl
from reelwork.effect import Extension
from reelwork_light_leak.light_flash import LightFlash
from reelwork_light_leak.light_leak import LightLeak

REELWORK_API = "1.1"


@hookimpl
def reelwork_extensions() -> tuple[type[Extension], ...]:
    """All that this plugin brings."""
    return (LightLeak, LightFlash)
