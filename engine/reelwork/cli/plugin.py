"""``reelwork plugin``: for those who write plugins. ``new``: a name goes in, a package of a first effect comes out."""

from __future__ import annotations

import keyword
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import click

import reelwork
from reelwork.cli import trying
from reelwork.errors import OutputError
from reelwork.extensions import API, bearers, registry
from reelwork.extensions.names import OWN

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*\Z")


@click.group("plugin")
def command() -> None:
    """Write plugins: effects, merges, generators and transitions of your own."""


command.add_command(trying.command)


@command.command("new")
@click.argument("name")
@click.option(
    "--in", "folder", type=click.Path(file_okay=False, path_type=Path), default=Path(), help="Where its folder is made."
)
def new(name: str, folder: Path) -> None:
    """Write an installable package with one effect, its test, a README and a script for CI.

    NAME is the effect's, such as `film-burn`; the package is `reelwork-film-burn`. Its tests pass at once.
    """
    if not _NAME.match(name) or keyword.iskeyword(name):
        raise click.BadParameter(
            f"{name!r} is no name for an effect: lower-case letters and digits, words joined by `-`, such as film-burn",
            param_hint="NAME",
        )
    target = folder / f"reelwork-{name}"
    if target.exists():
        raise OutputError(f"{target} exists already; choose another name, or another folder with --in")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        making = Path(tempfile.mkdtemp(dir=folder, prefix=f".reelwork-{name}."))
        try:
            for path, text in _files(name).items():
                (making / path).parent.mkdir(parents=True, exist_ok=True)
                (making / path).write_text(text, encoding="utf-8")
            (making / "ci.sh").chmod(0o755)
            making.chmod(0o755)
            os.rename(making, target)
        except BaseException:
            shutil.rmtree(making, ignore_errors=True)
            raise
    except OSError as error:
        raise OutputError(f"{target} cannot be written: {error.strerror or error}") from error
    file = target / f"reelwork_{_stem(name)}" / f"{_stem(name)}.py"
    click.echo(f"{target} is written. Next:")
    click.echo(f"  reelwork plugin try '{file}' --watch    shows it, and again whenever you save it")
    click.echo(f"  pip install -e '{target}[test]'    so that scenes find it; then `reelwork effects {name}`")
    click.echo(f"  pytest '{target}'    its tests, which pass already")
    for line in _clashes(name):
        click.echo(f"warning: {line}", err=True)


def _clashes(name: str) -> Iterator[str]:
    """Who brings an effect of that name already."""
    table = registry().effects
    for full in bearers(table, name):
        package = full.rpartition(":")[0]
        whose = "Reelwork itself" if package == OWN else package
        yield (
            f"{whose} brings an effect {name!r} already: where both are installed, scenes must write "
            f"{full} or reelwork-{name}:{name}; another name saves them that"
        )


def _stem(name: str) -> str:
    """The name as Python and file names have it."""
    return name.replace("-", "_")


def _class(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("-"))


def _files(name: str) -> dict[str, str]:
    """Relative paths and texts of all files of the package."""
    stem = _stem(name)
    words = {
        "name": name,
        "title": name.replace("-", " ").capitalize(),
        "module": f"reelwork_{stem}",
        "stem": stem,
        "class_": _class(name),
        "api": f"{API[0]}.{API[1]}",
        "reelwork": reelwork.__version__,
    }
    texts = {
        "pyproject.toml": _PYPROJECT,
        "README.md": _README,
        "ci.sh": _CI,
        f"reelwork_{stem}/__init__.py": _INIT,
        f"reelwork_{stem}/{stem}.py": _EFFECT,
        f"tests/test_{stem}.py": _TEST,
    }
    return {path: text.format(**words) for path, text in texts.items()}


_PYPROJECT = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "reelwork-{name}"
version = "0.1.0"
description = "{title}: an effect for Reelwork."
readme = "README.md"
requires-python = ">=3.11"
dependencies = ["reelwork>={reelwork}"]

[project.optional-dependencies]
test = ["pytest"]

[project.entry-points.reelwork]
{stem} = "{module}"

[tool.hatch.build.targets.wheel]
packages = ["{module}"]

[tool.pytest.ini_options]
addopts = ["--import-mode=importlib"]
pythonpath = ["."]
testpaths = ["tests"]
"""

_README = """\
# {title}

An effect for Reelwork. Install it where Reelwork is:

    pip install reelwork-{name}

and write it into a scene:

    effects:
      - {name}: {{amount: 60%}}

`reelwork effects {name}` says what its parameters mean. `./ci.sh` runs the tests.
"""

_CI = """\
#!/bin/sh
# Makes an environment, installs the package and runs its tests.
set -e
cd "$(dirname "$0")"
python3 -m venv .venv
.venv/bin/pip install --quiet '.[test]'
.venv/bin/pytest
"""

_INIT = '''\
"""The plugin: what it brings, and for which version of Reelwork's API it was built."""

from reelwork import hookimpl
from reelwork.effect import Extension
from {module}.{stem} import {class_}

REELWORK_API = "{api}"


@hookimpl
def reelwork_extensions() -> tuple[type[Extension], ...]:
    """All that this plugin brings."""
    return ({class_},)
'''

_EFFECT = '''\
"""{title}: write here what it does, in one line."""

from __future__ import annotations

from reelwork import PointEffect, param
from reelwork.kinds import Ratio


class {class_}(PointEffect, name="{name}", version=1):
    """{title}: turns light towards a warm grey.

    The first line is shown in lists, the rest by `reelwork effects {name}`. Count up `version` when the picture that
    it makes changes: what was rendered with the old one is then rendered again.

    >>> {class_}(amount=0.0).is_identity()
    True
    """

    keeps_alpha = True

    amount: float = param(0.5, kind=Ratio(bounded=True), help="How far colours turn.")

    def is_identity(self) -> bool:
        """Whether it changes nothing, so that it can be left out."""
        return self.amount == 0.0

    def uniforms(self) -> tuple[float, ...]:
        """What `pixel` is given after the colour, worked out once a frame."""
        return (self.amount,)

    @staticmethod
    def pixel(r: float, g: float, b: float, a: float, amount: float) -> tuple[float, float, float, float]:
        """One pixel: premultiplied scene-linear light. Reelwork compiles it and writes the loop."""
        grey = 0.2126 * r + 0.7152 * g + 0.0722 * b
        return (
            r + (grey * 1.1 - r) * amount,
            g + (grey - g) * amount,
            b + (grey * 0.9 - b) * amount,
            a,
        )
'''

_TEST = '''\
"""What {name} must do; and the promises that every effect must keep."""

from {module} import {class_}
from reelwork.testing import conformance

test_conformance = conformance("{module}")

SCENE = """
reelwork: 1
canvas: {{size: [16, 16]}}
compositions:
  main:
    duration: 2s
    layers:
      - solid: "#808080"
        effects: [{{{name}: {{amount: {{0s: 0%, 1s: 100%}}}}}}]
"""


def test_no_amount_changes_nothing():
    assert {class_}(amount=0.0).is_identity()
    assert {class_}.pixel(0.5, 0.25, 0.125, 1.0, 0.0) == (0.5, 0.25, 0.125, 1.0)


def test_grey_becomes_warm_in_a_scene(render_frame):
    before, after = (render_frame(SCENE, time=time, using=[{class_}])[:, 8, 8] for time in ("0s", "1s"))
    assert before[0] == before[1] == before[2]
    red, green, blue, alpha = after
    assert red > green > blue
    assert alpha == 1.0
'''
