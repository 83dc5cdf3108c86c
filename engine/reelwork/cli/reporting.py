"""The report of an exchange, printed and written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from reelwork.exchange.report import Report

F = TypeVar("F", bound=Callable[..., Any])


def report_option(function: F) -> F:
    """The option ``--report``, which arrives as ``report_to``."""
    return click.option(
        "--report",
        "report_to",
        type=click.Path(path_type=Path, dir_okay=False),
        help="Write what could not be carried as JSON, too.",
    )(function)


def tell(report: Report, report_to: Path | None, source: Path, target: Path) -> None:
    """Print the findings, and write them where that is asked for."""
    for finding in report.findings:
        click.echo(f"not carried: {finding}", err=True)
    if report_to is not None:
        report.write(report_to, str(source), str(target))
