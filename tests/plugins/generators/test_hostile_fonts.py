"""Damaged fonts and any characters at all: each is painted or is an error, within 10 s and 1 GiB, and nothing dies."""

import contextlib
import hashlib
import random
import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest
from media.fuzzing import HANG, MOST_MEMORY, mutated
from media_table import media

from reelwork.errors import SceneError
from reelwork.font_packages import families
from reelwork.image import Window
from reelwork.image.frame import Frame
from reelwork.kernels.coverage import draw
from reelwork.values import Affine, File
from reelwork_generators.fonts import missing_glyphs
from reelwork_generators.text import Text

WORDS = "office AVA É q\u0303 12 (x) مرحبا בדיקה क्षत्रिय ไทย ខ្មែរ 😀👩🏽‍🚀🇧🇷 ᠮᠣᠩ"
FONTS = ("Inter", "Noto Sans", "Noto Sans Arabic", "Noto Sans Devanagari", "Noto Sans Khmer", "Noto Color Emoji")
WRITINGS = ("horizontal", "vertical-rl", "vertical-lr")


def painted(**options: object) -> None:
    """Lay a text out and paint it; what it gives is light between none and all."""
    frame = Frame.empty(Window(0, 0, 96, 54))
    draw(
        Text(**{"size": 20.0, "width": 90.0, "height": 90.0, **options}).draw(96.0, 54.0),
        Affine.translation(0.0, 0.0),
        frame,
    )
    assert frame.data.min() >= 0.0
    assert frame.data.max() <= 1.001


def try_fonts(folder: Path, count: int) -> None:
    """Paint in damaged fonts. Whoever calls looks whether the process lives."""
    whole = {name: Path(families()[name.lower()].files[0].path).read_bytes() for name in FONTS}
    for number in range(count):
        chance = random.Random(number)
        name, other = chance.sample(FONTS, 2)
        path = folder / "own.ttf"
        path.write_bytes(mutated(whole[name], whole[other], number))
        begun = time.process_time()
        font = File(".ttf", hashlib.sha256(path.read_bytes()).hexdigest(), str(path))
        with contextlib.suppress(SceneError):
            painted(content=WORDS, font_file=font, writing=chance.choice(WRITINGS))
        assert time.process_time() - begun < HANG, number
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 < MOST_MEMORY


@media("text", "Damaged fonts", "painted, or an error; 10 s, 1 GiB", read="a process of its own")
@pytest.mark.soak
def test_damaged_fonts_do_no_harm(tmp_path: Path) -> None:
    code = "import sys, pathlib; sys.path[:0] = sys.argv[2:]; from plugins.generators.test_hostile_fonts import *; "
    code += "try_fonts(pathlib.Path(sys.argv[1]), 120)"
    tests = str(Path(__file__).parents[2])
    ended = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path), tests], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr[-2000:]


@media("text", "Any characters at all", "painted, or an error that names them", read="the glyphs that there are")
@pytest.mark.soak
def test_any_characters_are_painted_or_named() -> None:
    ranges = ((0x20, 0x17F), (0x300, 0x36F), (0x590, 0x6FF), (0x900, 0xDFF), (0xE00, 0x109F), (0x1100, 0x11FF))
    ranges += ((0x1780, 0x18AF), (0x2000, 0x206F), (0x2190, 0x27BF), (0x3000, 0x30FF), (0xAC00, 0xAC40))
    ranges += ((0xFE00, 0xFE0F), (0xFF00, 0xFFEF), (0x1F1E6, 0x1F1FF), (0x1F3FB, 0x1F64F), (0xE0020, 0xE007F), (9, 13))
    for number in range(500):
        chance = random.Random(number)
        words = "".join(chr(chance.randint(*chance.choice(ranges))) for _ in range(chance.choice((1, 5, 40))))
        options = {
            "writing": chance.choice(WRITINGS),
            "size": chance.choice((0.1, 12.0, 300.0)),
            "align": chance.choice(("start", "justify", "end")),
            "overflow_wrap": chance.choice(("normal", "anywhere")),
            "tracking": chance.choice((0.0, 200.0)),
        }
        lacking = missing_glyphs(words)
        if lacking:
            with pytest.raises(SceneError, match=rf"U\+{ord(lacking[0][0]):04X}"):
                painted(content=words, **options)
        else:
            painted(content=words, **options)
