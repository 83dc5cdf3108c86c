"""Plugins: the hooks, and the registry of what the plugins of this machine bring."""

from reelwork.extensions.hookspecs import hookimpl
from reelwork.extensions.manager import API, KINDS, Plugin, Registry, load, registry
from reelwork.extensions.names import bearers, built_in, clashes

__all__ = ["API", "KINDS", "Plugin", "Registry", "bearers", "built_in", "clashes", "hookimpl", "load", "registry"]
