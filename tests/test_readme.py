"""What the README promises works as it stands there."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from reelwork.image import Window
from reelwork.image.frame import Frame
from reelwork.kernels.frames import apply_pointwise
from reelwork.values import Affine

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


def block(language: str) -> str:
    return re.search(rf"```{language}\n(.*?)```", README, re.DOTALL)[1]


def test_the_scene_is_without_errors_and_short(tmp_path):
    from reelwork.render import produce
    from reelwork.render.prepare import Settings

    assert len(block("yaml").splitlines()) <= 11
    (tmp_path / "scene.yaml").write_text(block("yaml"))
    assert produce.check(tmp_path, Settings()) == ()
    assert (ROOT / "docs/pictures/scene.yaml").read_text() == block("yaml")  # the one that the picture is made of


def test_the_effect_works(tmp_path, monkeypatch):
    (tmp_path / "readme_effect.py").write_text(block("python"))
    monkeypatch.syspath_prepend(tmp_path)
    import readme_effect  # written above

    (halftone,) = readme_effect.reelwork_extensions()
    window = Window(0, 0, 16, 8)
    grey = Frame(np.full((4, 8, 16), 0.3, np.float32), window)
    grey.data[3] = 1.0
    out = Frame.empty(window)
    apply_pointwise([halftone(size=8.0)], grey, out, to_layer=Affine.IDENTITY, box=(16.0, 8.0))
    assert np.array_equal(out.data[:, :, :8], out.data[:, :, 8:])
    assert set(np.unique(out.data[0])) == {np.float32(0.0), np.float32(0.3)}
    assert out.data[0, 0, 0] == 0.0
    assert out.data[0, 4, 4] == np.float32(0.3)


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#]+)\)", README))
def test_every_link_leads_somewhere(link):
    assert (ROOT / link).exists()
