"""Digests of what a render depends on: the graph, the engine's and the plugins' code, the libraries."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
from collections.abc import Iterable, Mapping
from enum import Enum
from fractions import Fraction
from importlib.metadata import Distribution, distributions
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from reelwork.extensions import Registry

#: Distributions whose versions may change pixels, samples or packets; fonts, of which there may be any, by a prefix.
_LIBRARIES: Final = frozenset(
    (
        "av",
        "dynamic-font",
        "icu4py",
        "imagecodecs",
        "llvmlite",
        "manimgx-fonts",
        "manimgx-fonts-cjk",
        "numba",
        "numpy",
        "opencolorio",
        "openexr",
        "pi-heif",
        "pillow",
        "pylibjxl",
        "pypdfium2",
        "pyvips-binary",
        "rawpy",
        "resvg-py",
        "simplejpeg",
        "skia-pathops",
        "soxr",
        "tifffile",
        "uharfbuzz",
    )
)
_FONTS: Final = "fontpkg-"


def value_digest(*values: object) -> str:
    """The digest of plain values, frozen dataclasses, classes and containers of them, as 64 hexadecimal digits.

    Each object is looked at once, however often it is used, so that compositions nested in each other do not explode.
    A dataclass's fields with ``digest: False`` in their metadata are left out: they say where something lies.

    :raises TypeError: a value of another type
    """
    return _Digester().digest(values)


class _Digester:
    def __init__(self) -> None:
        self._known: dict[int, tuple[object, str]] = {}

    def digest(self, value: object) -> str:
        known = self._known.get(id(value))
        if known is not None:
            return known[1]
        text = self._text(value)
        result = hashlib.sha256(text.encode()).hexdigest()
        self._known[id(value)] = (value, result)  # the value is held, so that its id is not given to another
        return result

    def _text(self, value: object) -> str:
        if value is None or isinstance(value, bool | int | float | str | bytes | Fraction | Path):
            return repr(value)
        if isinstance(value, Enum):
            return str(value)
        if isinstance(value, type):
            return f"{value.__module__}.{value.__qualname__} {getattr(value, 'version', '')}"
        if dataclasses.is_dataclass(value):
            said = (field for field in dataclasses.fields(value) if field.metadata.get("digest", True))
            fields = (self.digest(getattr(value, field.name)) for field in said)
            return f"{self._text(type(value))}({','.join(fields)})"
        if isinstance(value, tuple | list):
            return f"({','.join(self.digest(item) for item in value)})"
        if isinstance(value, Mapping):
            return f"{{{','.join(f'{self.digest(key)}:{self.digest(item)}' for key, item in value.items())}}}"
        raise TypeError(f"no digest for {type(value)}")


@functools.cache
def code_digest(packages: tuple[str, ...]) -> str:
    """The digest of the source files of packages and of the versions of the libraries under them."""
    parts = sorted(f"{name} {found.version}" for found in distributions() if _may_change_pixels(name := _name(found)))
    for package in packages:
        parts += (
            f"{package} {path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}"
            for path in sorted(sources(package))
        )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def engine_digest(known: Registry) -> str:
    """The digest of the engine, of all plugins that bring something, and of the libraries under them.

    Machines with equal digests render the same bytes. The versions of plugins count beside their code: they stand for
    what is not source, such as tables and compiled modules.
    """
    classes = (*known.origins, *(type(offer.thing) for offer in known.offers))
    code = code_digest(("reelwork", *sorted({cls.__module__.partition(".")[0] for cls in classes})))
    return value_digest(code, known.packages)


def _name(distribution: Distribution) -> str:
    return distribution.name.lower().replace("_", "-")


def _may_change_pixels(name: str) -> bool:
    return name in _LIBRARIES or name.startswith(_FONTS)


def sources(package: str) -> Iterable[Path]:
    """The source files of a package, or of a module that is none; nothing where there is no such package."""
    spec = find_spec(package)
    if spec is None:
        return []
    if spec.submodule_search_locations is None:
        return [Path(spec.origin)] if spec.origin and Path(spec.origin).is_file() else []
    return [path for folder in spec.submodule_search_locations for path in Path(folder).rglob("*.py")]
