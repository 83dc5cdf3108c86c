"""Colour space: all conversions and views of the built-in configuration, and a user's own, against OpenColorIO."""

from __future__ import annotations

from zipfile import ZipFile

import numpy as np
import PyOpenColorIO as ocio
import pytest
from plugins.colour.files import CODES, COLOURS, by_hand, by_ocio, error, linked
from plugins.colour.test_tools import in_light

from reelwork_colour import ColourSpace
from reelwork_colour.ocio import BUILT_IN, WORKING, Conversion, conversion
from reelwork_colour.operations import UnknownError, stages

CONFIG = ocio.Config.CreateFromBuiltinConfig(BUILT_IN)
SPACES = list(CONFIG.getColorSpaceNames())
FEW = slice(None, None, 7)
OWN = """ocio_profile_version: 2
environment: {{SHOT: sunset}}
search_path: luts
roles: {{default: raw, scene_linear: lin}}
file_rules: [!<Rule> {{name: Default, colorspace: default}}]
displays: {{screen: [!<View> {{name: plain, colorspace: out}}]}}
colorspaces:
  - !<ColorSpace> {{name: raw, isdata: true}}
  - !<ColorSpace> {{name: lin, aliases: [lin_rec709]}}
  - !<ColorSpace>
    name: out
    from_scene_reference: {out}
"""
GAMMA = "!<ExponentTransform> {value: 2.2, direction: inverse}"
FILED = "!<FileTransform> {src: for-$SHOT.spi1d}"
CURVE = "Version 1\nFrom 0 1\nLength 3\nComponents 1\n{\n0\n0.8\n1\n}\n"


@pytest.mark.parametrize("name", SPACES)
def test_a_conversion_is_opencolorios(name):
    there, back = CONFIG.getProcessor(WORKING, name), CONFIG.getProcessor(name, WORKING)
    light, codes = COLOURS[FEW], CODES[FEW]
    assert error(by_hand(conversion(None, Conversion(to=name)), light), by_ocio(there, light)) < 1e-4
    assert error(by_hand(conversion(None, Conversion(from_=name)), codes), by_ocio(back, codes)) < 1e-4


@pytest.mark.parametrize("display", list(CONFIG.getDisplays()))
def test_a_view_is_the_light_that_is_seen_on_its_display(display):
    light = COLOURS[FEW]
    for view in CONFIG.getViews(display):
        shown = ocio.GroupTransform()
        shown.appendTransform(ocio.DisplayViewTransform(src=WORKING, display=display, view=view))
        if view != "Raw":
            shown.appendTransform(ocio.ColorSpaceTransform(src=display, dst=WORKING))
        expected = by_ocio(CONFIG.getProcessor(shown), light)
        found = by_hand(conversion(None, Conversion(display=display, view=view)), light)
        assert error(found, expected) < 1e-4, view


def test_a_look_is_opencolorios():
    look = "ACES 1.3 Reference Gamut Compression"
    expected = by_ocio(CONFIG.getProcessor(ocio.LookTransform(src=WORKING, dst=WORKING, looks=look)), COLOURS)
    assert error(by_hand(conversion(None, Conversion(look=look)), COLOURS), expected) < 1e-4


@pytest.mark.parametrize(
    "settings",
    [
        {"to": "ARRI LogC3 (EI800)"},
        {"from_": "ACEScc", "to": "Rec.2100-PQ - Display"},
        {"display": "sRGB - Display", "view": "ACES 1.0 - SDR Video"},
    ],
)
def test_compiled_it_does_the_same(settings):
    effect = ColourSpace(**settings)
    colours = CODES if effect.from_ else COLOURS
    assert error(in_light(effect, colours), by_hand(effect.stages(), colours)) < 5e-5


FORWARD, INVERSE = ocio.TRANSFORM_DIR_FORWARD, ocio.TRANSFORM_DIR_INVERSE
RGB = ([0.2, 0.25, 0.3], [0.6, 0.5, 0.4], [1.1, 1.0, 0.9], [0.02, 0.01, 0.03])


def curve(direction):
    made = ocio.Lut1DTransform(5, False)
    for index, value in enumerate((0.0, 0.1, 0.4, 0.8, 1.0)):
        made.setValue(index, value, value * value, value**0.5)
    made.setDirection(direction)
    return made


OPERATIONS = {
    "exponent": lambda d: ocio.ExponentTransform([2.2, 1.8, 0.7, 1.0], ocio.NEGATIVE_CLAMP, d),
    "mirrored exponent": lambda d: ocio.ExponentTransform([2.2, 1.8, 0.7, 1.0], ocio.NEGATIVE_MIRROR, d),
    "exponent above 0": lambda d: ocio.ExponentTransform([2.2, 1.8, 0.7, 1.0], ocio.NEGATIVE_PASS_THRU, d),
    "monitor": lambda d: ocio.ExponentWithLinearTransform(
        [2.4, 2.2, 1.8, 1.0], [0.055, 0.1, 0.02, 0.0], ocio.NEGATIVE_LINEAR, d
    ),
    "mirrored monitor": lambda d: ocio.ExponentWithLinearTransform(
        [2.4, 2.2, 1.8, 1.0], [0.055, 0.1, 0.02, 0.0], ocio.NEGATIVE_MIRROR, d
    ),
    "log": lambda d: ocio.LogTransform(10.0, d),
    "log affine": lambda d: ocio.LogAffineTransform(*RGB, d),
    "log camera": lambda d: ocio.LogCameraTransform([0.01, 0.02, 0.011], 2.0, *RGB, direction=d),
    "range": lambda d: ocio.RangeTransform(0.1, 0.9, 0.2, 1.5, d),
    "no less": lambda d: ocio.RangeTransform(minInValue=0.1, minOutValue=0.1, direction=d),
    "no more": lambda d: ocio.RangeTransform(maxInValue=0.8, maxOutValue=0.8, direction=d),
    "matrix": lambda d: ocio.MatrixTransform(
        [1, 0.1, 0.2, 0, 0.3, 1, 0.1, 0, 0, 0.2, 0.9, 0, 0, 0, 0, 1], [0.1, 0.2, 0.3, 0], d
    ),
    "cdl": lambda d: ocio.CDLTransform([1.1, 0.9, 1.0], [0.05, -0.02, 0.1], [1.2, 0.8, 1.0], 1.3, direction=d),
    "curve": curve,
    "dim": lambda d: ocio.FixedFunctionTransform(ocio.FIXED_FUNCTION_ACES_DARK_TO_DIM_10, [], d),
    "surround": lambda d: ocio.FixedFunctionTransform(ocio.FIXED_FUNCTION_REC2100_SURROUND, [1.2], d),
}


