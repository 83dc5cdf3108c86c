import importlib
import pkgutil

import reelwork_farm
from reelwork.cli import exits
from reelwork.errors import ReelworkError


def kinds(cls: type[ReelworkError] = ReelworkError) -> set[type[ReelworkError]]:
    return {cls}.union(*(kinds(sub) for sub in cls.__subclasses__()))


def test_every_code_that_the_farms_commands_end_with_is_in_the_help() -> None:
    for module in pkgutil.walk_packages(reelwork_farm.__path__, "reelwork_farm."):
        importlib.import_module(module.name)
    found = {cls for cls in kinds() if cls.__module__.startswith("reelwork_farm")}
    assert len(found) > 5
    assert {cls.exit_code for cls in found} <= set(exits.EXIT_CODES)
