"""Inlining: the pixel functions of plugins go in, the text of a module that holds all they use comes out.

The functions that a pixel function calls and the constants that it reads come along, whatever module they stand in;
the functions of :mod:`reelwork.maths` and :mod:`reelwork.tables` are replaced by those of
:mod:`reelwork.kernels.curves`. On the way, numbers
become ``float32``, so that arithmetic stays in single precision and vectors stay full: float literals and constants
do, ``float(x)`` does, and whole numbers do where they meet what is certainly a float (``2 * r`` with a colour ``r``).
"""

from __future__ import annotations

import ast
import builtins
import inspect
import re
import textwrap
from collections.abc import Callable, Iterator
from types import FunctionType, ModuleType
from typing import Any, Final

from reelwork import maths, tables
from reelwork.errors import PluginError
from reelwork.kernels.decorator import Kernel

#: What a generated module begins with; inlined code uses these names, which no plugin's local name should meet.
HEADER: Final = """
from numpy import float32 as _f32
from reelwork.kernels import curves as _curves
from reelwork.kernels.decorator import kernel as _kernel
"""
#: The modules whose functions kernels have forms of their own of, and which those are.
_OURS: Final = {module.__name__: frozenset(module.__all__) for module in (maths, tables)}
_BUILTINS: Final = frozenset({"abs", "bool", "int", "len", "max", "min", "range"})
_ARITHMETIC: Final = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Mod, ast.FloorDiv)


class Inliner:
    """Collects definitions for one generated module; each function is written once, under a name of its own."""

    def __init__(self) -> None:
        self._definitions: list[str] = []
        self._lines: list[dict[int, str]] = []
        self._returns: dict[int | str, str] = {}
        self._names: dict[FunctionType, str] = {}
        self._open: list[FunctionType] = []
        self._constants: dict[str, str] = {}

    @property
    def text(self) -> str:
        """All definitions so far."""
        constants = [f"{name} = {value}" for value, name in self._constants.items()]
        return "\n".join([*constants, ""]) + "".join(f"\n\n{definition}\n" for definition in self._definitions) + "\n"

    @property
    def has_curves(self) -> bool:
        """Whether any of it calls a function of :mod:`reelwork.kernels.curves`."""
        return any("_curves." in definition for definition in self._definitions)

    def places(self, before: int) -> dict[int | str, str]:
        """Where what stands in the text comes from, as ``file:line: function``: by line, from 1, and what functions
        give by their names.

        :param before: how many lines stand before the text
        """
        found: dict[int | str, str] = dict(self._returns)
        line = before + len(self._constants) + 2
        for definition, lines in zip(self._definitions, self._lines, strict=True):
            found |= {line + number: place for number, place in lines.items()}
            line += definition.count("\n") + 3
        return found

    def add(self, function: Callable[..., Any], *, floats: bool = False) -> str:
        """Write a function and all that it uses; the name that it goes by in the module.

        :param floats: whether all its parameters are certainly floats
        :raises PluginError: it uses what cannot be compiled, or what differs from machine to machine
        """
        plain = function.py_func if isinstance(function, Kernel) else function
        if not isinstance(plain, FunctionType):
            raise PluginError(f"{function!r} is not a plain function, so it cannot be compiled")
        if plain in self._names:
            return self._names[plain]
        if plain in self._open:
            raise _problem(plain, "calls itself, which pixel functions cannot")
        self._open.append(plain)
        definition = _definition(plain)
        names = inspect.signature(plain).parameters
        rewriter = _Rewriter(plain, self, set(names if floats else ()))
        rewriter.learn(definition)
        body = [rewriter.visit(statement) for statement in definition.body]
        self._open.remove(plain)
        name = f"{re.sub(r'[^A-Za-z0-9_]', '_', plain.__qualname__.lower())}_{len(self._names)}"
        definition.name, definition.body = name, body
        definition.args.defaults = [rewriter.visit(default) for default in definition.args.defaults]
        head = f"# {plain.__module__}.{plain.__qualname__}\n@_kernel(inline=True)\n"
        source = ast.unparse(ast.fix_missing_locations(definition))
        written = zip(ast.walk(ast.parse(source).body[0]), ast.walk(definition), strict=False)
        self._lines.append(
            {
                head.count("\n") + now.lineno: _place(plain, before.lineno)
                for now, before in written
                if isinstance(now, ast.stmt) and isinstance(before, ast.stmt)
            }
        )
        self._returns[name] = _place(
            plain, max((n.lineno for n in ast.walk(definition) if isinstance(n, ast.Return)), default=1)
        )
        self._definitions.append(head + source)
        self._names[plain] = name
        return name

    def constant(self, value: tuple[Any, ...], function: FunctionType, name: str) -> str:
        """The name of a module-level tuple with such a value."""
        text = _tuple_text(value, function, name)
        return self._constants.setdefault(text, f"_table_{len(self._constants)}")


