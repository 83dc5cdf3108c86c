"""What all tests share: a home of their own, and the option to record golden files."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from reelwork.folders import VARIABLE, caches


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--record-golden", action="store_true", help="write golden files anew instead of comparing")


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
    before = os.environ.get(VARIABLE)
    os.environ[VARIABLE] = str(home_in(tmp_path_factory.mktemp("session")))
    yield
    if before is None:
        del os.environ[VARIABLE]
    else:
        os.environ[VARIABLE] = before


@pytest.fixture
def fresh_home(tmp_path: Path) -> Path:
    """A home of one test, without any work in it."""
    return home_in(tmp_path)
