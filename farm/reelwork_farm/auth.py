"""Who may ask a farm what: one secret in the farm's folder, the tokens that follow from it, and logs without them."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import ipaddress
import logging
import os
import re
import secrets
import tempfile
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from reelwork import folders
from reelwork.media.whole import whole_file
from reelwork_farm.errors import FarmError

#: The environment variable that a token is taken from where no file holds it.
VARIABLE: Final = "REELWORK_FARM_TOKEN"
#: The environment variable that a controller takes the address of its store from, which may have a password in it.
STORE: Final = "REELWORK_FARM_STORE"
#: Characters of the shortest token that is taken; one that is made here has 43.
SHORTEST: Final = 32


class Role(StrEnum):
    """What a token is for."""

    ADMIN = "admin"  #: clients and operators: everything
    WORKER = "worker"  #: what a worker needs: to register, take, report, read and write blobs and logs
    METRICS = "metrics"  #: to read figures, for a monitoring system


@dataclass(frozen=True, repr=False)
class Tokens:
    """The secret of a farm. The admin's token is the secret itself; the others follow from it and do not reveal it."""

    secret: str

    def token(self, role: Role) -> str:
        """What a caller of this role shows."""
        return self.secret if role is Role.ADMIN else self._derived(role)

    @property
    def signing(self) -> bytes:
        """The key that webhooks are signed with; who receives them knows it, so it opens nothing here."""
        return self._derived("webhooks").encode()

    def role(self, shown: str) -> Role | None:
        """The role of whoever shows this token; in a time that does not tell how much of it is right."""
        digest = hashlib.sha256(shown.encode(errors="surrogatepass")).digest()
        found = None
        for role in Role:
            if hmac.compare_digest(digest, hashlib.sha256(self.token(role).encode()).digest()):
                found = role
        return found

    def _derived(self, name: str) -> str:
        return hmac.new(self.secret.encode(), f"reelwork farm {name}".encode(), hashlib.sha256).hexdigest()


def farm_tokens(folder: Path) -> Tokens:
    """The tokens of the farm in ``folder``: from the environment, else from its file, else made and written there.

    :raises FarmError: the token is too short, or its file can be read by others or not at all
    """
    path = folder / "token"
    given = os.environ.get(VARIABLE)
    if given is not None:
        return Tokens(_checked(given, f"${VARIABLE}"))
    try:
        return Tokens(_checked(_read_private(path), str(path)))
    except FileNotFoundError:
        made = secrets.token_urlsafe(32)
        with contextlib.suppress(FileExistsError):  # another process is making one, too
            _make_private(path, made)
        return Tokens(_checked(_read_private(path), str(path)))


def token_for(address: str, folder: Path | None = None) -> str:
    """The token with which this machine speaks to the farm at ``address``.

    :param address: ``host:port``
    :param folder: the farm's folder, if it is known
    :raises FarmError: there is none; the message says where it is looked for
    """
    given = os.environ.get(VARIABLE)
    if given is not None:
        return _checked(given, f"${VARIABLE}")
    places = [_known(address)] if folder is None else [folder / "token", _known(address)]
    for path in places:
        with contextlib.suppress(FileNotFoundError):
            return _checked(_read_private(path), str(path))
    raise FarmError(
        f"there is no token for the farm at {address}: set ${VARIABLE} to the one in the file `token` of its folder"
    )


def remember(address: str, token: str) -> None:
    """Leave the token where this user's commands on this machine look for it."""
    _write_private(_known(address), token)


def forget(address: str) -> None:
    """Take back what :func:`remember` left."""
    _known(address).unlink(missing_ok=True)


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches ``host``."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


class Redacted(logging.Formatter):
    """Log lines without tokens: stars stand for one in a message, in its arguments or in a traceback."""

    def __init__(self, tokens: Tokens) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        hidden = [*(tokens.token(role) for role in Role), tokens.signing.decode()]
        self._hidden = re.compile("|".join(re.escape(each) for each in hidden))

    def format(self, record: logging.LogRecord) -> str:
        """The record's line."""
        return self._hidden.sub("***", super().format(record))


def _known(address: str) -> Path:
    return folders.work() / "farms" / f"{re.sub(r'[^0-9A-Za-z.-]', '_', address)}.token"


def _checked(token: str, place: str) -> str:
    token = token.strip()
    if len(token) < SHORTEST or not re.fullmatch(r"[\x21-\x7e]+", token):
        raise FarmError(
            f"the token in {place} is no good: it must be {SHORTEST} or more plain characters; "
            "`openssl rand -hex 32` makes one"
        )
    return token


def _read_private(path: Path) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            if os.fstat(file.fileno()).st_mode & 0o077:
                raise FarmError(f"others can read the token in {path}: make a new one, or run `chmod 600 {path}`")
            return file.read(4096)
    except (PermissionError, IsADirectoryError, NotADirectoryError, UnicodeDecodeError) as error:
        raise FarmError(f"cannot read the token in {path}: {error}") from error


def _write_private(path: Path, token: str) -> None:
    with whole_file(path) as temporary:
        _fill_private(temporary, token)


def _make_private(path: Path, token: str) -> None:
    """The same for a file that is not there yet: the first who makes it wins, and nobody sees half of it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".token-") as folder:
            _fill_private(Path(folder, "token"), token)
            os.link(Path(folder, "token"), path)
    except FileExistsError:
        raise
    except OSError as error:
        raise FarmError(f"cannot write {path}: {error.strerror or error}") from error


def _fill_private(path: Path, token: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(token + "\n")
        file.flush()
        os.fsync(descriptor)
