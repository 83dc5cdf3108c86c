"""What all tests share: a home of their own, the profiles of hypothesis, and the option to record golden files."""

import signal
from collections.abc import Iterator
from pathlib import Path

import media_table
import pytest
from hypothesis import settings

from reelwork.folders import VARIABLE, caches

settings.register_profile("reelwork", deadline=None, derandomize=True)  # the same examples on every machine
settings.register_profile("many", deadline=None, max_examples=10_000)  # pytest --hypothesis-profile many
settings.load_profile("reelwork")


# A shell starts what runs behind it deaf to Ctrl-C, and so would be all that tests start and interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--record-golden", action="store_true", help="write golden files anew instead of comparing")
    parser.addoption("--record-media", action="store_true", help="write docs/media.md from the tests that run")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--record-media"):
        if config.getoption("numprocesses", None) or hasattr(config, "workerinput"):
            raise pytest.UsageError("--record-media wants all tests in one process: leave -n out, or write -n 0")
        config.pluginmanager.register(media_table.Recorder())


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    config.stash[media_table.ROWS] = media_table.rows_of(items)
    config.stash[media_table.COLLECTED] = {str(item.path) for item in items}


@pytest.fixture
def record_golden(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--record-golden"))


def home_in(folder: Path) -> Path:
    """A home without any work in it, whose caches (compiled kernels above all) are the machine's own."""
    shared = caches()
    home = folder / "home"
    home.mkdir()
    (home / "caches").symlink_to(shared)
    return home


@pytest.fixture(scope="session", autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Nothing that a test renders is kept among the user's own unfinished work."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, str(home_in(tmp_path_factory.mktemp("session"))))
        yield


@pytest.fixture
def fresh_home(tmp_path: Path) -> Path:
    """A home of one test, without any work in it."""
    return home_in(tmp_path)
