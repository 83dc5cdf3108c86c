"""The JSON Schema (2020-12) of scenes, for editors: models and plugins go in, one described property a key comes out.

A schema sees loaded values, not the text that stands in the file, and knows nothing of what refers to what; so it
accepts some scenes that the reader refuses, and means to refuse none that the reader accepts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any, Final

from reelwork import kinds
from reelwork.effect import Extension
from reelwork.extensions import KINDS, Registry, built_in
from reelwork.kinds import REQUIRED, Kind, Param, params
from reelwork.scene import language
from reelwork.scene.animation import Curve
from reelwork.scene.documentation import documentation, plain
from reelwork.scene.easing import EASES
from reelwork.scene.facts import written
from reelwork.scene.files import endings
from reelwork.scene.model import Clip, GapKeys, Layer, Scene, TransitionKeys
from reelwork.scene.read_extensions import EXTENSION_KEYS, keys_of_extension
from reelwork.scene.read_keyframes import can_move
from reelwork.scene.read_layers import CLIP_KEYS, EFFECT_KEYS, LAYER_KEYS, SOURCES
from reelwork.scene.read_several import MAX_SIDE
from reelwork.scene.wording import describe

Schema = dict[str, Any]

_TIME: Final = r"^\s*-?([0-9.]+(/[0-9]+)? ?(s|ms|f)?|[0-9]+:[0-9]+:[0-9]+([:;.][0-9]+))\s*$"
_KEY_TIME: Final = r"^-?[0-9.]"
_CUES: Final = r"\.(start|end|duration)\b|^\s*-?[0-9.]"
_COLOUR: Final = r"^(#[0-9A-Fa-f]{6}([0-9A-Fa-f]{2})?|[A-Za-z]+)$"
_PERCENT: Final = r"^[+-]?[0-9.]+([eE][+-]?[0-9]+)? *%?$"
_EXACT: Final = r"^[+-]?([0-9.]+([eE][+-]?[0-9]+)? *%?|[0-9]+/[0-9]+)$"
_NAME: Final = r"^[^\W\d_][\w-]*$"
_SHORT: Final = (
    kinds.Number,
    kinds.Boolean,
    kinds.Choice,
    kinds.Name,
    language.Identifier,
    language.Record,
    language.File,
    language.Data,
    language.MergeName,
)
_STRINGS: Final[dict[type[Kind], str]] = {
    kinds.Level: r"^.*[0-9] ?[dD][bB]$",
    kinds.Layer: r"^[^\W\d_][\w-]*$",
    kinds.Name: r"^[^\W\d_][\w/-]*$",
    kinds.PathData: r"^\s*[Mm]",
    language.Record: r"^[a-z0-9-]+/[a-z0-9-]+$",
    language.Identifier: _NAME,
}


def json_schema(registry: Registry) -> Schema:
    """The schema of a whole scene.

    :param registry: the plugins whose effects, merges, generators and transitions it knows
    """
    return _Schema(registry).whole()


class _Schema:
    """Collects definitions, each used by its name wherever its kind is allowed."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self.definitions: dict[str, Schema] = {
            "variable": {
                "description": "A text with a variable: `$name`, `${a.b.0}`.",
                "type": "string",
                "pattern": r"\$",
            },
            "ease": {
                "description": "How a value moves to a key: a name, or [x1, y1, x2, y2] as in CSS.",
                "anyOf": [{"enum": list(EASES)}, _list_of({"type": "number"}, 4, 4), _ref("variable")],
            },
        }
        self.named: dict[tuple[Kind, bool], str] = {}

    def whole(self) -> Schema:
        scene = self.model(language.keys_of(Scene), "A scene.", params(Scene))
        scene["patternProperties"] = {"^x-": {"description": "Ignored: your own notes."}}
        for name, known, model in (("layer", LAYER_KEYS, Layer), ("clip", CLIP_KEYS, Clip)):
            layer = self.model(known, (model.__doc__ or "").splitlines()[0], {})
            layer["oneOf"] = [{"required": [source]} for source in SOURCES]
            self.definitions[name] = layer
        self.definitions["transition"] = self.model(params(TransitionKeys), "A transition.", params(TransitionKeys))
        self.definitions["gap"] = self.model(params(GapKeys), "Silence and background.", params(GapKeys))
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "Reelwork scene, version 1",
            **scene,
            "$defs": dict(sorted(self.definitions.items())),
        }

    def model(self, known: Mapping[str, Param], description: str, needed: Mapping[str, Param]) -> Schema:
        """A mapping with known keys."""
        schema: Schema = {
            "description": description,
            "type": "object",
            "properties": {key: self.param(param) for key, param in known.items()},
            "additionalProperties": False,
        }
        required = [key for key, param in needed.items() if param.default is REQUIRED]
        if required:
            schema["required"] = required
        return schema

    def param(self, param: Param) -> Schema:
        """One key."""
        if param.later:
            return {"description": f"{param.help} Not available yet.", "not": {}}
        schema = {"description": param.help, **self.kind(param.kind, param.animated)}
        default = _written(param.default)
        if default is not None:
            schema["default"] = default
        return schema

    def kind(self, kind: Kind, animated: bool) -> Schema:
        """A kind: itself where it is short, else a reference to its definition, which is made when first asked for."""
        animated = animated and can_move(kind)
        if isinstance(kind, _SHORT) and not animated:
            return self.plain(kind)
        key = (kind, animated)
        if key not in self.named:
            base = type(kind).__name__.lower()
            if isinstance(kind, kinds.Struct):
                base = kind.model.__name__.lower()
            elif isinstance(kind, language.Made):
                base = f"{kind.generator}-generator"
            elif isinstance(kind, language.Effects):
                base = f"{kind.of.replace(' ', '-')}s"
            name = base = f"{base}-keyed" if animated else base
            number = 2
            while name in self.definitions:
                name, number = f"{base}-{number}", number + 1
            self.named[key] = name
            self.definitions[name] = {}  # holds the name while what is inside is made
            schema = self.animated(kind) if animated else self.plain(kind)
            self.definitions[name] = {"description": _sentence(describe(kind)), **schema}
        return _ref(self.named[key])

    def animated(self, kind: Kind) -> Schema:
        """A value, or keyframes of it."""
        if isinstance(kind, kinds.List):
            return _list_of(self.kind(kind.item, True), kind.minimum, kind.maximum)
        if isinstance(kind, kinds.OneOf):
            return {"anyOf": [self.kind(option, True) for option in kind.options]}
        value = self.kind(kind, False)
        keyed = {
            "description": "Keyframes: a value at each time.",
            "type": "object",
            "minProperties": 1,
            "properties": {"ease": {"description": "The ease of all keys.", **_ref("ease")}},
            "patternProperties": {
                _KEY_TIME: {
                    "anyOf": [
                        value,
                        {
                            "description": "A value with an ease of its own.",
                            "type": "object",
                            "properties": {
                                "value": {"description": "The value at this time.", **value},
                                "ease": {"description": "How the value moves to this key.", **_ref("ease")},
                            },
                            "required": ["value"],
                            "additionalProperties": False,
                        },
                    ]
                }
            },
            "additionalProperties": False,
        }
        return {"anyOf": [value, keyed]}

    def plain(self, kind: Kind) -> Schema:
        """A value of a kind, or a variable that stands for one."""
        schema = self.value(kind)
        choices = schema.pop("anyOf", None) or [schema]
        return {"anyOf": [*choices, _ref("variable")]}

    def value(self, kind: Kind) -> Schema:
        """A value of a kind as a loader of YAML gives it."""
        match kind:
            case kinds.Number():
                number = {
                    "type": "integer" if kind.integer else "number",
                    "minimum": kind.minimum,
                    "maximum": kind.maximum,
                }
                return {key: value for key, value in number.items() if value is not None}
            case kinds.Ratio():
                lowest, highest = (0.0, 1.0) if kind.bounded else (kind.minimum, kind.maximum)
                return _number_or(_EXACT if kind.exact else _PERCENT, lowest, highest)
            case kinds.Length():
                return _number_or(_PERCENT, kind.minimum, None)
            case kinds.Angle():
                return {"type": "number"}
            case kinds.Point() | kinds.Size():
                return _list_of(self.kind(kinds.Length(), False), 2, 2)
            case kinds.Scale():
                return self.one_or_two(kinds.Ratio())
            case kinds.Skew():
                return self.one_or_two(kinds.Angle())
            case kinds.Colour():
                linear = {
                    "description": "Scene-linear light: [r, g, b], or with alpha.",
                    **_list_of({"type": "number"}, 3, 4),
                }
                light = {"type": "object", "properties": {"linear": linear}, "required": ["linear"]}
                return {"anyOf": [{"type": "string", "pattern": _COLOUR}, light]}
            case kinds.Time():
                literal = _TIME if kind.minimum is None else _TIME.replace("-?", "")
                return _number_or(_CUES if kind.cues else literal, kind.minimum, kind.maximum)
            case kinds.Text() | language.Expression():
                return {"type": ["string", "number", "boolean"]}
            case kinds.Boolean():
                return {"type": "boolean"}
            case kinds.Choice():
                return {"enum": list(kind.options)}
            case kinds.List():
                return _list_of(self.kind(kind.item, False), kind.minimum, kind.maximum)
            case kinds.OneOf():
                return {"anyOf": [self.kind(option, False) for option in kind.options]}
            case kinds.Struct():
                return self.struct(kind)
        return self.of_scenes(kind)

    def struct(self, kind: kinds.Struct) -> Schema:
        """A model, or the value that its shorthand stands for."""
        doc = (kind.model.__doc__ or "").splitlines()[0]
        schema = self.model(language.keys_of(kind.model), doc, params(kind.model))
        if kind.shorthand is None:
            return schema
        shorthand = params(kind.model)[kind.shorthand]
        return {"anyOf": [self.kind(shorthand.kind, shorthand.animated), schema]}

    def of_scenes(self, kind: Kind) -> Schema:
        """The kinds that only scenes have."""
        side = {"type": "integer", "minimum": 1, "maximum": MAX_SIDE}
        match kind:
            case language.Table():
                return {
                    "type": "object",
                    **({} if kind.titles else {"propertyNames": {"pattern": _NAME}}),
                    "additionalProperties": self.kind(kind.item, False),
                }
            case language.Layers():
                return _list_of(_ref("layer"), 0, None)
            case language.Clips():
                return _list_of({"anyOf": [_ref("clip"), _ref("transition"), _ref("gap")]}, 1, None)
            case language.Effects():
                return _list_of(self.chosen(self.registry.table(kind.of), EFFECT_KEYS), 0, None)
            case language.Choosing():
                return self.chosen(self.registry.table(kind.of), {})
            case language.MergeName():
                return {"enum": list(self.registry.merges)}
            case language.Made():
                return self.made(kind)
            case language.PixelSize():
                return _list_of({"anyOf": [side, _ref("variable")]}, 2, 2)
            case language.PixelBox():
                return _list_of({"anyOf": [{"type": "integer", "minimum": 0}, _ref("variable")]}, 4, 4)
            case language.Interval():
                return _list_of(self.kind(kinds.Time(), False), 2, 2)
            case language.Rate():
                return _number_or(r"^[0-9.]+(/[0-9]+)?$", 0.0, None)
            case language.Bitrate():
                return _number_or(r"^[0-9.]+[kKmM]?$", 1000.0, None)
            case language.Looping():
                return {"anyOf": [{"type": "boolean"}, {"const": "ping-pong"}, {"type": "integer", "minimum": 1}]}
            case language.Record() if schemes := "|".join(map(re.escape, self.registry.linkers)):
                return {"type": "string", "pattern": rf"{_STRINGS[language.Record]}|^({schemes}):."}
            case language.File(output=True):
                choice = "|".join(_any_case(ending[1:]) for ending in endings(self.registry))
                return {"type": "string", "pattern": rf"\.({choice})$"}
            case kinds.File():
                choice = "|".join(_any_case(ending[1:]) for ending in kind.endings)
                record = f"|{_STRINGS[language.Record]}" if kind.record else ""
                return {"type": "string", "pattern": rf"\.({choice})$" + record}
            case language.File():
                return {"type": "string", "minLength": 1}
            case language.Data():
                return {"anyOf": [{}]}
        return {"type": "string", "pattern": _STRINGS[type(kind)]}

    def one_or_two(self, part: Kind) -> Schema:
        """One value, or two in a list."""
        return {"anyOf": [self.kind(part, False), _list_of(self.kind(part, False), 2, 2)]}

    def made(self, kind: language.Made) -> Schema:
        """The parameters of a generator that a source's own key names."""
        cls = built_in(self.registry.generators, kind.generator)
        if cls is None:
            return {"not": {}}
        schema = self.extension(kind.generator, cls, {})
        return schema if kind.shorthand is None else {"anyOf": [{"type": ["string", "number", "boolean"]}, schema]}

    def chosen(self, table: Mapping[str, type[Extension]], extra: Mapping[str, Param]) -> Schema:
        """The name of an extension, or its name with parameters."""
        return {
            "anyOf": [
                {"enum": list(table)},
                {
                    "type": "object",
                    "minProperties": 1,
                    "maxProperties": 1,
                    "properties": {
                        name: {"description": plain(documentation(cls).title), **self.extension(name, cls, extra)}
                        for name, cls in table.items()
                    },
                    "additionalProperties": False,
                },
            ]
        }

    def extension(self, written: str, cls: type[Extension], extra: Mapping[str, Param]) -> Schema:
        """The parameters of one extension, a definition of its own.

        :param written: its name in scenes
        """
        base = next(base for base in KINDS.values() if issubclass(cls, base))
        name = f"{base.__name__.lower()}-{written.replace(':', '-')}"
        if name not in self.definitions:
            self.definitions[name] = {}
            self.definitions[name] = self.parameters(cls, extra)
        return _ref(name)

    def parameters(self, cls: type[Extension], extra: Mapping[str, Param]) -> Schema:
        """The mapping of an extension's parameters, old names too."""
        beside = {"version": replace(EXTENSION_KEYS["version"], kind=kinds.Number(1.0, float(cls.version), True))}
        schema = self.model(
            {**keys_of_extension(cls), **extra, **beside}, plain(documentation(cls).title), cls.params()
        )
        if cls.presets:
            named = [{"const": name, "description": f"Sets {written(sets)}."} for name, sets in cls.presets.items()]
            schema["properties"]["preset"]["anyOf"] = [*named, _ref("variable")]
        for old, new in cls.renamed.items():
            now = {**schema["properties"][new], "description": f"Called `{new}` now.", "deprecated": True}
            schema["properties"][old] = now
        if cls.migrate.__func__ is not Extension.migrate.__func__:  # type: ignore[attr-defined] # of a classmethod
            schema["additionalProperties"] = True  # only it knows what older versions called otherwise
        if cls.presets or cls.renamed or schema["additionalProperties"]:
            schema.pop("required", None)  # a preset, or an old name, may stand for what is needed
        elif cls.exactly_one:
            schema["oneOf"] = [{"required": [key]} for key in cls.exactly_one]
        if "required" not in schema and not cls.exactly_one:
            schema["type"] = ["object", "null"]
        return schema


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _list_of(item: Schema, minimum: int, maximum: int | None) -> Schema:
    schema: Schema = {"type": "array", "items": item}
    if minimum:
        schema["minItems"] = minimum
    if maximum is not None:
        schema["maxItems"] = maximum
    return schema


def _number_or(pattern: str, minimum: float | None, maximum: float | None) -> Schema:
    """A number, or a string that says one with its unit."""
    return {"anyOf": [_number(minimum, maximum), {"type": "string", "pattern": pattern}]}


def _number(minimum: float | None, maximum: float | None, name: str = "number") -> Schema:
    limits = {"minimum": minimum, "maximum": maximum}
    return {"type": name, **{key: value for key, value in limits.items() if value is not None}}


def _any_case(word: str) -> str:
    """A pattern for a word in small or large letters."""
    return "".join(f"[{letter}{letter.upper()}]" if letter.isalpha() else letter for letter in word)


def _sentence(words: str) -> str:
    """Words as a sentence of their own."""
    return f"{words[:1].upper()}{words[1:]}."


def _written(default: Any) -> Any:
    """A default as a scene would write it, or ``None`` where that is not one plain value."""
    if isinstance(default, Curve):
        default = default.keys[0].value
    if isinstance(default, Fraction):
        return int(default) if default.denominator == 1 else float(default)
    return default if isinstance(default, str | int | float) and default != "" else None
