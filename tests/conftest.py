import pytest
from hypothesis import settings

settings.register_profile("reelwork", deadline=None, derandomize=True)  # the same examples on every machine
settings.register_profile("many", deadline=None, max_examples=10_000)  # pytest --hypothesis-profile many
settings.load_profile("reelwork")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--record-golden", action="store_true", help="write golden files anew instead of comparing")


@pytest.fixture
def record_golden(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--record-golden"))
