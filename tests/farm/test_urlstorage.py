"""A storage in a bucket holds what a folder holds, shows nothing half-sent, and says what is wrong within seconds."""

from __future__ import annotations

import hashlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from buckets import SECRET, Buckets
from s3fs import core

from reelwork_farm.blobfile import AwayError
from reelwork_farm.storage import ControllerStorage, StorageError, open_storage, reachable
from reelwork_farm.urlstorage import UrlStorage

NOTHING = hashlib.sha256().hexdigest()


@pytest.fixture
def bucket(buckets: Buckets) -> str:
    return buckets.make()


def file(folder: Path, data: bytes) -> Path:
    path = folder / f"file-{os.urandom(4).hex()}"
    path.write_bytes(data)
    return path


class Client:
    """Who asks the controller whether its storage has a blob."""

    def __init__(self, storage: UrlStorage) -> None:
        self.has_blob = storage.has


@pytest.fixture
def small_parts(monkeypatch) -> None:
    """Large files go in parts of 5 MiB, the least that there may be."""
    monkeypatch.setattr(core, "calculate_chunksize", lambda size, chunksize=None: 5 << 20)


@pytest.mark.usefixtures("small_parts")
def test_a_large_file_goes_in_parts_and_comes_back_whole(buckets, bucket, tmp_path):
    data = os.urandom(12 << 20)
    storage = open_storage(f"s3://{bucket}/a/b")
    digest = storage.put(file(tmp_path, data))
    storage.get(digest, tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == data
    assert storage.size(digest) == len(data)
    assert buckets.names(bucket) == [f"a/b/{digest[:2]}/{digest[2:4]}/{digest}"]
    assert buckets.half_sent(bucket) == 0


WRITER = """
import sys, time
from pathlib import Path
from s3fs import core
from reelwork_farm.storage import open_storage
core.calculate_chunksize = lambda size, chunksize=None: 5 << 20
call = core.S3FileSystem._call_s3
async def halting(self, method, *args, **kwargs):
    if method == "complete_multipart_upload":
        print("all but sent", flush=True)
        time.sleep(60)
    return await call(self, method, *args, **kwargs)
core.S3FileSystem._call_s3 = halting
open_storage(sys.argv[1]).put(Path(sys.argv[2]))
"""


def test_a_writer_that_is_killed_shows_nothing_of_its_file(buckets, bucket, tmp_path):
    source = file(tmp_path, os.urandom(12 << 20))
    digest = hashlib.sha256(source.read_bytes()).hexdigest()
    arguments = [sys.executable, "-c", WRITER, f"s3://{bucket}/farm", str(source)]
    writer = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    assert writer.stdout.readline() == "all but sent\n"
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    writer.stdout.close()
    storage = open_storage(f"s3://{bucket}/farm")
    assert (buckets.half_sent(bucket), buckets.names(bucket)) == (1, [])
    assert not storage.has(digest)
    assert list(storage.listed()) == []
    storage.put(source)
    storage.get(digest, tmp_path / "back")


def test_many_small_blobs_are_found_and_listed(bucket, tmp_path):
    storage = open_storage(f"s3://{bucket}/farm")
    begun = time.time()
    there = {storage.put(file(tmp_path, f"blob {number}".encode())) for number in range(120)}
    lacking = {hashlib.sha256(f"none {number}".encode()).hexdigest() for number in range(40)}
    assert storage.missing(sorted(there | lacking)) == lacking
    listed = dict(storage.listed())
    assert set(listed) == there
    assert all(begun - 2 < when < time.time() + 2 for when in listed.values())
    assert storage.owner("one") == storage.owner("two") == "one"
    assert set(dict(storage.listed())) == there  # the owner's name is no blob


def test_what_others_put_there_and_remove_is_seen_at_once(bucket, tmp_path):
    one, other = (open_storage(f"s3://{bucket}/farm") for _ in range(2))
    first = one.put(file(tmp_path, b"first"))
    assert set(dict(one.listed())) == {first}
    second = other.put(file(tmp_path, b"second"))
    assert one.has(second)
    other.discard(first)
    assert (one.has(first), set(dict(one.listed()))) == (False, {second})


def test_a_bucket_that_is_not_there_is_said_and_not_made(buckets):
    with pytest.raises(StorageError, match="there is no bucket 'no-such-films'"):
        open_storage("s3://no-such-films/farm")
    assert "no-such-films" not in buckets.names()


def test_who_has_no_credentials_hears_of_it(bucket, monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(StorageError, match=r"refuses access .* the right credentials"):
        open_storage(f"s3://{bucket}/farm")


def test_who_has_wrong_credentials_hears_of_it_and_they_are_not_shown(buckets, bucket, tmp_path):
    storage = open_storage(f"s3://{bucket}/farm")
    buckets.trust(anybody=False)
    try:
        for use in (
            lambda: open_storage(f"s3://{bucket}/farm"),
            lambda: storage.put(file(tmp_path, b"data")),
            lambda: storage.has(NOTHING),
            lambda: storage.get(NOTHING, tmp_path / "back"),
        ):
            with pytest.raises(StorageError, match=r"refuses access .* the right credentials") as caught:
                use()
            assert not isinstance(caught.value, AwayError)
            assert SECRET not in str(caught.value)
    finally:
        buckets.trust(anybody=True)
    storage.put(file(tmp_path, b"data"))


def test_where_nobody_answers_is_said_within_seconds(buckets, bucket, monkeypatch, tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{free.getsockname()[1]}"
    storage = open_storage(f"s3://{bucket}/farm")
    monkeypatch.setenv("AWS_ENDPOINT_URL", nowhere)
    begun = time.monotonic()
    with pytest.raises(AwayError, match="Could not connect"):
        open_storage(f"s3://{bucket}/farm")
    assert isinstance(reachable(f"s3://{bucket}/farm", Client(storage)), ControllerStorage)
    assert time.monotonic() - begun < 10.0


def test_who_reaches_the_bucket_uses_it_directly(bucket):
    storage = open_storage(f"s3://{bucket}/farm")
    assert isinstance(reachable(f"s3://{bucket}/farm", Client(storage)), UrlStorage)
    assert list(storage.listed()) == []  # what it was tried with is gone


def test_a_storage_that_goes_away_in_the_middle_of_a_blob_says_so(buckets, bucket, tmp_path):
    storage = open_storage(f"s3://{bucket}/farm")
    digest = storage.put(file(tmp_path, os.urandom(20 << 20)))
    with storage.open(digest) as blob:
        assert len(blob.read(1000)) == 1000
        buckets.go()
        try:
            with pytest.raises(AwayError):
                blob.read()
            with pytest.raises(AwayError):
                storage.get(digest, tmp_path / "back")
        finally:
            buckets.come()
    assert not list(tmp_path.glob("*back*"))
    storage.get(digest, tmp_path / "back")


def test_a_password_in_an_address_is_refused_and_not_shown():
    with pytest.raises(StorageError, match="has a password in it") as caught:
        open_storage(f"s3://farm:{SECRET}@films/farm")
    assert SECRET not in str(caught.value)
