import subprocess
import sys
import threading
import time
from pathlib import Path

from reelwork_farm.warming import Warming


def test_one_goes_ahead_and_the_others_wait_until_it_has_compiled(tmp_path: Path) -> None:
    first, waited, order = Warming(tmp_path), threading.Event(), []
    first.begin(lambda: order.append("the first waits"))

    def follow() -> None:
        second = Warming(tmp_path)
        second.begin(waited.set)
        order.append("the second begins")
        second.done()

    thread = threading.Thread(target=follow)
    thread.start()
    assert waited.wait(10.0)
    order.append("the first has compiled")
    first.done()
    thread.join(10.0)
    assert order == ["the first has compiled", "the second begins"]
    Warming(tmp_path).begin(lambda: order.append("the third waits"))
    first.begin(lambda: order.append("the first waits again"))
    assert len(order) == 2


def test_nobody_waits_for_one_that_died(tmp_path: Path) -> None:
    code = "from pathlib import Path; from reelwork_farm.warming import Warming; import os, time\n"
    code += f"Warming(Path({str(tmp_path)!r})).begin(lambda: None); print('ahead', flush=True); time.sleep(3600)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.kill()
    begun = time.monotonic()
    Warming(tmp_path).begin(lambda: None)
    assert time.monotonic() - begun < 30.0


def test_a_folder_that_cannot_be_written_to_stops_nobody(tmp_path: Path) -> None:
    warming = Warming(tmp_path / "nowhere")
    warming.begin(lambda: None)
    warming.done()
