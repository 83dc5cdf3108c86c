"""What is written on the command line: words go in, ratios, first and last frames, settings come out."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any, Final, TypeAlias, TypeVar, cast

import click

from reelwork.errors import ReelworkError
from reelwork.render.terms import Terms
from reelwork.scene.model import Scene

F = TypeVar("F", bound=Callable[..., Any])
#: What completes a value: the command line so far and what is begun go in, all that it may be comes out.
Completion: TypeAlias = Callable[[click.Context, click.Parameter, str], list[str]]


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
    """The option ``--set`` of scenes' variables, which arrives as a mapping called ``settings``."""
    return set_option("Give a variable of the scene another value; may be repeated.", _variables)(function)


def set_option(help_text: str, complete: Completion | None = None) -> Callable[[F], F]:
    """The option ``--set``, which arrives as a mapping called ``settings``."""

    def collect(_: click.Context, __: click.Parameter, pairs: tuple[tuple[str, str], ...]) -> dict[str, str]:
        return dict(pairs)

    return click.option(
        "--set",
        "settings",
        type=Setting(),
        multiple=True,
        callback=collect,
        shell_complete=complete,
        help=help_text,
    )


def to_option(help_text: str, *, required: bool = False) -> Callable[[F], F]:
    """The option ``--to``, a path that may lie anywhere."""
    return click.option("--to", type=click.Path(path_type=Path, dir_okay=False), required=required, help=help_text)


def output_option(function: F) -> F:
    """The option ``--output``."""
    help_text = "Which of the scene's outputs; the first without it."
    return click.option("--output", metavar="NAME", shell_complete=_outputs, help=help_text)(function)


def _outputs(ctx: click.Context, _: click.Parameter, begun: str) -> list[str]:
    """The outputs whose names begin so, for a shell that completes them."""
    return [name for name in _scene(ctx).outputs if name.startswith(begun)]


def _variables(ctx: click.Context, _: click.Parameter, begun: str) -> list[str]:
    """The same of variables."""
    return [f"{name}=" for name in _scene(ctx).variables if name.startswith(begun)]


def _scene(ctx: click.Context) -> Scene:
    """The scene of a command line that is being written; an empty one where it names none, or none that is right."""
    from reelwork.scene.reader import read_scene  # here, since only completion reads scenes from the command line

    # a line that ends with an option without its value is not parsed: then its words are all there is
    words = [word for word in (ctx.params.get("scene"), *ctx.args) if word and not str(word).startswith("-")]
    for word in words[:1]:
        with contextlib.suppress(ReelworkError):
            return read_scene(Path(word))
    return Scene(reelwork=1, compositions={})


def draft_option(function: F) -> F:
    """The option ``--draft``."""
    return click.option("--draft", is_flag=True, help="Show a slate where a record is missing, instead of an error.")(
        function
    )


def frames_option(function: F) -> F:
    """The option ``--frames``."""
    return click.option("--frames", type=FrameRange(), help="Only these frames, counted from 0, both included.")(
        function
    )


def terms_options(function: F) -> F:
    """The options that say how a farm treats a job, which arrive as one :class:`Terms` called ``terms``."""

    @functools.wraps(function)
    def collected(
        *,
        project: str,
        priority: int,
        needs: tuple[str, ...],
        after: tuple[str, ...],
        notify: str | None,
        audit: float,
        **others: Any,
    ) -> Any:
        return function(terms=Terms(project, priority, needs, after, notify, audit), **others)

    wrapped = cast(F, collected)
    for option in reversed(_TERMS):
        wrapped = option(wrapped)
    return wrapped


def _words(_: click.Context, __: click.Parameter, texts: tuple[str, ...]) -> tuple[str, ...]:
    """Words with commas between them, and more of them where the option is repeated."""
    return tuple(dict.fromkeys(word.strip() for text in texts for word in text.split(",") if word.strip()))


_TERMS: Final = (
    click.option(
        "--project", metavar="NAME", default="default", show_default=True, help="Whose share of the farm the job uses."
    ),
    click.option(
        "--priority",
        metavar="N",
        type=click.IntRange(-1000, 1000),
        default=0,
        help="Among the jobs of its project: higher is earlier, 0 is usual.",
    ),
    click.option(
        "--needs",
        metavar="A,B",
        multiple=True,
        callback=_words,
        help="What a worker must offer to get it: tags such as gpu, cores:8, memory:32G.",
    ),
    click.option("--after", metavar="ID", multiple=True, help="Begin when that job is done; may be repeated."),
    click.option("--notify", metavar="URL", help="Tell this address by a POST when the job ends."),
    click.option(
        "--audit",
        metavar="1%",
        type=Percentage(),
        default=0.0,
        help="Render this part of the film a second time, on other workers, and compare.",
    ),
)


def scale_option(function: F) -> F:
    """The option ``--scale``."""
    return click.option("--scale", type=Ratio(), default="1", help="Render at this share of the size, such as 1/2.")(
        function
    )
