"""Whose fault it is that a render process could not make what it was asked for."""

from __future__ import annotations

import errno
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from av.error import OSError as FFmpegOSError
from bundling import opened, task_of, write_scene

from reelwork.errors import MediaError, OutputError, RenderError
from reelwork.image.frame import Frame
from reelwork.image.window import Window
from reelwork.media.writing.stills import write_still
from reelwork.render.progress import Silent
from reelwork_farm.child import cause_of
from reelwork_farm.model import Cause, Part, UnitKind


@pytest.fixture(scope="module")
def scene(tmp_path_factory) -> Path:
    return write_scene(tmp_path_factory.mktemp("scene"))


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """No file may grow beyond so many bytes, as on a file system that takes no larger ones."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize(
    ("output", "name"),
    [
        ("one", "one.png"),
        ("one", "one.tiff"),
        ("animation", "x.gif"),
        ("sound", "x.flac"),
        ("sound", "x.mp3"),
        ("stills", "s-%03d.png"),
    ],
)
def test_a_file_that_gets_too_large_is_the_machines_fault(scene, tmp_path, output, name):
    work = opened(task_of(scene, tmp_path / name, output), tmp_path)
    with files_of_at_most(100), pytest.raises((OSError, OutputError)) as caught:
        work.finish([], Silent())
    assert cause_of(caught.value) is Cause.INFRASTRUCTURE


@pytest.mark.parametrize("suffix", [".mp4", ".webm"])
def test_so_it_is_of_a_segment_and_of_a_film(scene, tmp_path, suffix):
    work = opened(task_of(scene, tmp_path / f"film{suffix}"), tmp_path)
    parts = [Part(0, UnitKind.RENDER, 0, 96, 1), Part(1, UnitKind.RENDER, 96, 120, 1)]
    with files_of_at_most(100), pytest.raises(OutputError) as caught:
        work.render(parts[0], Silent())
    assert cause_of(caught.value) is Cause.INFRASTRUCTURE
    segments = [work.render(part, Silent())[0] for part in parts]
    with files_of_at_most(100), pytest.raises(OutputError) as caught:
        work.finish(segments, Silent())
    assert cause_of(caught.value) is Cause.INFRASTRUCTURE


def test_so_it_is_of_a_picture_whose_library_has_but_a_sentence(tmp_path):
    picture = Frame(np.random.default_rng(1).random((4, 90, 90), np.float32), Window(0, 0, 90, 90))
    with files_of_at_most(5000), pytest.raises(OutputError) as caught:
        write_still(picture, tmp_path / "one.exr")
    assert cause_of(caught.value) is Cause.INFRASTRUCTURE


def test_a_still_that_was_cut_short_is_no_fault_of_the_scenes_media(scene, tmp_path):
    work = opened(task_of(scene, tmp_path / "one.exr", "one"), tmp_path)
    with files_of_at_most(100), pytest.raises(RenderError, match=r"the finished one\.exr is not what it should be"):
        work.finish([], Silent())  # OpenEXR says nothing when the end of a file cannot be written


def from_(cause: BaseException, error: Exception) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        *((OSError(number, "said"), Cause.INFRASTRUCTURE) for number in (errno.EDQUOT, errno.EFBIG, errno.EIO)),
        (from_(OSError(errno.EMFILE, "said"), MediaError("a.mp4: cannot be read")), Cause.INFRASTRUCTURE),
        (from_(FFmpegOSError(errno.EIO, "said", "a.mp4"), MediaError("a.mp4: cannot be read")), Cause.MEDIA),
        (from_(OSError(errno.EIO, "said"), MediaError("a.mp4: cannot be read")), Cause.INFRASTRUCTURE),
        (RuntimeError(f"cannot write pixels: {os.strerror(errno.ENOSPC)}."), Cause.INFRASTRUCTURE),
        (RuntimeError("an effect has a fault"), Cause.PLUGIN),
        (FileNotFoundError(errno.ENOENT, "said"), Cause.PLUGIN),
        (OutputError("it cannot be"), Cause.PLUGIN),
        (MemoryError(), Cause.MEMORY),
    ],
)
def test_causes(error, cause):
    assert cause_of(error) is cause
