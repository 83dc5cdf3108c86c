"""Every hook is typed and documented, and the pages say what it is for; their example works."""

from __future__ import annotations

import inspect
import re
import types
import typing
from pathlib import Path

import numpy as np
import pytest

from reelwork.extensions import hookspecs
from reelwork.image import Window
from reelwork.image.frame import Frame
from reelwork.media.convert import frame_to_pixels
from reelwork.media.plugin_stills import load_by, write_by

PAGE = (Path(__file__).parents[2] / "docs/plugins/hooks.md").read_text("utf-8")
HOOKS = [value for name, value in vars(hookspecs).items() if name.startswith("reelwork_")]


def test_the_hooks_are_found():
    assert {"reelwork_extensions", "reelwork_commands", "reelwork_readers"} <= {hook.__name__ for hook in HOOKS}
    assert all(getattr(hook, "reelwork_spec", None) is not None for hook in HOOKS), "one is not marked as a hook"


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook.__name__)
def test_a_hook_is_documented(hook):
    doc = inspect.getdoc(hook) or ""
    assert doc.splitlines()[0].endswith((".", ";", ":")) or "." in doc
    signature = inspect.signature(hook)
    for name in signature.parameters:
        assert f":param {name}:" in doc, f"{name} is not said"
    assert f"`{hook.__name__}({', '.join(signature.parameters)})`" in PAGE


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook.__name__)
def test_a_hook_is_typed(hook):
    source = Path(hookspecs.__file__).read_text("utf-8")
    block = source[source.index("if TYPE_CHECKING:") : source.index("hookspec =")]
    names: dict[str, object] = {}
    exec(re.sub(r"(?m)^    ", "", block.removeprefix("if TYPE_CHECKING:")), names)
    hints = typing.get_type_hints(hook, {**vars(hookspecs), **names})
    assert set(hints) == {*inspect.signature(hook).parameters, "return"}
    assert typing.Any not in hints.values()


def test_the_pages_readers_and_writers_work(tmp_path):
    (code, *_) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    module = types.ModuleType("pgm")
    exec(code, vars(module))
    offer = types.SimpleNamespace
    light = Frame(np.full((4, 3, 5), 0.5, np.float32), Window(0, 0, 5, 3))
    light.data[3] = 1.0
    (writer,), (reader,) = module.reelwork_writers(), module.reelwork_readers()
    write_by(offer(thing=writer), light, tmp_path / "a.pgm", alpha=False, display="srgb", named=tmp_path / "a.pgm")
    found = load_by(offer(thing=reader), tmp_path / "a.pgm")
    assert found.storage.model == "grey"
    grey = frame_to_pixels(light, alpha=False)[:, :, 0]
    assert abs(found.planes[0].astype(int) - grey.astype(int)).max() <= 1
