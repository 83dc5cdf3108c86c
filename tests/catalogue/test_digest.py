"""Digests are remembered as long as nobody changes the file."""

import os
from pathlib import Path

import pytest
from catalogue.shelves import digest

from reelwork.catalogue import digest as module
from reelwork.catalogue.digest import digest_of


@pytest.fixture
def film(tmp_path, monkeypatch):
    monkeypatch.setenv("REELWORK_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(module, "_SETTLED", 0)  # files of this test count as long unchanged
    path = tmp_path / "film.mov"
    path.write_bytes(b"one")
    return path


@pytest.fixture
def hashed(monkeypatch):
    """How often a file was really read."""
    times = []
    real = module.hashlib.file_digest
    monkeypatch.setattr(module.hashlib, "file_digest", lambda *args: times.append(1) or real(*args))
    return times


def test_a_file_is_read_once(film, hashed):
    assert [digest_of(film), digest_of(film)] == [digest(b"one")] * 2
    assert len(hashed) == 1


def test_a_changed_file_is_read_again_even_if_its_time_was_set_back(film, hashed):
    before = film.stat()
    digest_of(film)
    film.write_bytes(b"two")
    os.utime(film, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert digest_of(film) == digest(b"two")
    assert len(hashed) == 2


def test_a_file_that_just_changed_is_not_remembered(film, hashed, monkeypatch):
    monkeypatch.setattr(module, "_SETTLED", 2_000_000_000)
    digest_of(film)
    digest_of(film)
    assert len(hashed) == 2


@pytest.mark.parametrize("spoilt", [b"", b"{", b"[]", b'{"path": 1}', b"\xff"])
def test_a_spoilt_memory_is_no_memory(film, tmp_path, spoilt):
    digest_of(film)
    (memory,) = (path for path in Path(tmp_path / "home").rglob("*.json"))
    memory.write_bytes(spoilt)
    assert digest_of(film) == digest(b"one")


def test_a_missing_file_is_an_error(tmp_path):
    with pytest.raises(OSError, match="gone"):
        digest_of(tmp_path / "gone")


def test_without_a_folder_for_caches_it_still_works(film, monkeypatch):
    monkeypatch.setenv("REELWORK_HOME", str(film / "inside-a-file"))
    assert digest_of(film) == digest(b"one")
