"""Plugins: the hooks, and the registry of what the plugins of this machine bring."""

from reelwork.extensions.hookspecs import hookimpl
from reelwork.extensions.manager import API, Plugin, Registry, load, registry
from reelwork.extensions.names import bearers, built_in

__all__ = ["API", "Plugin", "Registry", "bearers", "built_in", "hookimpl", "load", "registry"]
