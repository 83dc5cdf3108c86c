"""Names with a scheme: ``studio:shot-12`` goes in, and the file comes out that a plugin's linker found for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from reelwork.catalogue.digest import digest_of
from reelwork.errors import MediaError
from reelwork.extensions.offers import Offers
from reelwork.linker import Linked, Linker, scheme_of


class Schemes:
    """Asks linkers, each name once.

    :param folder: the scene's
    :param enclosed: with it, no linker is asked: it says where the files lie
    """

    def __init__(self, linkers: Offers[Linker], folder: Path, enclosed: Mapping[str, Path] | None) -> None:
        self._linkers, self._folder, self._enclosed = linkers, folder, enclosed
        #: What was found, by the names that scenes write.
        self.found: dict[str, Linked] = {}

    def find(self, name: str) -> Linked:
        """The file of a name that has a scheme. Of one that is enclosed with the scene nothing else is known.

        :raises MediaError: there is none; it is not what the linker says; or the linker fails
        :raises PluginError: several packages bring linkers of this scheme
        """
        if name not in self.found:
            self.found[name] = self._asked(name) if self._enclosed is None else self._enclosed_with(name)
        return self.found[name]

    def _enclosed_with(self, name: str) -> Linked:
        assert self._enclosed is not None
        if name not in self._enclosed:
            raise MediaError(f"{name!r} is not enclosed with the scene")
        return Linked(self._enclosed[name].resolve(), "")

    def _asked(self, name: str) -> Linked:
        scheme = scheme_of(name)
        offer = self._linkers.get(scheme)
        if offer is None:
            raise MediaError(f"{name!r} is of no file: no plugin of this machine finds {scheme!r} names")
        try:
            linked = offer.thing.find(name.removeprefix(f"{scheme}:"), self._folder)
            if not isinstance(linked, Linked):
                raise TypeError(f"it gives {linked!r}, which is no Linked")
            linked = replace(linked, path=Path(linked.path).resolve(strict=True))
            digest = digest_of(linked.path)
        except LookupError as error:
            said = f": {error}" if str(error) else ""
            raise MediaError(f"the linker {offer} knows no {name!r}{said}") from error
        except Exception as error:  # a stranger's linker may fail in any way
            raise MediaError(f"the linker {offer} cannot find {name!r}: {type(error).__name__}: {error}") from error
        if digest != linked.sha256.lower():
            raise MediaError(
                f"{linked.path} is not what {name!r} stands for: its digest is {digest[:12]}…, and the linker {offer} "
                f"says {linked.sha256[:12] or 'none'}…"
            )
        return linked
