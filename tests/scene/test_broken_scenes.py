"""Every broken scene gives just the message that stands beside it; ``--record-golden`` writes the messages anew."""

from pathlib import Path

import pytest
from scene.fakes import REGISTRY

from reelwork.errors import SceneError
from reelwork.scene.reader import read_scene_text

FOLDER = Path(__file__).parent.parent / "broken_scenes"
SCENES = sorted(path.stem for path in FOLDER.glob("*.yaml"))


@pytest.mark.parametrize("name", SCENES)
def test_message(name: str, record_golden: bool) -> None:
    text = (FOLDER / f"{name}.yaml").read_text("utf-8")
    with pytest.raises(SceneError) as caught:
        read_scene_text(text, file=f"{name}.yaml", registry=REGISTRY)
    golden = FOLDER / f"{name}.txt"
    if record_golden:
        golden.write_text(f"{caught.value}\n", "utf-8")
    assert f"{caught.value}\n" == golden.read_text("utf-8")


def test_there_are_enough() -> None:
    assert len(SCENES) >= 60
