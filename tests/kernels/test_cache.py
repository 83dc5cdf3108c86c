"""The cache of compiled kernels: shared between processes, never stale, and no worse for damage."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from reelwork.kernels import native
from reelwork.kernels.digest import function_digest

_MODULE = """
from reelwork.kernels import kernel

SCALE = 3

@kernel
def helper(x):
    return x * SCALE + 1

@kernel
def total(values, out):
    for i in range(values.shape[0]):
        out[i] = helper(values[i])
"""
_USE = """
import sys
import numpy as np
import used
kinds = [np.float32, np.float64, np.int64, np.int32]
shift = int(sys.argv[1])
for kind in (kinds[shift:] + kinds[:shift])[:2]:
    values = np.arange(100).astype(kind)
    out = np.zeros_like(values)
    used.total(values, out)
    assert (out == values * 3 + 1).all(), kind
"""
_KINDS = ("float32", "float64", "int64", "int32", "int16", "int8", "uint8", "uint16")
_SERVE = """
import importlib, os, sys
import numpy as np
from reelwork.kernels import native

for order in sys.stdin:
    home, module, kind = order.split()
    os.environ["REELWORK_HOME"] = home
    native.cache_folder.cache_clear()
    total = importlib.import_module(module).total
    values = np.arange(30).astype(kind)
    out = np.zeros_like(values)
    total(values, out)
    print(out.tobytes().hex(), sum(total.dispatcher._cache_hits.values()), flush=True)