class _Rewriter(ast.NodeTransformer):
    """Rewrites the body of one function: names become those of the generated module, numbers become float32."""

    def __init__(self, function: FunctionType, inliner: Inliner, floats: set[str]) -> None:
        self._function = function
        self._inliner = inliner
        self._line = 1
        self._locals = set(function.__code__.co_varnames) | set(function.__code__.co_cellvars)
        self._floats = floats

    def learn(self, definition: ast.FunctionDef) -> None:
        """Find out which local names only ever hold floats: take it of all, and strike out until none is wrong."""
        assigned: dict[str, list[ast.expr]] = {}
        for node in ast.walk(definition):
            for name, value in _assignments(node):
                assigned.setdefault(name, []).append(value)
        self._floats |= assigned.keys() - {argument.arg for argument in definition.args.args}
        while True:
            wrong = {name for name, values in assigned.items() if name in self._floats and not self._all_floats(values)}
            if not wrong:
                return
            self._floats -= wrong

    def _all_floats(self, values: list[ast.expr]) -> bool:
        return all(self._is_float(value) for value in values)

    def visit(self, node: ast.AST) -> Any:
        """Rewrite a node, and remember its line for whatever may be wrong with it."""
        self._line = getattr(node, "lineno", self._line)
        return super().visit(node)

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id in self._locals or not isinstance(node.ctx, ast.Load):
            return node
        return self._global(self._value(node.id), node.id)

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        value = self._module_attribute(node)
        if value is None:
            raise self._problem(f"uses the attribute {ast.unparse(node)}, which cannot be compiled")
        return self._global(value[0], ast.unparse(node))

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        return _float(node.value) if isinstance(node.value, float) else node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        if isinstance(node.func, ast.Name) and node.func.id == "float" and node.func.id not in self._locals:
            node.func = ast.Name("_f32", ast.Load())
            node.args = [self.visit(argument) for argument in node.args]
            return node
        among_floats = self._calls(node, "min", "max") and any(self._is_float(argument) for argument in node.args)
        arguments = [_promoted(argument) if among_floats else argument for argument in node.args]
        node.args = [self.visit(argument) for argument in arguments]
        node.keywords = [ast.keyword(keyword.arg, self.visit(keyword.value)) for keyword in node.keywords]
        node.func = self.visit(node.func)
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        if isinstance(node.op, ast.Pow):
            return self._power(node)
        if isinstance(node.op, _ARITHMETIC) and (isinstance(node.op, ast.Div) or self._is_float(node)):
            node.left, node.right = _promoted(node.left), _promoted(node.right)
        node.left, node.right = self.visit(node.left), self.visit(node.right)
        return node

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.stmt:
        plain = ast.BinOp(ast.Name(ast.unparse(node.target), ast.Load()), node.op, node.value)
        return ast.Assign([node.target], self.visit_BinOp(plain), lineno=node.lineno)

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        sides = [node.left, *node.comparators]
        if any(self._is_float(side) for side in sides):
            sides = [_promoted(side) for side in sides]
        node.left, *node.comparators = [self.visit(side) for side in sides]
        return node

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        if self._is_float(node.body) or self._is_float(node.orelse):
            node.body, node.orelse = _promoted(node.body), _promoted(node.orelse)
        node.test, node.body, node.orelse = self.visit(node.test), self.visit(node.body), self.visit(node.orelse)
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt:
        if node.value is None:
            return ast.Pass()
        return ast.Assign([node.target], self.visit(node.value), lineno=node.lineno)

    def _power(self, node: ast.BinOp) -> ast.expr:
        exponent = node.right
        whole = isinstance(exponent, ast.Constant) and isinstance(exponent.value, int)
        if whole and isinstance(exponent, ast.Constant) and 1 <= int(str(exponent.value)) <= 16:
            return _curve("repeated", self.visit(node.left), exponent)
        return _curve("power", self.visit(_promoted(node.left)), self.visit(_promoted(exponent)))

    def _global(self, value: Any, name: str) -> ast.expr:
        """What stands for a global of the plugin in the generated module."""
        if isinstance(value, bool | int):
            return ast.Constant(value)
        if isinstance(value, float):
            return _float(value)
        if isinstance(value, tuple):
            return ast.Name(self._inliner.constant(value, self._function, name), ast.Load())
        if isinstance(value, FunctionType) and value.__module__ in _OURS:
            if value.__name__ not in _OURS[value.__module__]:
                raise self._problem(f"uses {name}, which is no public part of {value.__module__}")
            return ast.Attribute(ast.Name("_curves", ast.Load()), value.__name__, ast.Load())
        if isinstance(value, FunctionType | Kernel):
            return ast.Name(self._inliner.add(value), ast.Load())
        if value in (getattr(builtins, known) for known in _BUILTINS):
            return ast.Name(value.__name__, ast.Load())
        module = getattr(value, "__module__", None) or getattr(value, "__name__", "")
        if str(module).split(".")[0] in ("math", "numpy"):
            like = getattr(value, "__name__", "")
            own = f"reelwork.maths.{like}" if like in maths.__all__ else "reelwork.maths"
            raise self._problem(f"uses {name}, whose results differ from machine to machine; use {own}")
        raise self._problem(
            f"uses {name}, a {type(value).__name__}; it may use numbers, tuples of them, functions and reelwork.maths"
        )

    def _value(self, name: str) -> Any:
        function = self._function
        if name in function.__globals__:
            return function.__globals__[name]
        if hasattr(builtins, name):
            return getattr(builtins, name)
        if name in function.__code__.co_freevars:
            raise self._problem(f"reads {name} from the function around it; make it a parameter or a module constant")
        raise self._problem(f"uses {name}, which is not defined")

    def _problem(self, what: str) -> PluginError:
        return _problem(self._function, what, self._line)

    def _module_attribute(self, node: ast.Attribute) -> tuple[Any] | None:
        """The value of ``module.name`` or ``package.module.name``, in a tuple; ``None`` if it is no such thing."""
        owner: Any
        if isinstance(node.value, ast.Name) and node.value.id not in self._locals:
            owner = self._value(node.value.id)
        elif isinstance(node.value, ast.Attribute):
            found = self._module_attribute(node.value)
            owner = found[0] if found else None
        else:
            return None
        if not isinstance(owner, ModuleType) or not hasattr(owner, node.attr):
            return None
        return (getattr(owner, node.attr),)

    def _calls(self, node: ast.expr, *names: str) -> bool:
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            return False
        return node.func.id in names and node.func.id not in self._locals

    def _is_float(self, node: ast.expr) -> bool:
        """Whether an expression, as it stands in the plugin, certainly is a float."""
        self._line = getattr(node, "lineno", self._line)
        if isinstance(node, ast.Constant):
            return isinstance(node.value, float)
        if isinstance(node, ast.Name):
            if node.id in self._locals:
                return node.id in self._floats
            return isinstance(self._function.__globals__.get(node.id), float)
        if isinstance(node, ast.UnaryOp):
            return isinstance(node.op, ast.USub | ast.UAdd) and self._is_float(node.operand)
        if isinstance(node, ast.BinOp):
            if isinstance(node.op, ast.Div):
                return True
            return isinstance(node.op, (*_ARITHMETIC, ast.Pow)) and (
                self._is_float(node.left) or self._is_float(node.right)
            )
        if isinstance(node, ast.IfExp):
            return self._is_float(node.body) or self._is_float(node.orelse)
        if isinstance(node, ast.Subscript):
            return self._is_float(node.value)
        if isinstance(node, ast.Call):
            if self._calls(node, "float"):
                return True
            if self._calls(node, "min", "max", "abs"):
                return any(self._is_float(argument) for argument in node.args)
            return self._gives_float(node.func)
        if isinstance(node, ast.Attribute):
            value = self._module_attribute(node)
            return value is not None and isinstance(value[0], float)
        return False

    def _gives_float(self, node: ast.expr) -> bool:
        """Whether it is a function of the engine's own that gives a float."""
        value: Any = None
        if isinstance(node, ast.Name) and node.id not in self._locals:
            value = self._function.__globals__.get(node.id)
        elif isinstance(node, ast.Attribute):
            found = self._module_attribute(node)
            value = found[0] if found else None
        return isinstance(value, FunctionType) and value.__module__ in _OURS and value is not maths.scrambled


