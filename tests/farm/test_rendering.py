import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pretending import part

from reelwork_farm.model import Cause, Failure
from reelwork_farm.rendering import NotMade, RenderProcess, Stopped, clean_environment

Bundle = Callable[[dict[int, str]], Path]

pytestmark = pytest.mark.usefixtures("pretended_renderer")


@contextmanager
def rendering(folder: Path, *, memory: int = 1 << 30, standstill: float = 300.0) -> Iterator[RenderProcess]:
    process = RenderProcess(memory=memory, standstill=standstill)
    process.open(folder, folder.parent)
    try:
        yield process
    finally:
        process.close()


def failure_of(process: RenderProcess, index: int = 0) -> Failure:
    with pytest.raises(NotMade) as caught:
        process.make(part(index))
    return caught.value.failure


def test_a_warm_process_makes_one_part_after_another(pretended_renderer: Bundle) -> None:
    with rendering(pretended_renderer({1: "said"})) as process:
        made = [process.make(part(index)) for index in range(3)]
        assert [Path(each.path).read_text() for each in made] == [
            "frames 0 to 96\n",
            "frames 96 to 192\n",
            "frames 192 to 288\n",
        ]
        assert {each.frames for each in made} == {96}
        assert all(each.memory > 1 << 20 for each in made)
        assert process.frames == 96
        said, until = "", time.monotonic() + 10.0
        while "said by an effect" not in said and time.monotonic() < until:
            said += process.log()  # a thread reads it, which may have its turn later
        assert "said by an effect" in said
        assert process.log() == ""


@pytest.mark.parametrize(
    ("deed", "cause", "says"),
    [
        ("segfault", Cause.PLUGIN, "it crashed with SIGSEGV while it rendered frames 192-287"),
        ("exit", Cause.PLUGIN, "it ended by itself with code 3"),
        ("wrong", Cause.PLUGIN, "an effect has a fault"),
        ("hang", Cause.PLUGIN, "it stood still"),
        ("eat", Cause.MEMORY, "may hold 0.25 GiB"),
        ("memory-error", Cause.MEMORY, "MemoryError"),
        ("media", Cause.MEDIA, "it is torn"),
        ("full", Cause.INFRASTRUCTURE, "No space left"),
        ("limited", Cause.INFRASTRUCTURE, "File too large"),
        (str(int(signal.SIGXCPU)), Cause.INFRASTRUCTURE, "SIGXCPU"),
        (str(int(signal.SIGTERM)), Cause.INFRASTRUCTURE, "SIGTERM"),
        (str(int(signal.SIGABRT)), Cause.PLUGIN, "SIGABRT"),
    ],
)
def test_a_unit_that_cannot_be_made_is_named_with_its_cause(
    pretended_renderer: Bundle, deed: str, cause: Cause, says: str
) -> None:
    with rendering(pretended_renderer({2: deed}), memory=1 << 28) as process:
        if deed == "hang":
            process.make(part(0))  # to begin, it may take its time
            process._standstill = 0.3
        failure = failure_of(process, 2)
    assert failure.cause is cause
    assert says in failure.message


def test_a_crash_leaves_a_trace_in_the_log(pretended_renderer: Bundle) -> None:
    with rendering(pretended_renderer({0: "said segfault"})) as process:
        failure_of(process)
        log = process.log()
    assert "said by an effect" in log
    assert "Segmentation fault" in log


def test_a_process_that_is_stopped_gives_up_what_it_renders_at_once(pretended_renderer: Bundle) -> None:
    with rendering(pretended_renderer({0: "hang"})) as process:
        threading.Timer(0.3, process.stop).start()
        with pytest.raises(Stopped):
            process.make(part(0))
        pid = process.pid
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_render_process_sees_no_secret(pretended_renderer: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REELWORK_FARM_TOKEN", "x" * 40)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x" * 40)
    with rendering(pretended_renderer({0: "environment"})) as process:
        process.make(part(0))
        log, end = process.log(), time.monotonic() + 60
        while "PATH" not in log and time.monotonic() < end:  # what was printed comes by a way of its own
            time.sleep(0.01)
            log += process.log()
    assert "PATH" in log
    assert "TOKEN" not in log
    assert "AWS" not in log


def test_a_clean_environment_keeps_where_things_are() -> None:
    kept = clean_environment({"PATH": "/bin", "REELWORK_HOME": "/h", "RAY_AUTH_TOKEN": "t", "PGPASSWORD": "p"})
    assert (kept["PATH"], kept["REELWORK_HOME"]) == ("/bin", "/h")
    assert not {"RAY_AUTH_TOKEN", "PGPASSWORD"} & kept.keys()


def test_what_lies_outside_of_its_folder_is_not_taken(pretended_renderer: Bundle) -> None:
    with rendering(pretended_renderer({0: "outside"})) as process:
        failure = failure_of(process)
    assert failure.cause is Cause.PLUGIN
    assert "outside of its folder" in failure.message


def test_a_crash_leaves_no_core(pretended_renderer: Bundle) -> None:
    with rendering(pretended_renderer({0: "cores"})) as process:
        process.make(part(0))
        end = time.monotonic() + 10.0
        while not (log := process.log()) and time.monotonic() < end:
            time.sleep(0.01)
    assert log.splitlines()[-1] == "0"
