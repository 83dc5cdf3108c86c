"""Linking: every record and file that a scene names becomes a file on this machine with its facts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from math import ceil, floor
from pathlib import Path
from typing import Final, cast

from reelwork.caption import Caption, Words
from reelwork.catalogue import Catalogue, Record, open_catalogue
from reelwork.catalogue.digest import digest_of
from reelwork.catalogue.facts import ANIMATED, READ, Fields, MediaFacts, Reading
from reelwork.catalogue.licences import Release, release_problems, release_trouble
from reelwork.catalogue.model import Contribution
from reelwork.errors import CatalogueError, MediaError, Place, PluginError, Problem
from reelwork.extensions.offers import Offers
from reelwork.graph.calls import call_trouble, misfits
from reelwork.graph.captioned import Captions, taken
from reelwork.graph.files import names_in, nested, uses
from reelwork.graph.model import Media
from reelwork.graph.production import Production
from reelwork.graph.reach import Reach
from reelwork.graph.schemes import Schemes
from reelwork.linker import Linker, scheme_of
from reelwork.scene import model
from reelwork.scene.playing import SLATE_LENGTH
from reelwork.scene.report import quote
from reelwork.scene.sources import AssetSource, FileSource, SlotSource, Source, TextSource
from reelwork.timecode import format_seconds
from reelwork.values import File

#: Says what a file of pictures or sound is, numbered ones at a rate, pictures a second; a video
#: as the director has it read.
Probe = Callable[[Path, Fraction, Reading], MediaFacts]
#: Says which files a name stands for.
Files = Callable[[Path], tuple[Path, ...]]

# What the file of a record is, by the record's kind; and how messages call it.
_FILES: Final = {"video": "video", "audio": "audio", "image": "still", "illustration": "still"}
_SAID: Final = {"video": "a video", "audio": "sound alone", "still": "a still"}


def link(
    scene: model.Scene,
    probe: Probe,
    *,
    draft: bool = False,
    enclosed: Mapping[str, Path] | None = None,
    linkers: Offers[Linker] | None = None,
    files: Files = lambda path: (path,),
    captions: Captions = lambda path, reading, stream, language: Words(()),
) -> tuple[Production, tuple[Problem, ...]]:
    """Find everything that a scene names; what is wrong comes back as problems, all at once.

    :param probe: says what a file of pictures or sound is
    :param draft: whether a record that is missing becomes a slate and a warning rather than an error
    :param enclosed: files and catalogues that the scene names outside its folder, by the names that it gives them; with
        it, even if it is empty, nothing else is read outside of it
    :param linkers: find what names of schemes stand for
    :param files: finds the files of footage that is made of several
    :param captions: finds those that a file carries
    """
    linker = _Linker(scene, probe, draft, enclosed, linkers, files)
    for clip in clips(scene):
        linker.clip(clip)
        linker.captioned(clip, captions)
    for use in uses(scene):
        for named, path in names_in(use.params, use.path):
            linker.file(named, path)
    linker.licence()
    found = (linker.media, linker.texts, linker.files, linker.captions, linker.records, linker.missing)
    return Production(scene, *found, linker.catalogue, linker.schemes.found), tuple(linker.problems)


def clips(scene: model.Scene) -> Iterator[model.Clip]:
    """Every layer and clip of every composition."""
    for composition in scene.compositions.values():
        for item in (*nested(composition.sequence), *nested(composition.layers)):
            if isinstance(item, model.Clip):
                yield item


class _Linker:
    """Collects files, facts and problems; each record and file is looked at once."""

    def __init__(
        self,
        scene: model.Scene,
        probe: Probe,
        draft: bool,
        enclosed: Mapping[str, Path] | None,
        linkers: Offers[Linker] | None,
        files: Files,
    ) -> None:
        self.media: dict[str, Media] = {}
        self.texts: dict[str, str] = {}
        self.files: dict[str, File] = {}
        self.captions: dict[str, tuple[Caption, ...]] = {}
        self.records: dict[str, Record] = {}
        self.missing: dict[str, str] = {}
        self.problems: list[Problem] = []
        self._scene = scene
        self._folder = Path(scene.file).resolve().parent
        self._probe = probe
        self._files = files
        self._draft = draft
        self._enclosed = enclosed
        self._facts: dict[tuple[Path, Fraction, Reading], MediaFacts] = {}
        self.catalogue: Catalogue | None = None
        self._no_catalogue = False
        self._told: set[str | None] = set()
        self.schemes = Schemes(linkers or Offers(), self._folder, enclosed)
        self._reach = Reach(self._folder, enclosed, self.schemes)

    def clip(self, clip: model.Clip) -> None:
        """Link what one layer shows."""
        source = clip.source
        name = _record_of(source)
        if isinstance(source, SlotSource) and source.licence:
            self._call(clip, source)
        try:
            if name is not None and scheme_of(name):
                self._linked(clip, name)
            elif name is not None:
                self._record(clip, name)
            elif isinstance(source, FileSource):
                self.media[clip.path] = replace(self._file(source.file, clip), data=clip.data)
            if clip.path in self.media and not clip.sound.mute:
                self._damaged(clip, self.media[clip.path])
        except (MediaError, PluginError) as error:
            self._wrong(clip, name, Problem(str(error)))
        except CatalogueError as error:
            self._wrong(clip, name, *error.problems)

    def file(self, named: model.FileName, path: str) -> None:
        """Find a file that an extension reads; ``path`` is that of the key that names it."""
        name = named.name
        if name in self.files:
            return
        if named.record:
            self._read_record(named, path)
            return
        try:
            found = self._reach.existing(name)
            self.files[name] = File(found.suffix.lower(), digest_of(found), str(found))
        except (MediaError, PluginError, OSError) as error:
            said = f"{quote(name)} cannot be read: {error.strerror}" if isinstance(error, OSError) else str(error)
            self.problems.append(Problem(said, self._scene.place(path), path))

    def captioned(self, clip: model.Clip, read: Captions) -> None:
        """Find the captions that a layer takes out of a file: its own, or another."""
        path = f"{clip.path}.caption"
        try:
            found, doubt = taken(clip, self.media.get(clip.path), lambda name: self._read_by(name, path), read)
        except MediaError as error:
            self.problems.append(Problem(str(error), self._scene.place(path) or clip.place, path))
            return
        self.captions[clip.path] = found
        if doubt:
            problem = Problem(doubt, self._scene.place(path) or clip.place, path, warning=True)
            self.problems.append(replace(problem, remedy="correct it where that is wrong"))

    def _read_by(self, name: str, path: str) -> str | None:
        """Where a file lies that a key names; ``None`` where that is wrong, which is told."""
        self.file(model.FileName(name), path)
        return self.files[name].path if name in self.files else None

    def _wrong(self, clip: model.Clip, name: str | None, *problems: Problem) -> None:
        """Note that what a layer names cannot be had; in a draft a slate says so in its place."""
        shown = name or (clip.source.file if isinstance(clip.source, FileSource) else "")
        instead = ""
        if shown:
            self.missing[clip.path] = shown
            instead = _slate(clip) if self._draft else ""
        self._say(name, f"{clip.path}.{_key_of(clip.source)}", clip.place, problems, instead)

    def _say(self, name: str | None, key: str, at: Place | None, problems: Iterable[Problem], instead: str) -> None:
        """Note what is wrong with what a key names; ``instead`` is what a draft does then."""
        for problem in problems:
            if problem.place is None:
                problem = replace(problem, place=self._scene.place(key) or at, path=key)
            elif name in self._told:
                continue  # what is wrong in a record is said once, however often the record is used
            elif not problem.path:
                problem = replace(problem, path=key)
            if instead:
                problem = replace(problem, warning=True, remedy=instead)
            self.problems.append(problem)
        self._told.add(name)

    def _damaged(self, clip: model.Clip, media: Media) -> None:
        """Say once where a file's sound cannot be decoded, or that none of it can; a draft has silence there."""
        places = media.facts.audio.damage if media.facts.audio is not None else ()
        if media.path in self._told:
            return
        if media.facts.unheard:
            self._told.add(media.path)
            said = f"{media.path}: its sound is of a codec that cannot be decoded, and is not heard"
            self._doubt(clip, said, "convert it, or mute this layer")
        if not places:
            return
        self._told.add(media.path)
        said = ", ".join(f"{_tenths(floor(begin * 10))} to {_tenths(ceil(end * 10))}" for begin, end in places[:5])
        more = f", and in {len(places) - 5} more places" if len(places) > 5 else ""
        key = f"{clip.path}.{_key_of(clip.source)}"
        self.problems.append(
            Problem(
                f"{media.path}: its sound is damaged from {said}{more}",
                self._scene.place(key) or clip.place,
                key,
                "it is silent there in this draft" if self._draft else "repair the file, or mute this layer",
                warning=self._draft,
            )
        )

    def _doubt(self, clip: model.Clip, message: str, remedy: str) -> None:
        key = f"{clip.path}.{_key_of(clip.source)}"
        self.problems.append(Problem(message, self._scene.place(key) or clip.place, key, remedy, warning=True))

    def _record(self, clip: model.Clip, name: str) -> None:
        catalogue = self._opened()
        if catalogue is None:
            self._wrong(clip, name)
            return
        record = catalogue.record(name)
        path = catalogue.media(record)
        if record.kind == "font":
            raise CatalogueError(f"the record {name!r} is a font; a text takes it as its `font-file`")
        if isinstance(clip.source, TextSource):
            if record.kind != "text":
                raise CatalogueError(f"the record {name!r} is of kind {record.kind}; a text's `asset` is of kind text")
            self.texts[clip.path] = _words(path, name)
        elif record.kind == "text":
            raise CatalogueError(f"the record {name!r} is words; show them with `text: {{asset: {name}}}`")
        else:
            facts = self._facts_of(path, clip)
            self.media[clip.path] = Media(str(path), facts, name, data=clip.data)
            moving = facts.kind == "video" and facts.container in ANIMATED
            if facts.kind != _FILES[record.kind] and name not in self.records and not (moving and _is_drawn(record)):
                message = f"the record {name!r} is of kind {record.kind}, but its file is {_SAID[facts.kind]}"
                self._doubt(clip, message, "correct its kind, or its file")
        if isinstance(clip.source, SlotSource):
            for message, remedy in misfits(clip.source, record, catalogue):
                self._doubt(clip, message, remedy)
        if name not in self.records:
            self._release(f"{clip.path}.{_key_of(clip.source)}", clip.place, record, catalogue)
            self._makers(record, catalogue)
        self.records[name] = record

    def _read_record(self, named: model.FileName, key: str) -> None:
        """Link a record whose file an extension reads; a draft does without one that is missing."""
        instead = "this draft does without it" if self._draft else ""
        try:
            catalogue = self._opened()
            if catalogue is None:
                return
            record = catalogue.record(named.name)
            path = catalogue.media(record)
            if record.kind != named.record:
                said, last = f"the record {named.name!r} is of kind {record.kind}", key.rpartition(".")[2]
                raise CatalogueError(f"{said}; `{last}` takes one of kind {named.record}")
        except CatalogueError as error:
            self._say(named.name, key, None, error.problems, instead)
            return
        self.files[named.name] = File(path.suffix.lower(), record.sha256, str(path))
        if named.name not in self.records:
            self._release(key, None, record, catalogue)
            self._makers(record, catalogue)
        self.records[named.name] = record

    def _call(self, clip: model.Clip, slot: SlotSource) -> None:
        """Whether the licence that a call asks for is one."""
        trouble = call_trouble(slot, self._opened() if "LicenseRef" in slot.licence else self.catalogue)
        if trouble is not None:
            key = f"{clip.path}.slot.licence"
            self.problems.append(replace(trouble, place=self._scene.place(key) or clip.place, path=key))

    def _makers(self, record: Record, catalogue: Catalogue) -> None:
        """Whether what the catalogue says of a record's makers can be read, for whoever credits them."""
        for handle in dict.fromkeys(contribution.person for contribution in record.contributors):
            try:
                catalogue.person(handle)
            except CatalogueError as error:
                found = (replace(problem, warning=self._draft) for problem in error.problems)
                self.problems.extend(problem for problem in found if problem not in self.problems)

    def _linked(self, clip: model.Clip, name: str) -> None:
        """Link what a plugin's linker finds, which says itself what a record says of others."""
        known = name in self.schemes.found
        linked = self.schemes.find(name)
        if isinstance(clip.source, TextSource):
            self.texts[clip.path] = _words(linked.path, name)
        else:
            self.media[clip.path] = Media(str(linked.path), self._facts_of(linked.path, clip), name, data=clip.data)
        if known or self._enclosed is not None:
            return
        if linked.licence:
            makers = tuple(Contribution(maker, "", Fraction(1, len(linked.makers))) for maker in linked.makers)
            record = Record(name, linked.title, linked.kind, linked.licence, makers)
            self._release(f"{clip.path}.{_key_of(clip.source)}", clip.place, record, self.catalogue)
        else:
            self._doubt(clip, f"nobody says under which licence {name!r} is", "ask whoever keeps it")
        if not linked.makers:
            self._doubt(clip, f"nobody is credited for {name!r}", "ask whoever keeps it")

    def _release(self, key: str, at: Place | None, record: Record, catalogue: Catalogue | None) -> None:
        """Whether the production may be released with a record in it."""
        release = Release(self._scene.licence or None, self._scene.commercial)
        for problem in release_problems(record, catalogue, release):
            place = self._scene.place(key) or at
            self.problems.append(replace(problem, place=place, path=key, warning=self._draft))

    def licence(self) -> None:
        """Whether the production's own licence makes sense."""
        trouble = release_trouble(Release(self._scene.licence or None, self._scene.commercial), self.catalogue)
        if trouble is not None:
            place = self._scene.place("licence") or Place(self._scene.file, 1, 1)
            self.problems.append(replace(trouble, place=place, path="licence", warning=self._draft))

    def _opened(self) -> Catalogue | None:
        """The scene's catalogue; that there is none, or that it cannot be opened, is said once."""
        if self.catalogue is None and not self._no_catalogue:
            try:
                self.catalogue = self._found()
            except (MediaError, CatalogueError) as error:
                self._no_catalogue = True
                problems = error.problems if isinstance(error, CatalogueError) else (Problem(str(error)),)
                at = self._scene.place("catalogue") or Place(self._scene.file, 1, 1)
                for problem in problems:
                    found = problem if problem.place else replace(problem, place=at, path="catalogue")
                    self.problems.append(replace(found, warning=self._draft))
        return self.catalogue

    def _found(self) -> Catalogue:
        named = self._scene.catalogue
        if named is not None:
            # What marks a catalogue lets scenes read it, but for those that are enclosed.
            return open_catalogue(self._reach.resolved(named) if self._enclosed is None else self._reach.allowed(named))
        if (self._folder / "catalogue" / "catalogue.toml").is_file():
            return open_catalogue(self._folder / "catalogue")
        problem = Problem("the scene names records, but no catalogue", remedy="write `catalogue:` and its folder")
        raise CatalogueError((problem,))

    def _file(self, named: str, clip: model.Clip) -> Media:
        path = self._reach.existing(named)
        files = self._files(path)
        for file in files:
            self._reach.check_beside(file, path, named)
        return Media(str(path), self._facts_of(path, clip), files=() if files == (path,) else tuple(map(str, files)))

    def _facts_of(self, path: Path, clip: model.Clip) -> MediaFacts:
        reading = Reading(
            clip.stream or 0, cast(Fields, clip.fields), clip.sound.stream or 0, clip.page or 0, clip.part, clip.layer
        )
        at = (path, clip.fps or self._scene.canvas.fps, reading)
        if at not in self._facts:
            self._facts[at] = self._probe(*at)
        facts = self._facts[at]
        if (reading.stream or reading.fields != READ.fields) and facts.kind != "video":
            key = "stream" if reading.stream else "fields"
            raise MediaError(f"`{key}` is for videos, and {path.name} is {_SAID[facts.kind]}")
        if reading.sound and facts.audio is None:
            raise MediaError(f"`stream` picks a stream of sound, and {path.name} has none")
        return facts


def _record_of(source: Source) -> str | None:
    if isinstance(source, AssetSource):
        return source.record
    if isinstance(source, SlotSource):
        return source.filled_by
    if isinstance(source, TextSource):
        return source.params.get("asset") or None
    return None


def _key_of(source: Source) -> str:
    """The key, beside or within the layer, that names a file or a record."""
    if isinstance(source, TextSource):
        return "text.asset"
    if isinstance(source, SlotSource):
        return "filled-by"
    return "file" if isinstance(source, FileSource) else "asset"


def _slate(clip: model.Clip) -> str:
    """What a draft shows instead of what is missing, and for how long."""
    untold = clip.duration is None and clip.end is None and not isinstance(clip.source, TextSource)
    length = f", for {SLATE_LENGTH} s where nothing else says how long" if untold else ""
    return f"in this draft a slate stands in its place{length}"


def _tenths(count: int) -> str:
    return format_seconds(Fraction(count, 10))


def _is_drawn(record: Record) -> bool:
    """Whether a record is a picture, which may be an animated one."""
    return _FILES[record.kind] == "still"


def _words(path: Path, name: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogueError(f"the words of {name!r} cannot be read from {path}: {error}") from error
