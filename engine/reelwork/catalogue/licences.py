"""What licences allow: a record and a production's licence go in, what stands in the way of its release comes out.

A film cuts, crops, mixes and sets to sound whatever it uses, so every record in one counts as adapted (Creative
Commons says so of all music that is synchronised with pictures, section 1(a) of the 4.0 licences). The rules are
those of the licences' own texts and of Creative Commons' chart of which licence adapters may choose,
https://creativecommons.org/faq/#if-i-derive-or-adapt-material-offered-under-a-creative-commons-license-which-cc-licenses-can-i-use,
and of its list of compatible licences, https://creativecommons.org/compatiblelicenses/. They are no legal advice, and
where they know nothing they say so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from reelwork.catalogue.model import Record, Terms
from reelwork.catalogue.open import Catalogue
from reelwork.catalogue.spdx import options, trouble
from reelwork.catalogue.text import shown
from reelwork.errors import Problem

_PUBLIC_DOMAIN: Final = ("CC0-1.0", "CC-PDDC", "CC-PDM-1.0", "PDDL-1.0", "Unlicense", "0BSD")
_PERMISSIVE: Final = ("MIT", "ISC", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause")
# What is made with a font is not under the font's licence (OFL FAQ 1.5).
_FONTS: Final = ("OFL-1.0", "OFL-1.0-no-RFN", "OFL-1.0-RFN", "OFL-1.1", "OFL-1.1-no-RFN", "OFL-1.1-RFN")
_FREE_ART: Final = "LAL-1.3"
_CREATIVE_COMMONS: Final = re.compile(r"CC-BY(?P<nc>-NC)?(?P<last>-SA|-ND)?-(?P<version>\d\.\d)(?:-[A-Z]+)?")
#: Licences beyond its own later versions that an adaptation may be under.
_COMPATIBLE: Final = {
    "CC-BY-SA-4.0": (_FREE_ART, "GPL-3.0-only", "GPL-3.0-or-later"),
    _FREE_ART: ("CC-BY-SA-4.0",),
}


@dataclass(frozen=True)
class Release:
    """How a production is to be published.

    :param licence: an SPDX expression, or ``None`` where the scene says nothing; whoever gets the film may choose
        among the licences that it offers
    :param commercial: whether money is to be made with it
    """

    licence: str | None
    commercial: bool


@dataclass(frozen=True)
class _Hindrance:
    says: str
    remedy: str


def release_problems(record: Record, catalogue: Catalogue | None, release: Release) -> tuple[Problem, ...]:
    """Why a record, or what it was made from, cannot be part of a production that is released so; empty if it can.

    The problems have no place; they are about the layer that uses the record. Where the production's own licence is
    wrong (:func:`release_trouble` says so), nothing can be said.

    :param catalogue: of the record; ``None`` for one that is of none, which says nothing of what it was made from
    :raises CatalogueError: a record that it comes from is missing or wrong, or they form a circle
    """
    if release_trouble(release, catalogue) is not None:
        return ()
    problems = []
    if catalogue is not None:
        catalogue.lineage(record)  # refuses circles, on which the walk below would not end
    for ancestor, way in _sources(record, catalogue):
        who = f"the record {ancestor.id} ({shown(ancestor.title, 60)!r}, by {_makers(ancestor)})"
        if way:
            who += f", which {' → '.join(way)} comes from,"
        if ancestor.status == "blocked":
            problems.append(Problem(f"{who} is blocked and cannot be used"))
        for hindrance in _hindrances(ancestor.licence, catalogue, release):
            said = f"{who} is under {ancestor.licence}, {hindrance.says}"
            problems.append(Problem(said, remedy=hindrance.remedy))
    return tuple(dict.fromkeys(problems))


def release_trouble(release: Release, catalogue: Catalogue | None) -> Problem | None:
    """What is wrong with the licence that a production states, if anything."""
    if release.licence is None:
        return None
    found = trouble(release.licence, catalogue.declared if catalogue else ())
    return Problem(f"the licence {shown(release.licence, 80)!r} {found[0]}", remedy=found[1]) if found else None


def _sources(record: Record, catalogue: Catalogue | None) -> Iterator[tuple[Record, tuple[str, ...]]]:
    """The record itself, then everything whose work is in it, each with the way that leads there."""
    seen = {record.id}
    waiting: list[tuple[Record, tuple[str, ...]]] = [(record, ())]
    while waiting:
        current, way = waiting.pop(0)
        yield current, way
        for derivation in current.derived_from if catalogue is not None else ():
            # An idea is nobody's: what inspired a work is not in it.
            if derivation.relation != "inspired" and derivation.record not in seen:
                seen.add(derivation.record)
                assert catalogue is not None
                waiting.append((catalogue.record(derivation.record), (*way, current.id)))


def _hindrances(expression: str, catalogue: Catalogue | None, release: Release) -> tuple[_Hindrance, ...]:
    """Nothing if one of the offered choices fits; else what hinders the choice that comes nearest."""
    choices = []
    for names in options(expression):
        found = (_hindrance(name, catalogue, release) for name in sorted(names))
        choices.append(tuple(hindrance for hindrance in found if hindrance is not None))
    return min(choices, key=len)


def _hindrance(name: str, catalogue: Catalogue | None, release: Release) -> _Hindrance | None:
    terms = _terms(name, catalogue)
    if terms is None:
        remedy = "ask its makers, and write what they allow as a LicenseRef-… in the catalogue's licences/"
        return _Hindrance("of which it is not known what it allows", remedy)
    ask = "use something else, or ask its makers for another licence"
    if terms.adaptations == "none":
        return _Hindrance("which forbids adaptations, and a film adapts what it uses", ask)
    if release.commercial and not terms.commercial:
        remedy = f"{ask}, or write `commercial: false` if no money is made with the film"
        return _Hindrance("which forbids commercial use, and the production is commercial", remedy)
    if release.licence is None:
        if terms.adaptations == "same":
            remedy = f"write `licence: {name}` at the top of the scene"
            return _Hindrance(
                "which asks that the film is released under the same, and the scene names no licence", remedy
            )
        return None
    for offered in sorted(frozenset().union(*options(release.licence))):
        given = _terms(offered, catalogue) or Terms(offered, commercial=True, adaptations="any", attribution=True)
        if terms.adaptations == "same" and not _follows(name, offered):
            remedy = f"release the production under {name}, or {ask}"
            return _Hindrance(f"which does not let the film be released under {offered}", remedy)
        if not terms.commercial and given.commercial:
            remedy = f"release the production under a licence that forbids it too, or {ask}"
            return _Hindrance(f"which forbids commercial use, and {offered} would allow it to everybody", remedy)
        if terms.attribution and not given.attribution:
            remedy = f"release the production under a licence that asks for it too, such as CC-BY-4.0, or {ask}"
            return _Hindrance(f"which asks that its makers are named, and {offered} would let others drop them", remedy)
    return None


def _terms(name: str, catalogue: Catalogue | None) -> Terms | None:
    """What a licence allows, or ``None`` where that is not known here."""
    if name in _PUBLIC_DOMAIN or name in _FONTS:
        return Terms(name, commercial=True, adaptations="any", attribution=False)
    if name in _PERMISSIVE:
        return Terms(name, commercial=True, adaptations="any", attribution=True)
    if name == _FREE_ART:
        return Terms(name, commercial=True, adaptations="same", attribution=True)
    found = _CREATIVE_COMMONS.fullmatch(name)
    if found:
        adaptations = {None: "any", "-SA": "same", "-ND": "none"}[found["last"]]
        return Terms(name, commercial=not found["nc"], adaptations=adaptations, attribution=True)
    return None if catalogue is None else catalogue.terms(name)


def _follows(name: str, offered: str) -> bool:
    """Whether an adaptation of what is under a share-alike licence may be under another one."""
    if name == offered or offered in _COMPATIBLE.get(name, ()):
        return True
    one, other = _CREATIVE_COMMONS.fullmatch(name), _CREATIVE_COMMONS.fullmatch(offered)
    if one is None or other is None or (one["nc"], one["last"]) != (other["nc"], other["last"]):
        return False
    # Versions 2.0 and later allow later ones and those of other countries; 1.0 knows only itself.
    return one["version"] != "1.0" and other["version"] >= one["version"]


def _makers(record: Record) -> str:
    people = tuple(dict.fromkeys(contribution.person for contribution in record.contributors))
    return ", ".join(people[:3]) + (" and others" if len(people) > 3 else "")