@pytest.mark.parametrize("direction", [FORWARD, INVERSE], ids=["forward", "inverse"])
@pytest.mark.parametrize("make", OPERATIONS.values(), ids=OPERATIONS)
def test_an_operation_is_opencolorios(make, direction):
    transform = make(direction)
    colours = (COLOURS if direction is FORWARD else CODES)[FEW]
    expected = by_ocio(ocio.Config.CreateRaw().getProcessor(transform), colours, exactly=True)
    assert error(by_hand(stages([transform]), colours), expected) < 1e-4


def test_what_no_formula_is_known_for_is_refused():
    with pytest.raises(UnknownError, match="GradingTone"):
        stages([ocio.GradingToneTransform(ocio.GRADING_LOG)])
    with pytest.raises(UnknownError, match="inverse of a 3D LUT"):
        stages([ocio.Lut3DTransform(gridSize=2, direction=INVERSE)])


def test_views_of_aces_2_are_refused(tmp_path):
    path = tmp_path / "aces2.ocio"
    path.write_text(ocio.Config.CreateFromBuiltinConfig("cg-config-v4.0.0_aces-v2.0_ocio-v2.5").serialize())
    ColourSpace(config=linked(path), to="ACEScct").check()
    view = {"display": "sRGB - Display", "view": "ACES 2.0 - SDR 100 nits (Rec.709)"}
    with pytest.raises(ValueError, match=r"aces2\.ocio: it asks for the function ACES_OUTPUT_TRANSFORM_20, for which"):
        ColourSpace(config=linked(path), **view).check()


def own(folder, out, name="own.ocio"):
    path = folder / name
    path.write_text(OWN.format(out=out))
    return path


def test_a_configuration_of_ones_own_is_used(tmp_path):
    file = linked(own(tmp_path, GAMMA))
    colours = CODES[FEW]
    expected = np.maximum(colours, 0.0) ** (1 / 2.2)
    assert error(by_hand(ColourSpace(to="out", config=file).stages(), colours), expected) < 1e-4
    seen = ColourSpace(display="screen", view="plain", config=file).stages()
    assert error(by_hand(seen, colours), np.maximum(colours, 0.0)) < 1e-4


def test_an_archive_brings_its_files_and_a_bare_configuration_reads_none(tmp_path, monkeypatch):
    monkeypatch.setenv("SHOT", "another")
    path = own(tmp_path, FILED)
    (tmp_path / "luts").mkdir()
    (tmp_path / "luts" / "for-sunset.spi1d").write_text(CURVE)
    with pytest.raises(ValueError, match=r"own\.ocio cannot be used.*for-\$SHOT\.spi1d.*archive"):
        ColourSpace(to="out", config=linked(path)).check()
    archive = tmp_path / "own.ocioz"
    ocio.Config.CreateFromFile(str(path)).archive(str(archive))
    found = by_hand(ColourSpace(to="out", config=linked(archive)).stages(), [[0.25, 0.5, 0.75]])
    assert np.allclose(found, [[0.4, 0.8, 0.9]])


@pytest.mark.parametrize("searched", [True, False])
def test_neither_reads_files_of_the_disk_by_their_whole_paths(tmp_path, searched):
    luts = tmp_path / "luts"
    luts.mkdir()
    (luts / "curve.spi1d").write_text(CURVE)
    source = "curve.spi1d" if searched else luts / "curve.spi1d"
    path = own(tmp_path, f"!<FileTransform> {{src: {source}}}")
    path.write_text(path.read_text().replace("search_path: luts", f"search_path: {luts}"))
    archive = tmp_path / "own.ocioz"
    with ZipFile(archive, "w") as packed:
        packed.write(path, "config.ocio")
    for file in (path, archive):
        with pytest.raises(ValueError, match=r"curve\.spi1d' could not be located"):
            ColourSpace(to="out", config=linked(file)).check()


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "nothing is said to be done"),
        ({"display": "sRGB - Display"}, "write both"),
        ({"to": "ACESct"}, "there is no colour space 'ACESct'; did you mean 'ACEScct', 'ACEScg', 'ACEScc'"),
        ({"display": "x", "view": "x"}, "there is no display 'x'; there are 'sRGB - Display', 'Display P3 - Display',"),
        (
            {"display": "sRGB - Display", "view": "x"},
            "no view of 'sRGB - Display' 'x'; there are 'ACES 1.0 - SDR Video'",
        ),
        ({"look": "dream"}, "dream"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(settings, said):
    with pytest.raises(ValueError, match=said):
        ColourSpace(**settings).check()