def _assignments(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """The names that a statement gives values to, each with its value; a whole number where that is not written out."""
    unknown = ast.Constant(0)
    if isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Name):
                yield target.id, node.value
            elif isinstance(target, ast.Tuple):
                values = node.value.elts if isinstance(node.value, ast.Tuple) else [unknown] * len(target.elts)
                for part, value in zip(target.elts, values, strict=False):
                    yield ast.unparse(part), value
    elif isinstance(node, ast.AugAssign):
        yield ast.unparse(node.target), ast.BinOp(ast.Name(ast.unparse(node.target), ast.Load()), node.op, node.value)
    elif isinstance(node, ast.AnnAssign) and node.value is not None:
        yield ast.unparse(node.target), node.value
    elif isinstance(node, ast.For):
        for name in ast.walk(node.target):
            if isinstance(name, ast.Name):
                yield name.id, unknown


def _definition(function: FunctionType) -> ast.FunctionDef:
    """The definition of a function, without what does not matter: decorators, annotations and docstring."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, SyntaxError) as error:
        raise _problem(function, "has no source that can be read; define it with `def` in a file") from error
    definition = tree.body[0]
    if not isinstance(definition, ast.FunctionDef):
        raise _problem(function, "must be defined with `def`")
    definition.decorator_list, definition.returns = [], None
    for argument in (*definition.args.posonlyargs, *definition.args.args, *definition.args.kwonlyargs):
        argument.annotation = None
    first = definition.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and len(definition.body) > 1:
        del definition.body[0]
    return definition


def _float(value: float) -> ast.expr:
    return ast.Call(ast.Name("_f32", ast.Load()), [ast.Constant(float(value))], [])


def _promoted(node: ast.expr) -> ast.expr:
    """A whole number that is written out, as a float; anything else as it is."""
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return ast.Constant(float(node.value))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return ast.UnaryOp(node.op, _promoted(node.operand))
    return node


def _curve(name: str, *arguments: ast.expr) -> ast.expr:
    return ast.Call(ast.Attribute(ast.Name("_curves", ast.Load()), name, ast.Load()), list(arguments), [])


def _tuple_text(value: tuple[Any, ...], function: FunctionType, name: str) -> str:
    items = []
    for item in value:
        if isinstance(item, float):
            items.append(f"_f32({item!r})")
        elif isinstance(item, int):
            items.append(repr(item))
        elif isinstance(item, tuple):
            items.append(_tuple_text(item, function, name))
        else:
            raise _problem(function, f"uses {name}, a tuple that holds other things than numbers")
    return f"({', '.join(items)},)"


def _problem(function: FunctionType, what: str, line: int = 1) -> PluginError:
    """What is wrong with a function, at a line of it."""
    return PluginError(f"{_place(function, line)} {what}")


def _place(function: FunctionType, line: int) -> str:
    """A line of a function, as messages begin."""
    code = function.__code__
    return f"{code.co_filename}:{code.co_firstlineno + line - 1}: {function.__qualname__}"
