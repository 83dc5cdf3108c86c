import logging
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from reelwork_farm import auth
from reelwork_farm.auth import Role, Tokens, farm_tokens, forget, is_loopback, remember, token_for
from reelwork_farm.commands import farm
from reelwork_farm.errors import FarmError

SECRET = "a-secret-that-is-long-enough-for-this"


@pytest.fixture(autouse=True)
def _no_token_around(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(auth.VARIABLE, raising=False)


def test_a_farm_makes_its_secret_once_and_nobody_else_can_read_it(tmp_path: Path) -> None:
    tokens = farm_tokens(tmp_path / "farm")
    assert len(tokens.secret) >= auth.SHORTEST
    assert farm_tokens(tmp_path / "farm").secret == tokens.secret
    assert farm_tokens(tmp_path / "other").secret != tokens.secret
    assert (tmp_path / "farm" / "token").stat().st_mode & 0o077 == 0
    assert tokens.secret not in repr(tokens)


def test_each_role_has_a_token_of_its_own_that_does_not_tell_the_others() -> None:
    tokens = Tokens(SECRET)
    shown = {role: tokens.token(role) for role in Role}
    assert len(set(shown.values())) == len(Role)
    assert {role: tokens.role(token) for role, token in shown.items()} == {role: role for role in Role}
    assert tokens.role(tokens.signing.decode()) is None
    assert Tokens(SECRET + "x").token(Role.WORKER) != shown[Role.WORKER]
    assert SECRET not in shown[Role.WORKER]


def test_those_who_make_a_farm_at_once_make_one_secret(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        found = set(pool.map(lambda _: farm_tokens(tmp_path / "farm").secret, range(16)))
    assert len(found) == 1
    assert [path.name for path in (tmp_path / "farm").iterdir()] == ["token"]


def test_a_secret_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "farm").write_text("")
    with pytest.raises(FarmError, match="cannot read the token"):
        farm_tokens(tmp_path / "farm")


@given(st.text(st.characters(codec=None), max_size=60))
def test_any_other_token_has_no_role(shown: str) -> None:
    tokens = Tokens(SECRET)
    assert tokens.role(shown) is None or shown in {tokens.token(role) for role in Role}


def test_the_environment_goes_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    farm_tokens(tmp_path)
    monkeypatch.setenv(auth.VARIABLE, SECRET)
    assert farm_tokens(tmp_path).secret == SECRET
    assert token_for("h:1", tmp_path) == SECRET


@pytest.mark.parametrize("token", ["", "short", "x" * 31, "x" * 40 + "\n" + "y", "ü" * 40, "with a space " * 5])
def test_a_token_that_is_no_good_is_refused_without_being_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    monkeypatch.setenv(auth.VARIABLE, token)
    with pytest.raises(FarmError) as raised:
        farm_tokens(tmp_path)
    assert not token or token not in str(raised.value)


def test_a_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    farm_tokens(tmp_path)
    os.chmod(tmp_path / "token", 0o644)
    with pytest.raises(FarmError, match="chmod 600"):
        farm_tokens(tmp_path)


def test_commands_on_the_same_machine_find_the_token(tmp_path: Path) -> None:
    with pytest.raises(FarmError, match=auth.VARIABLE):
        token_for("127.0.0.1:1234")
    remember("127.0.0.1:1234", SECRET)
    assert token_for("127.0.0.1:1234") == SECRET
    with pytest.raises(FarmError):
        token_for("127.0.0.1:1235")
    forget("127.0.0.1:1234")
    with pytest.raises(FarmError):
        token_for("127.0.0.1:1234")
    remember("../../../outside", SECRET)
    assert token_for("../../../outside") == SECRET
    assert not (tmp_path.parent / "outside.token").exists()
    forget("../../../outside")


def test_logs_hold_no_token_wherever_it_stands() -> None:
    tokens = Tokens(SECRET)
    shown = [*(tokens.token(role) for role in Role), tokens.signing.decode()]
    formatter = auth.Redacted(tokens)
    for token in shown:
        try:
            raise RuntimeError(f"Authorization: Bearer {token}")
        except RuntimeError as error:
            record = logging.LogRecord(
                "x",
                logging.ERROR,
                "x",
                1,
                f"GET {token} %s",
                (f"with {token}",),
                (type(error), error, error.__traceback__),
            )
        line = formatter.format(record)
        assert token not in line
        assert line.count("***") >= 3


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("localhost", True), ("::1", True), ("[::1]", True), ("0.0.0.0", False),
     ("::", False), ("10.0.0.1", False), ("localhost.example.com", False), ("", False)],
)  # fmt: skip
def test_what_only_this_machine_reaches(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback


@pytest.mark.parametrize("role", ["admin", "worker", "metrics", "webhooks"])
def test_the_owner_of_a_farm_can_print_each_of_its_tokens(tmp_path: Path, role: str) -> None:
    tokens = farm_tokens(tmp_path)
    shown = CliRunner().invoke(farm, ["token", "--folder", str(tmp_path), role]).stdout.strip()
    assert shown == (tokens.signing.decode() if role == "webhooks" else tokens.token(Role(role)))
