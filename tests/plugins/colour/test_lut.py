"""LUT: every format that is read, and every way of working, against OpenColorIO's own processor."""

from __future__ import annotations

import numpy as np
import PyOpenColorIO as ocio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from plugins.colour.files import CODES, COLOURS, baked, by_hand, by_ocio, error, linked
from plugins.colour.test_tools import displayed, in_light

from reelwork import tables
from reelwork.errors import MediaError
from reelwork_colour import Lut
from reelwork_colour.ocio import BUILT_IN, WORKING, lut

CUBE_1D = "LUT_1D_SIZE 5\nDOMAIN_MIN 0 0 0\nDOMAIN_MAX 2 2 1\n" + "\n".join(
    f"{x:.3f} {x**0.5:.3f} {x * x:.3f}" for x in (0.0, 0.25, 0.5, 0.75, 1.0)
)
SHAPED = "LUT_1D_SIZE 3\nLUT_1D_INPUT_RANGE 0 1\nLUT_3D_SIZE 2\nLUT_3D_INPUT_RANGE 0 1\n" + "\n".join(
    ("0 0 0", "0.7 0.6 0.5", "1 1 1", "0 0 0", "1 0 0", "0 1 0", "1 0.8 0", "0 0 0.9", "1 0 1", "0 1 1", "1 1 1")
)
SPI1D = "Version 1\nFrom -0.5 1.5\nLength 4\nComponents 3\n{\n0 0 0.1\n0.2 0.3 0.3\n0.6 0.5 0.9\n1 0.9 1\n}\n"
SPI3D = "SPILUT 1.0\n3 3\n2 2 2\n" + "\n".join(
    f"{r} {g} {b} {0.9 * r + 0.05 * g:.3f} {0.8 * g:.3f} {b * 0.7 + r * 0.3:.3f}"
    for r in (0, 1)
    for g in (0, 1)
    for b in (0, 1)
)
CLF = """<?xml version="1.0"?><ProcessList compCLFversion="3" id="x">
<Matrix inBitDepth="32f" outBitDepth="32f"><Array dim="3 3">0.9 0.1 0 0 1 0 0.1 0 0.9</Array></Matrix>
<Exponent inBitDepth="32f" outBitDepth="32f" style="monCurveFwd">
<ExponentParams exponent="2.4" offset="0.055"/></Exponent>
<Log inBitDepth="32f" outBitDepth="32f" style="log10"/>
<Range inBitDepth="32f" outBitDepth="32f"><minInValue>-3</minInValue><maxInValue>1</maxInValue>
<minOutValue>0</minOutValue><maxOutValue>1</maxOutValue></Range>
<ASC_CDL inBitDepth="32f" outBitDepth="32f" id="c" style="Fwd"><SOPNode><Slope>1 1.1 1</Slope><Offset>0 0 .1</Offset>
<Power>1.2 1 1</Power></SOPNode><SatNode><Saturation>0.8</Saturation></SatNode></ASC_CDL>
</ProcessList>"""
MATRIX = "0.9 0.1 0 0\n0 1 0 3276.75\n0.1 0.1 0.8 0\n"
WRITTEN = {
    "1d.cube": CUBE_1D,
    "shaped.cube": SHAPED,
    "a.spi1d": SPI1D,
    "a.spi3d": SPI3D,
    "a.clf": CLF,
    "a.spimtx": MATRIX,
}
BAKED = {
    "resolve.cube": ("resolve_cube", False),
    "shaped resolve.cube": ("resolve_cube", True),
    "iridas.cube": ("iridas_cube", False),
    "flame.3dl": ("flame", False),
    "lustre.3dl": ("lustre", False),
    "a.csp": ("cinespace", False),
    "shaped.csp": ("cinespace", True),
    "shaped.clf": ("Academy/ASC Common LUT Format", True),
    "a.ctf": ("Color Transform Format", False),
    "a.itx": ("iridas_itx", False),
    "a.cub": ("truelight", False),
}


def of_file(path):
    """OpenColorIO's own processor of a file."""
    transform = ocio.FileTransform(str(path), interpolation=ocio.INTERP_TETRAHEDRAL)
    return ocio.Config.CreateRaw().getProcessor(transform)


def written(folder, name):
    path = folder / name
    format_, shaped = BAKED.get(name, ("", False))
    path.write_text(baked(format_, shaped=shaped) if format_ else WRITTEN[name])
    return path


@pytest.mark.parametrize("name", [*WRITTEN, *BAKED])
def test_a_file_does_what_opencolorio_makes_of_it(tmp_path, name):
    path = written(tmp_path, name)
    processor = of_file(path)
    stages = lut(linked(path))
    assert stages
    assert error(by_hand(stages, COLOURS), by_ocio(processor, COLOURS)) < 1e-4


