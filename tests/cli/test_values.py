from fractions import Fraction

import click
import pytest

from reelwork.cli.values import FrameRange, Ratio, Setting


@pytest.mark.parametrize(("text", "frames"), [("0-95", (0, 95)), ("7", (7, 7)), ("5-5", (5, 5)), ("000-001", (0, 1))])
def test_frames(text: str, frames: tuple[int, int]) -> None:
    assert FrameRange().convert(text, None, None) == frames


@pytest.mark.parametrize("text", ["", "-", "-3", "3-", "a-b", "1-2-3", "5-4", "1.5", "٣-٤", " 1-2", "1" * 40])
def test_frames_that_make_no_sense(text: str) -> None:
    with pytest.raises(click.BadParameter) as caught:
        FrameRange().convert(text, None, None)
    assert repr(text) in caught.value.message


@pytest.mark.parametrize(
    ("text", "ratio"), [("1/2", "1/2"), ("0.5", "1/2"), ("50%", "1/2"), ("2", "2"), ("12.5%", "1/8")]
)
def test_ratios_are_exact(text: str, ratio: str) -> None:
    assert Ratio().convert(text, None, None) == Fraction(ratio)


@pytest.mark.parametrize("text", ["", "0", "-1", "1/0", "half", "nan", "inf", "%", "0%"])
def test_ratios_that_make_no_sense(text: str) -> None:
    with pytest.raises(click.BadParameter):
        Ratio().convert(text, None, None)


@pytest.mark.parametrize(
    ("text", "setting"), [("a=b", ("a", "b")), ("a=", ("a", "")), ("a=b=c", ("a", "b=c")), ("a= b ", ("a", " b "))]
)
def test_settings_keep_every_character(text: str, setting: tuple[str, str]) -> None:
    assert Setting().convert(text, None, None) == setting


@pytest.mark.parametrize("text", ["", "a", "=b"])
def test_settings_that_make_no_sense(text: str) -> None:
    with pytest.raises(click.BadParameter):
        Setting().convert(text, None, None)
