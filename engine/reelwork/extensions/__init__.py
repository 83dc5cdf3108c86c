"""Plugins: the hooks, and the registry of what the plugins of this machine bring."""

from reelwork.extensions.hookspecs import hookimpl
from reelwork.extensions.manager import Registry, load, registry

__all__ = ["Registry", "hookimpl", "load", "registry"]
