"""A storage gives back what was put there, or says that it cannot; nothing half-written is ever seen in it."""

from __future__ import annotations

import errno
import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelwork_farm import storage as storing
from reelwork_farm.storage import (
    ControllerStorage,
    FolderStorage,
    MissingError,
    OpenStorage,
    Storage,
    StorageError,
    checked,
    open_storage,
    reachable,
)

NOTHING = hashlib.sha256().hexdigest()


class Client:
    """Blobs through a controller, without one."""

    def __init__(self, storage: OpenStorage) -> None:
        self.storage = storage
        self.sent = 0

    def has_blob(self, digest: str) -> bool:
        return self.storage.has(digest)

    def put_blob(self, digest: str, path: Path) -> None:
        self.sent += 1
        assert self.storage.put(path) == digest

    def get_blob(self, digest: str, to: Path, *, most: int | None = None) -> None:
        self.storage.get(digest, to, most=most)

    def missing_blobs(self, digests: Iterable[str]) -> frozenset[str]:
        return self.storage.missing(digests)


@pytest.fixture(params=["folder", "memory", "bucket", "controller"])
def storage(request, tmp_path) -> Storage:
    if request.param == "bucket":
        return open_storage(f"s3://{request.getfixturevalue('buckets').make()}/farm")
    if request.param == "memory":
        return open_storage(f"memory://{os.urandom(8).hex()}/farm")
    opened = open_storage(str(tmp_path / "storage"))
    return ControllerStorage(Client(opened)) if request.param == "controller" else opened


def file(folder: Path, data: bytes) -> Path:
    path = folder / f"file-{os.urandom(4).hex()}"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("data", [b"", b"x", bytes(range(256)) * 10_000])
def test_what_is_put_comes_back_under_its_digest(storage, tmp_path, data):
    digest = storage.put(file(tmp_path, data))
    assert digest == hashlib.sha256(data).hexdigest()
    assert storage.put(file(tmp_path, data)) == digest
    assert storage.has(digest)
    storage.get(digest, tmp_path / "sub" / "back")
    assert (tmp_path / "sub" / "back").read_bytes() == data


def test_what_is_not_there_is_said_to_be_missing(storage, tmp_path):
    there = storage.put(file(tmp_path, b"there"))
    assert not storage.has(NOTHING)
    assert storage.missing([there, NOTHING]) == {NOTHING}
    with pytest.raises(MissingError):
        storage.get(NOTHING, tmp_path / "back")
    assert not (tmp_path / "back").exists()


def test_a_blob_may_be_too_large(storage, tmp_path):
    digest = storage.put(file(tmp_path, bytes(5000)))
    storage.get(digest, tmp_path / "back", most=5000)
    with pytest.raises(StorageError, match="larger than the 4999 bytes"):
        storage.get(digest, tmp_path / "too-much", most=4999)
    assert not list(tmp_path.glob("*too-much*"))


@given(st.text(max_size=70) | st.text("0123456789abcdefABCDEF/.\n", min_size=62, max_size=66))
def test_nothing_but_a_digest_is_a_name(name):
    if len(name) == 64 and set(name) <= set("0123456789abcdef"):
        assert checked(name) == name
    else:
        with pytest.raises(StorageError, match="is not a digest"):
            checked(name)


@pytest.mark.parametrize(
    "name", ["", "../../etc/passwd", "a" * 63, "a" * 65, "A" * 64, "a" * 64 + "\n", "/" + "a" * 63]
)
def test_no_path_leads_out_of_a_storage(storage, tmp_path, name):
    for use in (storage.has, lambda name: storage.get(name, tmp_path / "x"), lambda name: storage.missing([name])):
        with pytest.raises(StorageError):
            use(name)


@pytest.mark.parametrize("harm", [b"", b"other bytes", b"whole and mor"])
def test_a_damaged_blob_is_never_given_out(tmp_path, harm):
    storage = FolderStorage(tmp_path / "storage")
    digest = storage.put(file(tmp_path, b"whole and more"))
    storage.path(digest).write_bytes(harm)
    with pytest.raises(StorageError, match="damaged"):
        storage.get(digest, tmp_path / "back")
    assert not list(tmp_path.glob("*back*"))
    storage.put(file(tmp_path, b"whole and more"))  # and put again, it is whole
    storage.get(digest, tmp_path / "back")


