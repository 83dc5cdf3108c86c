"""The page about area effects, generators and transitions: what stands on it keeps every promise."""

import importlib
import re
from pathlib import Path

import pytest
from promising import unkept

PAGE = (Path(__file__).parents[2] / "docs/plugins/area.md").read_text("utf-8")


@pytest.mark.parametrize("name", ["Smear", "Rings", "Blinds"])
def test_the_examples_keep_all_promises(name, tmp_path, monkeypatch):
    code = "\n".join(re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL))
    (tmp_path / "reelwork_area_of_the_page.py").write_text(code)
    monkeypatch.syspath_prepend(tmp_path)
    cls = getattr(importlib.import_module("reelwork_area_of_the_page"), name)
    assert unkept(cls) == {}
