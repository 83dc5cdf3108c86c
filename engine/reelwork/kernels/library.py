"""Compiled kernels as numba holds them: what LLVM makes of a function goes in; it can be called, or called by others.

Most functions are called by other kernels alone. LLVM optimises those once more where they are called, so that they
need neither machine code of their own nor what makes arguments of Python's objects: an :class:`InnerLibrary` has only
LLVM's code. The few that Python calls have machine code and nothing else: a :class:`OuterLibrary`.
"""

from __future__ import annotations

from typing import Any

from llvmlite import binding
from numba.core import codegen, compiler
from numba.core.runtime.nrt import rtsys


class _Library(codegen.JITCodeLibrary):
    """What both have in common: no work on code that is not there."""

    def _optimize_functions(self, ll_module: Any) -> None:
        # As numba does, but for functions that are only declared, for each of which it makes a chain of passes as well.
        this: Any = self
        ll_module.data_layout = this._codegen._data_layout
        for function in ll_module.functions:
            if not function.is_declaration:
                passes, builder = this._codegen._function_pass_manager()
                passes.run(function, builder)

    def finalize(self) -> None:
        """Link what is called, and optimise; numba's runtime only where arrays are counted, which few kernels do."""
        this: Any = self
        if not _counts(this._final_module, this._linking_libraries):
            this._linking_libraries = [library for library in this._linking_libraries if library is not rtsys.library]
        finalize: Any = super().finalize
        finalize()


class InnerLibrary(_Library):
    """A function for other kernels to call. Its pointer is null, and it has no place in memory to be told its own."""

    @property
    def codegen(self) -> Any:
        """What a compiled function is told of its environment goes nowhere: whoever calls it is told as well."""
        return _Nowhere

    def _finalize_final_module(self) -> None:
        this: Any = self
        this._finalize_dynamic_globals()
        this._verify_declare_only_symbols()
        this._finalized = True

    def get_pointer_to_function(self, name: str) -> int:
        """Null."""
        this: Any = self
        this._ensure_finalized()
        return 0

    def serialize_using_object_code(self) -> tuple[str, bytes]:
        """What :meth:`loaded` takes, after the codegen."""
        this: Any = self
        return this.name, this._get_module_for_linking().as_bitcode()

    @classmethod
    def loaded(cls, made_by: Any, name: str, bitcode: bytes) -> InnerLibrary:
        """The same as was serialised."""
        library: Any = cls(made_by, name)
        library._final_module = binding.parse_bitcode(bitcode)
        library._finalize_final_module()
        loaded: InnerLibrary = library
        return loaded


class OuterLibrary(_Library):
    """A function for Python to call, and nobody else."""

    def serialize_using_object_code(self) -> tuple[str, bytes, frozenset[str]]:
        """What :meth:`loaded` takes, after the codegen."""
        this: Any = self
        this._ensure_finalized()
        module = this._final_module
        parts = (*module.functions, *module.global_variables)
        return this.name, this._get_compiled_object(), frozenset(part.name for part in parts if not part.is_declaration)

    @classmethod
    def loaded(cls, made_by: Any, name: str, machine_code: bytes, symbols: frozenset[str]) -> OuterLibrary:
        """The same as was serialised."""
        library: Any = cls(made_by, name)
        library.enable_object_caching()
        library._set_compiled_object(machine_code)
        library._finalize_final_module()
        made_by._engine._defined_symbols |= symbols
        loaded: OuterLibrary = library
        return loaded

    def settle(self, environments: Any) -> None:
        """Tell the code of all functions in it where their environments are."""
        for environment in environments:
            self.codegen.set_env(environment.env_name, environment)


class _Nowhere:
    @staticmethod
    def set_env(name: str, environment: Any) -> None:
        """Nothing."""


class InnerCompiler(compiler.Compiler):
    """Numba's compiler of functions for other kernels."""

    library: type[_Library] = InnerLibrary

    def define_pipelines(self) -> Any:
        """Numba's, with a library of ours."""
        this: Any = self
        this.state.library = self.library(this.state.targetctx.codegen(), this.state.func_id.func_qualname)
        this.state.library.enable_object_caching()
        define: Any = super().define_pipelines
        return define()


def rebuilt(context: Any, kind: type[InnerLibrary] | type[OuterLibrary], kept: tuple[Any, ...]) -> Any:
    """What ``CompileResult._reduce`` kept of a function, as a result once more, with a library of ours."""
    serialised, fndesc, environment, signature, objectmode, lifted, annotation, reload_init, environments = kept
    for initialise in reload_init:
        initialise()
    library = kind.loaded(context.codegen(), *serialised)
    result: Any = compiler.CompileResult
    made = result(
        target_context=context,
        typing_context=context.typing_context,
        library=library,
        environment=environment,
        entry_point=context.get_executable(library, fndesc, environment),
        fndesc=fndesc,
        type_annotation=annotation,
        signature=signature,
        objectmode=objectmode,
        lifted=lifted,
        typing_error=None,
        call_helper=None,
        metadata=None,
        reload_init=reload_init,
        referenced_envs=environments,
    )
    if isinstance(library, OuterLibrary):
        library.settle(environments)
    return made


def _counts(module: Any, libraries: list[Any]) -> bool:
    """Whether code calls numba's runtime, by itself or where it calls others."""
    modules = [module, *(lib._get_module_for_linking() for lib in libraries if lib is not rtsys.library)]
    return any(function.name.startswith("NRT_") for module in modules for function in module.functions)