def test_compiled_it_does_the_same(tmp_path):
    path = written(tmp_path, "shaped.csp")
    expected = by_hand(lut(linked(path)), COLOURS)
    assert error(in_light(Lut(file=linked(path), space="linear"), COLOURS), expected) < 2e-5


def test_it_works_in_display_encoded_values_or_in_a_logarithm_of_light(tmp_path):
    path = written(tmp_path, "resolve.cube")
    processor = of_file(path)
    assert error(displayed(Lut(file=linked(path)), CODES), by_ocio(processor, CODES)) < 1e-4
    config = ocio.Config.CreateFromBuiltinConfig(BUILT_IN)
    there, back = config.getProcessor(WORKING, "ACEScct"), config.getProcessor("ACEScct", WORKING)
    expected = by_ocio(back, by_ocio(processor, by_ocio(there, COLOURS)))
    assert error(in_light(Lut(file=linked(path), space="acescct"), COLOURS), expected) < 1e-4


def test_a_file_in_which_nothing_is_changed_changes_nothing(tmp_path):
    path = tmp_path / "same.cube"
    path.write_text("LUT_3D_SIZE 2\n" + "\n".join(f"{r} {g} {b}" for b in (0, 1) for g in (0, 1) for r in (0, 1)))
    inside = COLOURS[:1500]
    assert abs(in_light(Lut(file=linked(path), space="linear"), inside) - inside).max() < 1e-6


@settings(max_examples=50)
@given(
    arrays(np.float32, (27, 3), elements=st.floats(0, 1, width=32)),
    arrays(np.float32, 3, elements=st.floats(0, 1, width=32)),
)
def test_between_the_corners_of_a_cube_colours_are_those_of_opencolorio(corners, colour):
    transform = ocio.Lut3DTransform(gridSize=3)
    transform.setData(corners.ravel())
    transform.setInterpolation(ocio.INTERP_TETRAHEDRAL)
    expected = by_ocio(ocio.Config.CreateRaw().getProcessor(transform), colour[None])[0]
    found = tables.tetrahedral(corners.ravel().tolist(), 3.0, *colour.tolist())
    assert abs(np.array(found) - expected).max() < 1e-5


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        (
            "a.cube",
            "LUT_3D_SIZE 2\n0 0 0\n",
            "a.cube cannot be used: it has 1 entries, and its size asks for 8",
        ),
        ("a.cube", "LUT_3D_SIZE 2\n0 0 0\n0 1\n", "a.cube cannot be used: line 3: a colour is three numbers, and this"),
        (
            "a.cube",
            "LUT_3D_SIZE x\n",
            "a.cube cannot be used: line 1: what stands behind LUT_3D_SIZE is not",
        ),
        ("a.cube", "", "a.cube cannot be used:"),
        ("a.clf", "<nothing>", "a.clf cannot be used:"),
        (
            "a.ctf",
            '<ProcessList id="x" version="1.3"><Reference inBitDepth="32f" outBitDepth="32f" path="/etc/passwd"/>'
            "</ProcessList>",
            "a.ctf cannot be used:",
        ),
        ("a.spimtx", "nan 0 0 0 0 1 0 0 0 0 1 0\n", "a.spimtx: it has numbers that are infinite, or none at all"),
        ("a.cube", CUBE_1D.replace("0.250", "nan"), "a.cube: it has numbers that are infinite, or none at all"),
        ("a.cube", CUBE_1D.replace("0.250", "inf"), "a.cube: it has numbers that are infinite, or none at all"),
    ],
)
def test_what_is_no_lut_is_refused_in_words(tmp_path, name, text, said):
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(ValueError, match=said) as caught:
        Lut(file=linked(path)).check()
    assert linked(path).digest not in str(caught.value)


def test_a_lut_reads_no_other_file_wherever_it_lies(tmp_path):
    other = tmp_path / "other.cube"
    other.write_text(CUBE_1D)
    path = tmp_path / "a.ctf"
    path.write_text(
        '<ProcessList id="x" version="1.7">'
        f'<Reference inBitDepth="32f" outBitDepth="32f" path="{other}"/></ProcessList>'
    )
    with pytest.raises(ValueError, match=r"a.ctf cannot be used: .* could not be located"):
        Lut(file=linked(path)).check()


def test_a_file_that_was_changed_meanwhile_is_not_used(tmp_path):
    path = tmp_path / "a.spi1d"
    path.write_text(SPI1D.replace("0.6", "0.65"))
    effect = Lut(file=linked(path))
    path.write_text(SPI1D)
    with pytest.raises(MediaError, match="has changed"):
        effect.stages()


def test_a_byte_order_mark_is_no_part_of_a_lut(tmp_path):
    path, marked = written(tmp_path, "resolve.cube"), tmp_path / "marked.cube"
    marked.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert (by_hand(lut(linked(marked)), COLOURS) == by_hand(lut(linked(path)), COLOURS)).all()
