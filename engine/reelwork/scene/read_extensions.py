"""Parameters of an extension: what a scene wrote for it goes in, today's values come out.

Old names become new ones, what was written for an older version is migrated, and a preset lies under what stands beside
it. The order is that of the functions here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from reelwork import kinds
from reelwork.effect import Extension
from reelwork.errors import Place
from reelwork.kinds import Param
from reelwork.scene.nodes import Mapping as MappingNode
from reelwork.scene.nodes import Node, Scalar, data_of, join, node_of, words
from reelwork.scene.read_composed import exactly_one, read_keys
from reelwork.scene.reading import Reading
from reelwork.scene.report import quote

#: What every extension that is written with parameters takes beside its own.
EXTENSION_KEYS: Final = {
    "preset": Param(
        kinds.Name("preset"), None, "A set of parameters by its name; what stands beside it wins.", animated=False
    ),
    "version": Param(
        kinds.Number(minimum=1.0, integer=True),
        None,
        "The version for which it is written. Default: none; then old names are known by themselves.",
        animated=False,
    ),
}


def read_extension(
    reading: Reading, cls: type[Extension], node: MappingNode, path: str, what: str, extra: Mapping[str, Param]
) -> dict[str, Any]:
    """The parameters that were written, or that a written preset sets, by their Python names.

    :param what: the extension, in words that fit "is not a key of"
    :param extra: keys that stand beside its parameters
    """
    known = {**keys_of_extension(cls), **extra}
    named = node.key("preset")
    if named is not None and "preset" not in known:
        reading.report.add(f"{what} has no presets", named.place, join(path, "preset"), "write its parameters")
        node = replace(node, pairs=tuple(pair for pair in node.pairs if pair[0].text != "preset"))
    node = _up_to_date(reading, cls, node, path, what, known)
    values = read_keys(reading, known, node, path, what)
    preset = values.pop("preset", None)
    if preset is not None:
        named = node.key("preset")
        assert named is not None
        below = _preset(cls, preset, node, reading.places[join(path, "preset")])
        values = _read_preset(reading, cls, preset, below, path, what) | values
        node = replace(node, pairs=(*node.pairs, *below.pairs))
    _check(reading, cls, node, path, what)
    return values


def keys_of_extension(cls: type[Extension]) -> dict[str, Param]:
    """The keys that may be written now: its parameters, and the name of a preset where it has any."""
    known = cls.params()
    if cls.presets:
        known["preset"] = replace(EXTENSION_KEYS["preset"], kind=kinds.Choice(tuple(cls.presets)))
    return known


# ---- what older versions called otherwise ----


def _up_to_date(
    reading: Reading, cls: type[Extension], node: MappingNode, path: str, what: str, known: Mapping[str, Param]
) -> MappingNode:
    """What was written as this version wants it, without the key that says for which version it was."""
    written = node.key("version")
    version = _version(reading, cls, node, path, what)
    node = replace(node, pairs=tuple(pair for pair in node.pairs if pair[0].text != "version"))
    node = _renamed(reading, cls, node, path, what)
    unknown = next((key for key, _ in node.pairs if key.text not in known), None)
    is_older = version is not None and version < cls.version
    if is_older or (version is None and unknown is not None):
        at = unknown or written
        assert at is not None  # one of the two is why we are here
        migrated = _migrated(reading, cls, version or 0, node, path, what, at)
        return migrated or replace(node, pairs=tuple(pair for pair in node.pairs if pair[0].text in known))
    return node


def _version(reading: Reading, cls: type[Extension], node: MappingNode, path: str, what: str) -> int | None:
    """The version that the scene says; ``None`` where it says none, or none that there is."""
    written = node.get("version")
    if written is None:
        return None
    below = join(path, "version")
    version = reading.read(EXTENSION_KEYS["version"].kind, written, below)
    if not isinstance(version, int):
        return None
    if version > cls.version:
        package = reading.registry.origins.get(cls, "").rpartition(" ")[0]
        reading.wrong(
            written,
            below,
            f"{what} has version {cls.version} on this machine; this is written for version {version}",
            _newer(package),
        )
    return version


def _newer(package: str) -> str:
    if package == "effects":  # a file beside the scene, which nobody can install
        return "get the newer file for the folder effects/ beside the scene, or leave out `version`"
    return f"install a newer version of {package or 'its package'}"


def _renamed(reading: Reading, cls: type[Extension], node: MappingNode, path: str, what: str) -> MappingNode:
    """The mapping with today's names in place of old ones, each of which is told."""
    pairs: list[tuple[Scalar, Node]] = []
    taken = {key.text for key, _ in node.pairs}
    for key, value in node.pairs:
        new = cls.renamed.get(key.text)
        if new is None:
            pairs.append((key, value))
        elif new in taken:
            message = f"{quote(key.text)} is the old name of {quote(new)}, which is written too"
            reading.report.add(message, key.place, join(path, key.text), f"leave out {quote(key.text)}")
        else:
            taken.add(new)
            message = f"{quote(key.text)} of {what} is called {quote(new)} now"
            reading.report.warn(message, key.place, join(path, key.text), f"write {new}")
            pairs.append((replace(key, text=new), value))
    return replace(node, pairs=tuple(pairs))