"""


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("REELWORK_HOME", str(tmp_path / "home"))
    native.cache_folder.cache_clear()
    yield tmp_path / "home" / "caches" / "kernels"
    native.cache_folder.cache_clear()


def _run_together(folder: Path, count: int) -> list[int]:
    environment = os.environ | {"PYTHONPATH": str(folder)}
    arguments = [sys.executable, str(folder / "use.py")]
    running = [subprocess.Popen([*arguments, str(number % 4)], env=environment) for number in range(count)]
    return [process.wait() for process in running]


def test_processes_share_an_empty_cache_and_then_a_damaged_one(tmp_path, own_cache):
    (tmp_path / "used.py").write_text(_MODULE)
    (tmp_path / "use.py").write_text(_USE)
    assert _run_together(tmp_path, 8) == [0] * 8
    files = [path for path in own_cache.rglob("*") if path.is_file()]
    assert {path.name.split("-")[0] for path in files} == {"total", "helper"}
    for number, path in enumerate(files):
        content = bytearray(path.read_bytes())
        if number % 2:
            content[len(content) // 2] ^= 1
        path.write_bytes(content if number % 2 else content[: len(content) // 2])
    assert _run_together(tmp_path, 2) == [0] * 2


@pytest.mark.parametrize("rounds", [3, pytest.param(50, marks=pytest.mark.soak)])
def test_processes_with_different_signatures_on_an_empty_cache(tmp_path, rounds):
    """Each compiles for a type of its own, all at once, and then loads what its neighbour compiled."""
    (tmp_path / "serve.py").write_text(_SERVE)
    command = [sys.executable, str(tmp_path / "serve.py")]
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    servers = [
        subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in _KINDS
    ]
    try:
        for number in range(rounds):
            (tmp_path / f"used_{number}.py").write_text(_MODULE.replace("+ 1", f"+ {number}"))
            for turn in range(2):
                kinds = _KINDS[turn:] + _KINDS[:turn]
                for server, kind in zip(servers, kinds, strict=True):
                    print(tmp_path / f"home_{number}", f"used_{number}", kind, file=server.stdin, flush=True)
                answers = [server.stdout.readline().split() for server in servers]
                expected = [(np.arange(30).astype(kind) * 3 + number).astype(kind).tobytes().hex() for kind in kinds]
                assert answers == [[result, str(turn)] for result in expected]
    finally:
        for server in servers:
            server.stdin.close()
            server.wait()
            server.stdout.close()


def test_processes_that_miss_the_same_kernel_compile_it_once(tmp_path, own_cache):
    (tmp_path / "used.py").write_text(_MODULE)
    counting = "from reelwork.kernels import cache\nwrite = cache.write_atomically\n"
    counting += f"def counted(path, content):\n    open({str(tmp_path / 'log')!r}, 'a').write(path.name + '\\n')\n"
    counting += "    write(path, content)\ncache.write_atomically = counted\n"
    (tmp_path / "use.py").write_text(counting + _USE)
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    command = [sys.executable, str(tmp_path / "use.py"), "0"]
    assert [process.wait() for process in [subprocess.Popen(command, env=environment) for _ in range(4)]] == [0] * 4
    compiled = (tmp_path / "log").read_text().splitlines()
    assert len(compiled) == len(set(compiled)) == 4
    assert not [path for path in own_cache.rglob("*") if path.name.endswith(".lock")]


def test_nobody_waits_for_one_that_failed_to_compile(tmp_path, own_cache):
    module = _load(
        tmp_path / "wrong.py", "from reelwork.kernels import kernel\n@kernel\ndef wrong(x):\n    return x.no\n"
    )
    for _ in range(2):
        with pytest.raises(Exception, match="no"):
            module.wrong(1.0)
    assert not list(own_cache.rglob("*.lock"))


def _load(path: Path, text: str) -> ModuleType:
    path.write_text(text)
    spec = spec_from_file_location(path.stem, path)
    module = module_from_spec(spec)
    exec(compile(text, str(path), "exec"), vars(module))
    return module


@pytest.mark.parametrize(
    ("old", "new", "result"),
    [("x * SCALE + 1", "x * SCALE + 2", 5.0), ("SCALE = 3", "SCALE = 4", 5.0), ("helper(values[i])", "values[i]", 1.0)],
    ids=["helper", "constant", "itself"],
)
def test_an_edit_is_never_answered_with_what_was_compiled_before(tmp_path, own_cache, old, new, result):
    values, out = np.ones(3), np.zeros(3)
    for text, expected in ((_MODULE, 4.0), (_MODULE.replace(old, new), result)):
        module = _load(tmp_path / "edited.py", text)
        module.total(values, out)
        assert out[0] == expected


def test_an_edit_in_another_module_is_never_answered_with_what_was_compiled_before(tmp_path, own_cache, monkeypatch):
    user = "from reelwork.kernels import kernel\nfrom {} import helper\n\n@kernel\ndef total(values, out):\n"
    values, out = np.ones(3), np.zeros(3)
    found = []
    for number, text in enumerate((_MODULE, _MODULE.replace("+ 1", "+ 2"), _MODULE.replace("SCALE = 3", "SCALE = 5"))):
        monkeypatch.setitem(sys.modules, f"helpers_{number}", _load(tmp_path / "helpers.py", text))
        module = _load(tmp_path / "user.py", user.format(f"helpers_{number}") + "    out[0] = helper(values[0])\n")
        module.total(values, out)
        found.append(out[0])
    assert found == [4.0, 5.0, 6.0]


@pytest.mark.parametrize("flags", ["(slp=True)", "(inline=True)"])
@pytest.mark.parametrize("of", ["helper", "total"])
def test_an_edited_flag_is_never_answered_with_what_was_compiled_before(tmp_path, own_cache, of, flags):
    values, out = np.ones(3), np.zeros(3)
    edited = _MODULE.replace(f"@kernel\ndef {of}", f"@kernel{flags}\ndef {of}")
    assert edited != _MODULE
    hits = []
    for text in (_MODULE, edited, edited):
        module = _load(tmp_path / "flagged.py", text)
        module.total(values, out)
        hits.append(sum(module.total.dispatcher._cache_hits.values()))
        assert out[0] == 4.0
    assert hits == [0, 0, 1]


def test_another_compiler_has_a_folder_of_its_own(tmp_path, own_cache, monkeypatch):
    def folder() -> Path:
        native.cache_folder.cache_clear()
        return native.cache_folder()

    before = folder()
    assert folder() == before
    for module in (native.numba, native.llvmlite, native.np):
        with monkeypatch.context() as patch:
            patch.setattr(module, "__version__", "0.0")
            assert folder() != before
    with monkeypatch.context() as patch:
        patch.setattr(native.config, "LOOP_VECTORIZE", 0)
        assert folder() != before
    edited = tmp_path / "native.py"
    edited.write_text(Path(native.__file__).read_text().replace('"error_model": "numpy"', '"error_model": "python"'))
    with monkeypatch.context() as patch:
        patch.setattr(native, "__file__", str(edited))
        assert folder() != before
    assert folder() == before


def test_errors_of_kernels_that_kernels_call_come_through_the_cache(tmp_path, own_cache):
    text = _MODULE.replace("    return x *", "    if x > 5:\n        raise ValueError('too much', 12)\n    return x *")
    hits = []
    for _ in range(2):
        module = _load(tmp_path / "raising.py", text)
        with pytest.raises(ValueError, match="too much") as caught:
            module.total(np.full(3, 7.0), np.zeros(3))
        assert caught.value.args == ("too much", 12)
        hits.append(sum(module.total.dispatcher._cache_hits.values()))
    assert hits == [0, 1]


def test_what_was_compiled_is_used_again(tmp_path, own_cache):
    values, out = np.ones(3), np.zeros(3)
    hits = []
    for _ in range(2):
        module = _load(tmp_path / "again.py", _MODULE)
        module.total(values, out)
        hits.append(sum(module.total.dispatcher._cache_hits.values()))
    assert hits == [0, 1]


def test_a_folder_that_cannot_be_written_to_only_costs_time(tmp_path, own_cache):
    own_cache.parent.mkdir(parents=True)
    own_cache.write_text("a file where the folder should be")
    values, out = np.ones(3), np.zeros(3)
    _load(tmp_path / "unkept.py", _MODULE).total(values, out)
    assert out[0] == 4.0


def test_flushing_forgets(tmp_path, own_cache):
    module = _load(tmp_path / "flushed.py", _MODULE)
    module.total(np.ones(3), np.zeros(3))
    module.total.dispatcher._cache.flush()
    assert not list(own_cache.rglob("total-*"))


def test_comments_do_not_count_and_constants_do(tmp_path):
    plain = _load(tmp_path / "a.py", _MODULE)
    commented = _load(tmp_path / "b.py", _MODULE.replace("    for", "    # said\n    for"))
    changed = _load(tmp_path / "c.py", _MODULE.replace("+ 1", "+ 1.0"))
    digests = [function_digest(module.total.py_func) for module in (plain, commented, changed)]
    assert digests[0] == digests[1] != digests[2]


def test_what_cannot_be_told_apart_is_refused(tmp_path):
    module = _load(
        tmp_path / "d.py",
        "from reelwork.kernels import kernel\nTHING = object()\n\n@kernel\ndef f():\n    return THING\n",
    )
    with pytest.raises(TypeError, match="THING is a object"):
        function_digest(module.f.py_func)


def test_an_attribute_is_no_global_of_the_same_name(tmp_path):
    text = "from reelwork.kernels import kernel\nshape = object()\n\n@kernel\ndef f(x):\n    return x.shape\n"
    assert function_digest(_load(tmp_path / "e.py", text).f.py_func)


def test_closures_are_refused():
    scale = 2.0

    def around(x):
        return x * scale

    with pytest.raises(TypeError, match="not a closure"):
        function_digest(around)
