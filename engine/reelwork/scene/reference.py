"""The reference page of the format: a page with marked places goes in, the page with tables from the models comes out.

``python -m reelwork.scene.reference docs/scene-format.md`` writes the tables of that page anew.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final

from reelwork import kinds
from reelwork.extensions import Registry, registry
from reelwork.kinds import REQUIRED, Kind, Param, params
from reelwork.scene import encoding, language, later, model, sources
from reelwork.scene.captions import CaptionsOf
from reelwork.scene.easing import EASES
from reelwork.scene.files import ANIMATIONS, CAPTIONS, FILMS, PIXEL_FORMATS, PROFILES, SOUNDS, TUNES, stills
from reelwork.scene.output import Output
from reelwork.scene.read_extensions import EXTENSION_KEYS
from reelwork.scene.read_keyframes import can_move
from reelwork.scene.read_layers import EFFECT_KEYS
from reelwork.scene.wording import describe
from reelwork.words import value_words

_MARKED: Final = re.compile(r"(<!-- table: (?P<name>[\w-]+) -->\n).*?(<!-- end -->)", re.DOTALL)

_MODELS: Final[dict[str, Mapping[str, Param]]] = {
    "scene": params(model.Scene),
    "canvas": params(model.Canvas),
    "composition": params(model.Composition),
    "sources": params(sources.SourceKeys),
    "slot": params(sources.SlotSource),
    "layer": params(model.Layer),
    "caption": params(CaptionsOf),
    "transform": params(model.Transform),
    "sound": params(model.Sound),
    "credit": params(model.Credit),
    "effect": EFFECT_KEYS,
    "extension": EXTENSION_KEYS,
    "transition": params(model.TransitionKeys),
    "gap": params(model.GapKeys),
    "output": params(Output),
    "video": params(encoding.Video),
    "stills": params(encoding.Stills),
    "metadata": params(encoding.Metadata),
    "mastering": params(encoding.Mastering),
    "content-light": params(encoding.ContentLight),
    "audio": params(encoding.Audio),
}
_LATER: Final[dict[str, type]] = {
    "a scene": later.LaterSceneKeys,
    "a composition": later.LaterCompositionKeys,
    "a layer or a clip": later.LaterLayerKeys,
    "`sound`": later.LaterSoundKeys,
    "an output": later.LaterOutputKeys,
}


def refreshed(page: str, plugins: Registry) -> str:
    """The page with every marked table written anew.

    :raises KeyError: a mark names a table that does not exist
    """

    def table(match: re.Match[str]) -> str:
        return f"{match[1]}{_tables(plugins)[match['name']]()}{match[3]}"

    return _MARKED.sub(table, page)


def _tables(plugins: Registry) -> dict[str, Callable[[], str]]:
    made: dict[str, Callable[[], str]] = {}
    for name, keys in _MODELS.items():
        made[name] = lambda keys=keys: _keys_table(keys)  # type: ignore[misc]
    for name in ("text", "shape"):
        made[name] = lambda name=name: _generator(plugins, name)  # type: ignore[misc]
    made["eases"] = _eases
    made["files"] = lambda: _files(plugins)
    made["pixel-formats"] = _pixel_formats
    made["profiles"] = _profiles
    made["later"] = _later_table
    return made


def _keys_table(keys: Mapping[str, Param]) -> str:
    rows = [(f"`{key}`", _takes(param), _default(param), param.help) for key, param in keys.items() if not param.later]
    return _table(("key", "takes", "default", "meaning"), rows)


def _generator(plugins: Registry, name: str) -> str:
    """The parameters of a generator, and of the mappings that they take, each with its key before it."""
    cls = plugins.generators[name]
    rows: list[tuple[str, ...]] = []
    _generator_rows(rows, cls.params(), "", set())
    return _table(("key", "takes", "default", "meaning"), rows)


def _generator_rows(rows: list[tuple[str, ...]], keys: Mapping[str, Param], before: str, told: set[type]) -> None:
    for key, param in keys.items():
        if param.later:
            continue
        rows.append((f"`{before}{key}`", _takes(param), _default(param), param.help))
        for struct in _structs(param.kind):
            if struct.model not in told:
                told.add(struct.model)
                _generator_rows(rows, params(struct.model), f"{before}{key}.", told)


def _structs(kind: Kind) -> list[kinds.Struct]:
    match kind:
        case kinds.Struct():
            return [kind]
        case kinds.OneOf():
            return [struct for option in kind.options for struct in _structs(option)]
        case kinds.List():
            return _structs(kind.item)
    return []


def _takes(param: Param) -> str:
    """What a key takes, in words; ``~`` says that keyframes may stand there."""
    moves = " ~" if param.animated and can_move(param.kind) else ""
    return f"{_short(param.kind)}{moves}"


def _short(kind: Kind) -> str:
    match kind:
        case kinds.Choice() if len(kind.options) > 12:
            return "one of the names below"
        case kinds.Choice():
            return " · ".join(f"`{option}`" for option in kind.options)
        case kinds.Struct(shorthand=None):
            return "a mapping"
        case kinds.Struct(shorthand=str(name)):
            return f"its {name}, or a mapping"
        case kinds.OneOf():
            return ", or ".join(_short(option) for option in kind.options)
        case kinds.List():
            return f"a list, each {_short(kind.item)}"
        case kinds.Length():
            reference = {"x": "width", "y": "height"}.get(kind.axis, "shorter side")
            return f"a length (% of the {reference})" + (", at least 0" if kind.minimum == 0.0 else "")
        case kinds.Colour():
            return "a colour"
        case kinds.Time(cues=True):
            return "a time, cues too"
        case kinds.Time():
            return "a time"
        case language.Made():
            return "see below"
        case language.Table():
            return f"a name for each {kind.of}"
        case language.Choosing():
            return f"a {kind.of}"
        case language.Effects():
            return f"a list of {kind.of}s"
    return describe(kind).replace("|", "\\|")


def _default(param: Param) -> str:
    if param.default is REQUIRED:
        return "needed"
    text = value_words(param.default, param.kind)
    return f"`{text}`" if text else "–"


def _eases() -> str:
    families = [ease.removeprefix("in-out-") for ease in EASES if ease.startswith("in-out-")]
    named = " ".join(f"`{family}`" for family in families)
    return f"`linear` (default), `hold`, and `in-`, `out-` or `in-out-` before {named}.\n"


def _files(plugins: Registry) -> str:
    rows = [(f"`{ending}`", _names(codecs), _names(SOUNDS[ending])) for ending, codecs in FILMS.items()]
    rows += [(f"`{ending}`", "–", _names(codecs)) for ending, codecs in SOUNDS.items() if ending not in FILMS]
    rows.append((" ".join(f"`{ending}`" for ending in (*stills(plugins), *ANIMATIONS)), "pictures", "–"))
    rows.append((" ".join(f"`{ending}`" for ending in plugins.film_writers), "pictures without sound", "–"))
    rows.append((" ".join(f"`{ending}`" for ending in CAPTIONS), "captions", "–"))
    return _table(("ending", "video codecs, the default first", "sound codecs, the default first"), rows)


def _pixel_formats() -> str:
    rows = [(f"`{codec}`", _names(formats)) for codec, formats in PIXEL_FORMATS.items()]
    return _table(("codec", "pixel formats, the default first"), rows)


def _profiles() -> str:
    rows = [
        (f"`{codec}`", _names(tuple(PROFILES.get(codec, ()))), _names(TUNES.get(codec, ()))) for codec in PIXEL_FORMATS
    ]
    return _table(("codec", "profiles", "tunes"), [row for row in rows if any(row[1:])])


def _later_table() -> str:
    rows = [(f"`{key}`", where, param.help) for where, keys in _LATER.items() for key, param in params(keys).items()]
    rows.append(("`handles`", "a transition", params(model.TransitionKeys)["handles"].help))
    return _table(("key", "of", "meaning"), rows)


def _names(names: tuple[str, ...]) -> str:
    return " ".join(f"`{name}`" for name in names)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def main() -> None:
    """Write the tables of the pages named on the command line anew."""
    for name in sys.argv[1:]:
        page = Path(name)
        page.write_text(refreshed(page.read_text("utf-8"), registry()), "utf-8")


if __name__ == "__main__":
    main()
