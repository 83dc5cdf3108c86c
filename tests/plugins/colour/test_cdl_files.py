"""CDL files: each of the three kinds gives what OpenColorIO makes of the grade in it, without limits."""

from __future__ import annotations

import PyOpenColorIO as ocio
import pytest
from plugins.colour.files import COLOURS, by_ocio, error, linked
from plugins.colour.test_tools import in_light

from reelwork_colour import Cdl

GRADE = """<ColorCorrection{0} id="shot"><SOPNode><Slope>1.2 1.1 0.9</Slope><Offset>0.02 -0.05 0</Offset>
<Power>1.1 0.9 1.3</Power></SOPNode><SatNode><Saturation>1.3</Saturation></SatNode></ColorCorrection>"""
SPACE = ' xmlns="urn:ASC:CDL:v1.01"'
KINDS = {
    ".cc": GRADE.format(SPACE),
    ".ccc": f"<ColorCorrectionCollection{SPACE}>{GRADE.format('')}</ColorCorrectionCollection>",
    ".cdl": f"<ColorDecisionList{SPACE}><ColorDecision>{GRADE.format('')}</ColorDecision></ColorDecisionList>",
}


@pytest.mark.parametrize("id_", ["", "shot"])
@pytest.mark.parametrize("ending", KINDS)
def test_a_file_is_the_grade_that_stands_in_it(tmp_path, ending, id_):
    path = tmp_path / f"grade{ending}"
    path.write_text(KINDS[ending])
    grade = ocio.CDLTransform([1.2, 1.1, 0.9], [0.02, -0.05, 0.0], [1.1, 0.9, 1.3], 1.3)
    grade.setStyle(ocio.CDL_NO_CLAMP)
    expected = by_ocio(ocio.Config.CreateRaw().getProcessor(grade), COLOURS)
    assert error(in_light(Cdl(file=linked(path), id=id_), COLOURS), expected) < 1e-4


@pytest.mark.parametrize("text", ["", "<x/>", "<ColorCorrection", KINDS[".cc"].replace("1.2 1.1 0.9", "1.2 1.1")])
def test_what_is_no_grade_is_refused_in_words(tmp_path, text):
    path = tmp_path / "grade.cc"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"^grade\.cc cannot be used: ") as caught:
        Cdl(file=linked(path)).check()
    assert str(tmp_path) not in str(caught.value)
    assert "/tmp" not in str(caught.value)