def test_a_full_disk_leaves_nothing_behind_and_is_said(tmp_path, monkeypatch):
    storage = FolderStorage(tmp_path / "storage")

    def full(source: object, write: object = None) -> str:
        raise OSError(errno.ENOSPC, "No space left on device")

    path = file(tmp_path, b"data")
    with monkeypatch.context() as patch:
        patch.setattr(storing, "copied", full)
        with pytest.raises(StorageError, match="no space is left; make some, and it goes on"):
            storage.put(path)
    assert not [path for path in (tmp_path / "storage").rglob("*") if path.is_file()]
    assert storage.has(storage.put(path))


def test_the_real_end_of_a_disk(tmp_path):
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full")
    storage = FolderStorage(tmp_path / "storage")
    digest = storage.put(file(tmp_path, bytes(100)))
    with pytest.raises(StorageError):
        storage.get(digest, full / "x")


WRITER = """
import sys
from pathlib import Path
from reelwork_farm.storage import FolderStorage
storage = FolderStorage(Path(sys.argv[1]))
print("ready", flush=True)
while True:
    storage.put(Path(sys.argv[2]))
"""


def test_a_blob_is_on_the_disk_before_it_has_its_name_and_its_name_before_anybody_relies_on_it(tmp_path, monkeypatch):
    did: list[tuple[str, str]] = []
    fsync, replace = os.fsync, os.replace

    def told_fsync(handle: int) -> None:
        did.append(("sync", os.readlink(f"/proc/self/fd/{handle}")))
        fsync(handle)

    def told_replace(source: str, to: Path) -> None:
        did.append(("name", str(to)))
        assert did[-2] == ("sync", str(source))
        replace(source, to)

    monkeypatch.setattr(os, "fsync", told_fsync)
    monkeypatch.setattr(os, "replace", told_replace)
    storage, source = FolderStorage(tmp_path / "storage"), file(tmp_path, b"a segment")
    digest = storage.put(source)
    place = storage.path(digest)
    assert did[1:] == [("name", str(place)), *(("sync", str(folder)) for folder in place.parents[:3])]
    did.clear()
    storage.put(source)  # its folders are known to the disk
    assert did[1:] == [("name", str(place)), ("sync", str(place.parent))]
    did.clear()
    storage.get(digest, tmp_path / "back")
    assert [what for what, _ in did] == ["sync", "name"]


def test_a_writer_that_is_killed_leaves_no_torn_blob(tmp_path):
    root, source = tmp_path / "storage", file(tmp_path, os.urandom(3 << 20))
    digest = hashlib.sha256(source.read_bytes()).hexdigest()
    storage = FolderStorage(root)
    for turn in range(4):
        storage.discard(digest)
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(root), str(source)], stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(0.003 * turn)
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
        if storage.has(digest):
            storage.get(digest, tmp_path / "back")
        seen = [path.name for path in root.rglob("*") if path.is_file() and path.parent.name != "partial"]
        assert set(seen) <= {digest}


def test_what_dead_writers_left_is_cleared_away_after_a_day(tmp_path):
    FolderStorage(tmp_path)
    old, new = tmp_path / "partial" / "old", tmp_path / "partial" / "new"
    for path in (old, new):
        path.write_bytes(b"half")
    os.utime(old, (time.time() - 100_000,) * 2)
    FolderStorage(tmp_path)
    assert (old.exists(), new.exists()) == (False, True)


def test_a_storage_knows_sizes_and_lets_go(tmp_path, buckets):
    for address in (str(tmp_path / "s"), f"memory://{os.urandom(8).hex()}", f"s3://{buckets.make()}"):
        opened = open_storage(address)
        digest = opened.put(file(tmp_path, b"12345"))
        assert (opened.size(digest), opened.size(NOTHING)) == (5, None)
        with opened.open(digest) as blob:
            assert blob.read() == b"12345"
        opened.discard(digest)
        opened.discard(digest)
        assert not opened.has(digest)


def test_blobs_travel_through_the_controller_once(tmp_path):
    client = Client(open_storage(str(tmp_path / "storage")))
    storage = ControllerStorage(client)
    for _ in range(3):
        storage.put(file(tmp_path, b"data"))
    assert client.sent == 1


def test_a_storage_is_used_directly_only_where_it_is_the_same(tmp_path):
    client = Client(open_storage(str(tmp_path / "its")))
    assert isinstance(reachable(str(tmp_path / "its"), client), FolderStorage)
    open_storage(str(tmp_path / "another"))
    for address in (str(tmp_path / "another"), str(tmp_path / "nowhere"), "nosuch://bucket/x", None):
        assert isinstance(reachable(address, client), ControllerStorage)
    left = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert left == []
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("address", ["nosuch://bucket/x", "simplecache::memory://x", "s3a-typo://", "/proc/storage"])
def test_an_address_that_is_none_is_said(address):
    with pytest.raises(StorageError):
        open_storage(address)
