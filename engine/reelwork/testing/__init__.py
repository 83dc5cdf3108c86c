"""The conformance suite: a plugin goes in, tests of everything that it brings come out.

In a test module of a plugin's package::

    from reelwork.testing import conformance

    test_conformance = conformance("reelwork_sparkle")

Each test is named for the promise and the extension: ``test_conformance[tiles are parts of the whole-sparkle]``. The
built-in plugins pass the same tests. Needs pytest, of which :mod:`reelwork.testing.fixtures` is a plugin.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable
from typing import Any

from reelwork.effect import Extension

__all__ = ["conformance"]


def conformance(plugin: str | Iterable[type[Extension]]) -> Callable[..., None]:
    """A test function for pytest, one test for each promise of each extension.

    A broken promise is told in a line or two. Of a class that paints nothing, one test fails, and the tests of what
    cannot be known before it does are skipped.

    :param plugin: the module that the plugin's entry point names, or its extensions
    :raises ValueError: the module brings nothing, or does not say what
    """
    import pytest

    from reelwork.testing.promise import Promise, verdict  # numpy and kernels load here
    from reelwork.testing.promises import promises_of

    classes = _brought(plugin) if isinstance(plugin, str) else tuple(plugin)
    if not classes:
        raise ValueError("there is nothing to test: the plugin brings no extensions")
    cases = [
        pytest.param(promise, cls, id=f"{promise.name}-{cls.name}") for cls in classes for promise in promises_of(cls)
    ]

    @pytest.mark.parametrize(("promise", "extension"), cases)
    def test_conformance(promise: Promise, extension: type[Extension]) -> None:
        found = verdict(promise, extension)
        if found.how == "broken":
            pytest.fail(f"{extension.name} breaks the promise that {promise.name}:\n  {found.words}", pytrace=False)
        if found.how == "unknown":
            pytest.skip(found.words)

    test: Any = test_conformance
    return test  # type: ignore[no-any-return]


def _brought(module: str) -> tuple[type[Extension], ...]:
    plugin = importlib.import_module(module)
    bring = getattr(plugin, "reelwork_extensions", None)
    if bring is None:
        raise ValueError(f"{module} has no reelwork_extensions, so nothing says what it brings")
    return tuple(bring())
