import re
import textwrap
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from reelwork.extensions import registry
from reelwork.kinds import params
from reelwork.scene import later, model
from reelwork.scene.encoding import Audio, Video
from reelwork.scene.output import Output
from reelwork.scene.reader import read_scene_text
from reelwork.scene.reference import refreshed
from reelwork.scene.sources import SlotSource, SourceKeys

PAGE = Path(__file__).parents[2] / "docs" / "scene-format.md"
MODELS = (
    model.Scene, model.Canvas, model.Composition, model.Layer, model.Transform, model.Sound, model.Credit,
    model.TransitionKeys, model.GapKeys, Output, Video, Audio, SourceKeys, SlotSource,
    later.LaterSceneKeys, later.LaterCompositionKeys, later.LaterLayerKeys, later.LaterSoundKeys, later.LaterOutputKeys,
)  # fmt: skip


def test_the_page_is_not_stale() -> None:
    page = PAGE.read_text("utf-8")
    assert refreshed(page, registry()) == page, "run `make docs`"


@pytest.mark.parametrize("described", MODELS, ids=lambda each: each.__name__)
def test_every_key_is_on_the_page(described: type) -> None:
    page = PAGE.read_text("utf-8")
    for key in params(described):
        assert f"| `{key}` |" in page


@pytest.mark.parametrize("described", MODELS, ids=lambda each: each.__name__)
def test_every_key_has_a_sentence(described: type) -> None:
    for key, param in params(described).items():
        assert param.help.endswith("."), key
        assert param.help[0].isupper() or param.help[0] in "`.", key


def test_the_example_can_be_read() -> None:
    example = PAGE.read_text("utf-8").split("```yaml\n")[1].split("```")[0]
    assert list(read_scene_text(example).outputs) == ["film", "poster"]
    assert YAML(typ="safe", pure=True).load(example)["reelwork"] == 1


DOCS = PAGE.parent
EXAMPLES = [
    pytest.param(example, id=f"{page.relative_to(DOCS)}-{number}")
    for page in sorted(DOCS.rglob("*.md"))
    for number, example in enumerate(re.findall(r"```yaml\n(.*?)```", page.read_text("utf-8"), re.DOTALL))
    if page.parent.name != "plugins" or page.stem == "sound"  # the others use effects that the page itself writes
]


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_of_the_docs_can_be_read(example: str) -> None:
    if not example.lstrip("#").startswith(("reelwork", " yaml-language-server")):
        layers = f"- solid: red\n{textwrap.indent(example, '  ')}" if example.startswith("effects:") else example
        shown = "".join(f"  {name}: {{duration: 9s}}\n" for name in ("picture", "hills", "cutout"))
        head = f"reelwork: 1\ncompositions:\n{shown}  main:\n    duration: 9s\n    layers:\n"
        example = head + textwrap.indent(layers, "      ")
    read_scene_text(example)