def _migrated(
    reading: Reading, cls: type[Extension], version: int, node: MappingNode, path: str, what: str, at: Scalar
) -> MappingNode | None:
    """What the extension makes of parameters for an older version, which is told if it is something else.

    ``None`` where it fails at it.

    :param at: the key that shows that they are old
    """
    old = data_of(node)
    if old is None:
        return node  # a part of it cannot be read, which has been reported
    try:
        new = dict(cls.migrate(version, data_of(node)))
    except Exception as error:  # a stranger's class may fail in any way
        message = f"{what} cannot take over what was written for an older version: {type(error).__name__}: {error}"
        reading.wrong(at, join(path, at.text), message, f"write it for version {cls.version}")
        return None
    if new == old:
        return node
    pairs = []
    for name, value in new.items():
        key, was = node.key(name) or replace(at, text=name), node.get(name)
        same = was is not None and data_of(was) == value
        pairs.append((key, was if same and was is not None else node_of(value, was.place if was else at.place)))
    made = replace(node, pairs=tuple(pairs))
    since = f"since version {version}" if version else "since this was written"
    reading.report.warn(f"{what} has changed {since}", at.place, join(path, at.text), f"write {words(made)}")
    return made


# ---- presets ----


def _preset(cls: type[Extension], name: str, node: MappingNode, place: Place) -> MappingNode:
    """The parameters that a preset sets and that do not stand beside it; of those that exclude each other, too."""
    written = {key.text for key, _ in node.pairs}
    if written.intersection(cls.exactly_one):
        written.update(cls.exactly_one)
    values = {key: value for key, value in cls.presets[name].items() if key not in written}
    made = node_of(values, place)
    assert isinstance(made, MappingNode)
    return made


def _read_preset(
    reading: Reading, cls: type[Extension], name: str, node: MappingNode, path: str, what: str
) -> dict[str, Any]:
    values, report = reading.attempt(lambda: read_keys(reading, cls.params(), node, path, what))
    for problem in report.problems:
        key = problem.path.removeprefix(f"{path}.")
        message = f"the preset {quote(name)} of {what} is wrong: {key}: {problem.message}"
        maker = reading.registry.origins.get(cls, "its package")
        remedy = f"write the parameters themselves until {maker} is mended"
        reading.report.add(message, node.place, join(path, "preset"), remedy)
    return dict(values)


def _check(reading: Reading, cls: type[Extension], node: MappingNode, path: str, what: str) -> None:
    """Whether parameters that have no default were given, and one of those that exclude each other."""
    for key, param in cls.params().items():
        if param.default is kinds.REQUIRED and node.key(key) is None:
            reading.report.add(f"{what} needs {quote(key)}", node.place, path)
    exactly_one(reading, cls, node, path, what)
