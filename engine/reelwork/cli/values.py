"""What is written on the command line: words go in, ratios, first and last frames, settings come out."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


class FrameRange(click.ParamType[tuple[int, int]]):
    """``A-B``, both counted from 0 and both included, or one frame alone."""

    name = "A-B"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, int]:
        """The first and the last frame."""
        if isinstance(value, tuple):
            return value
        first, dash, last = str(value).partition("-")
        if not dash:
            last = first
        if not (_is_count(first) and _is_count(last)):
            self.fail(f"{value!r} is not a run of frames such as 0-95 (counted from 0, both included)", param, ctx)
        if int(last) < int(first):
            self.fail(f"{value!r} ends before it begins", param, ctx)
        return (int(first), int(last))


class Ratio(click.ParamType[Fraction]):
    """``1/2``, ``0.5`` or ``50%``, above 0."""

    name = "ratio"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Fraction:
        """The exact ratio."""
        text = str(value)
        try:
            ratio = Fraction(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
        except (ValueError, ZeroDivisionError):
            self.fail(f"{value!r} is not a ratio such as 1/2, 0.5 or 50%", param, ctx)
        if ratio <= 0:
            self.fail(f"{value!r} is not above 0", param, ctx)
        return ratio


class Percentage(click.ParamType[float]):
    """``1%`` or ``1``, from 0 to 100."""

    name = "percentage"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Per cent."""
        try:
            found = float(str(value).removesuffix("%"))
        except ValueError:
            found = -1.0
        if not 0.0 <= found <= 100.0:
            self.fail(f"{value!r} is not a percentage such as 1%, from 0 to 100", param, ctx)
        return found


class Setting(click.ParamType[tuple[str, str]]):
    """``NAME=VALUE``; the value keeps every character."""

    name = "NAME=VALUE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        """The name and the value as written."""
        if isinstance(value, tuple):
            return value
        name, equals, text = str(value).partition("=")
        if not name or not equals:
            self.fail(f"{value!r} is not NAME=VALUE", param, ctx)
        return (name, text)


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 10


def scene_argument(function: F) -> F:
    """The argument SCENE."""
    return click.argument("scene", type=click.Path(path_type=Path))(function)


def settings_option(function: F) -> F:
    """The option ``--set``, which arrives as a mapping called ``settings``."""

    def collect(_: click.Context, __: click.Parameter, pairs: tuple[tuple[str, str], ...]) -> dict[str, str]:
        return dict(pairs)

    return click.option(
        "--set",
        "settings",
        type=Setting(),
        multiple=True,
        callback=collect,
        help="Give a variable of the scene another value; may be repeated.",
    )(function)


def to_option(help_text: str, *, required: bool = False) -> Callable[[F], F]:
    """The option ``--to``, a path that may lie anywhere."""
    return click.option("--to", type=click.Path(path_type=Path, dir_okay=False), required=required, help=help_text)


def output_option(function: F) -> F:
    """The option ``--output``."""
    return click.option("--output", metavar="NAME", help="Which of the scene's outputs; the first without it.")(
        function
    )


def draft_option(function: F) -> F:
    """The option ``--draft``."""
    return click.option("--draft", is_flag=True, help="Show a slate where a record is missing, instead of an error.")(
        function
    )


def scale_option(function: F) -> F:
    """The option ``--scale``."""
    return click.option("--scale", type=Ratio(), default="1", help="Render at this share of the size, such as 1/2.")(
        function
    )
