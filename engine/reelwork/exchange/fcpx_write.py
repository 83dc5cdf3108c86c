"""Writing FCPXML 1.10: a timeline goes in, Final Cut Pro's text comes out.

The lowest track of pictures becomes the storyline; all others are connected to what they begin over, on lanes.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any, Final
from xml.etree.ElementTree import Element, SubElement

from reelwork.exchange import sounds
from reelwork.exchange.addresses import place_of
from reelwork.exchange.fcpx_adjust import adjust
from reelwork.exchange.fcpx_adjust import seconds as said
from reelwork.exchange.fcpx_titles import attributes
from reelwork.exchange.marking import on_clips
from reelwork.exchange.report import Report
from reelwork.exchange.timeline import ZERO, Clip, Gap, Item, Reference, Stack, Timeline, Track, Transition, beside
from reelwork.exchange.unsaid import is_group, made_of, tell_unsaid_of_scene
from reelwork.exchange.xml import written

_TITLES: Final = ".../Titles.localized/Bumper:Opener.localized/Basic Title.localized"


def write_fcpxml(timeline: Timeline, path: Path, report: Report) -> str:
    """The text of a document.

    :param path: where it goes, from whose folder the timeline's references count
    """
    assert timeline.fps is not None
    root = Element("fcpxml", version="1.10")
    writer = _Writer(SubElement(root, "resources"), timeline.fps, path.resolve().parent, report)
    event = SubElement(SubElement(root, "library"), "event", name=timeline.name or "Reelwork")
    project = SubElement(event, "project", name=timeline.name or "Reelwork")
    tell_unsaid_of_scene(timeline, ("canvas.size", "composition.size"), report)
    begin, drop = said(timeline.start), "DF" if timeline.drop else "NDF"
    writer.sequence(SubElement(project, "sequence", tcStart=begin, tcFormat=drop), timeline.stack, timeline.start)
    for element in root.iter():
        if element.tag in ("asset-clip", "ref-clip", "title", "video", "gap"):
            element[:] = sorted(element, key=_rank)
    return written(root, "fcpxml")


def _rank(child: Element) -> int:
    """The place that the format's DTD gives a child among its siblings."""
    if child.tag in ("param", "text", "text-style-def"):
        return 0
    if child.tag == "timeMap":
        return 1
    return 2 if child.tag.startswith("adjust-") else 4 if child.tag.endswith("marker") else 3


class _Writer:
    def __init__(self, resources: Element, fps: Fraction, folder: Path, report: Report) -> None:
        self._resources = resources
        self._fps = fps
        self._folder = folder
        self._report = report
        self._known: dict[Any, str] = {}
        self._stacks: list[tuple[Stack, str]] = []
        self._origin = ZERO
        self._size = (1920, 1080)
        self._titles = 0

    def sequence(self, element: Element, stack: Stack, origin: Fraction = ZERO) -> None:
        """The storyline of a stack, and all that is connected to it; ``origin`` is the timecode that it begins with."""
        self._origin = origin
        stack = on_clips(stack, self._report)
        around, self._size = self._size, stack.size or self._size
        element.set("format", self._format(self._fps, self._size))
        element.set("duration", said(stack.duration))
        spine = SubElement(element, "spine")
        heard = sounds.share_out(stack, self._report)
        videos = [(number, track) for number, track in enumerate(stack.tracks) if track.kind == "video" and track.items]
        lowest = videos[0][1] if videos else Track("video", (Gap(stack.duration),))
        row = self._row(spine, lowest, videos[0][0] if videos else -1, heard, stack.duration)
        for lane, (number, track) in enumerate(videos[1:], 1):
            self._connect(row, track, lane, number, heard)
        for lane, track in enumerate(heard.tracks.values(), 1):
            if any(isinstance(item, Clip) for item in track.items):
                self._connect(row, track, -lane, -1, heard)
        self._size = around

    def _row(
        self, spine: Element, track: Track, number: int, heard: sounds.Heard, lasts: Fraction
    ) -> list[tuple[Fraction, Fraction, Element]]:
        """The elements of the storyline with where they begin, and in which time of their own."""
        found: list[tuple[Fraction, Fraction, Element]] = []
        for index, (begin, item) in enumerate(track.placed()):
            if isinstance(item, Transition):
                self._transition(spine, self._origin + begin, item, beside(track, index))
            elif isinstance(item, Gap):
                found.append((begin, ZERO, self._gap(spine, self._origin + begin, item.duration)))
            else:
                element, start = self._clip(spine, item, self._origin + begin, heard, (number, index))
                found.append((begin, start, element))
        if lasts > track.duration:
            found.append(
                (track.duration, ZERO, self._gap(spine, self._origin + track.duration, lasts - track.duration))
            )
        return found

    def _gap(self, spine: Element, at: Fraction, lasts: Fraction) -> Element:
        return SubElement(spine, "gap", name="Gap", offset=said(at), start="0s", duration=said(lasts))

    def _transition(self, spine: Element, cut: Fraction, way: Transition, where: str) -> None:
        if way.kind != "dissolve" or way.parameters:
            self._report.add(f"the transition {where}", f"a {way.kind}", "a cross dissolve stands for it")
        lasts = way.before + way.after
        SubElement(spine, "transition", name="Cross Dissolve", offset=said(cut - way.before), duration=said(lasts))

    def _connect(
        self,
        row: list[tuple[Fraction, Fraction, Element]],
        track: Track,
        lane: int,
        number: int,
        heard: sounds.Heard,
    ) -> None:
        """Connect a track's clips; those that transitions join stand on a storyline of their own."""
        run: list[tuple[Fraction, int, Item]] = []
        runs = [run]
        for index, (at, item) in enumerate(track.placed()):
            if isinstance(item, Gap):
                run = []
                runs.append(run)
            else:
                run.append((at, index, item))
        for items in runs:
            clips = [(at, index, item) for at, index, item in items if isinstance(item, Clip)]
            if not clips:
                continue
            crossing = len(clips) != len(items)
            if not crossing:
                for at, index, clip in clips:
                    parent, offset = self._under(row, at)
                    element, _ = self._clip(parent, clip, offset, heard, (number, index))
                    element.set("lane", str(lane))
                continue
            at = clips[0][0]
            parent, offset = self._under(row, at)
            story = SubElement(parent, "spine", lane=str(lane), offset=said(offset))
            for begin, index, item in items:
                if isinstance(item, Transition):
                    self._transition(story, begin - at, item, beside(track, index))
                elif isinstance(item, Clip):
                    key = (number, index)
                    self._clip(story, item, begin - at, heard, key)

    def _under(self, row: list[tuple[Fraction, Fraction, Element]], at: Fraction) -> tuple[Element, Fraction]:
        """The element of the storyline that an instant lies over, and the instant in that element's time."""
        begin, start, element = next(entry for entry in reversed(row) if entry[0] <= at or entry is row[0])
        return element, start + at - begin

    def _clip(
        self, parent: Element, clip: Clip, offset: Fraction, heard: sounds.Heard, key: tuple[int, int]
    ) -> tuple[Element, Fraction]:
        """A clip's element, and where it begins in its own time."""
        source, paired = clip.source, key in heard.with_picture
        shared: dict[str, str] = {"name": clip.name, "offset": said(offset), "duration": said(clip.duration)}
        if not clip.enabled:
            shared["enabled"] = "0"
        if isinstance(source, Stack):
            if is_group(source):
                what = "its layers, a group, which is as large as what it holds"
                self._report.add(f"clip {clip.name!r}", what, "a compound clip stands for it, cut off at its frame")
            element = SubElement(parent, "ref-clip", {**shared, "ref": self._stack(source)})
        elif source.generator:
            element = self._generated(parent, clip, source, shared)
        else:
            sounding = key[0] < 0
            only: dict[str, str] = {} if paired else {"srcEnable": "audio" if sounding else "video"}
            element = SubElement(parent, "asset-clip", {**shared, **only, "ref": self._asset(source)})
        start = clip.start
        if clip.speed != 1:
            start = ZERO
            points = SubElement(element, "timeMap")
            first, last = clip.start, clip.start + clip.duration * abs(clip.speed)
            if clip.speed < 0:
                first, last = last, first
            SubElement(points, "timept", time="0s", value=said(first), interp="linear")
            SubElement(points, "timept", time=said(clip.duration), value=said(last), interp="linear")
        element.set("start", said(start))
        adjust(element, clip, heard.with_picture[key] if paired else clip, start, self._size, self._report)
        for marker in clip.markers:
            time, lasts = said(start + marker.at), said(marker.duration or 1 / self._fps)
            tag = "chapter-marker" if marker.chapter else "marker"
            SubElement(element, tag, start=time, duration=lasts, value=marker.name, note=marker.comment)
        return element, start

    def _generated(self, parent: Element, clip: Clip, source: Reference, shared: dict[str, str]) -> Element:
        words = source.parameters.get("text")
        if words:
            ref = self._effect("Basic Title", f"{_TITLES}/Basic Title.moti")
            element = SubElement(parent, "title", {**shared, "ref": ref})
            self._titles += 1
            ident = f"ts{self._titles}"
            SubElement(SubElement(element, "text"), "text-style", ref=ident).text = str(words)
            SubElement(SubElement(element, "text-style-def", id=ident), "text-style", attributes(clip, self._size))
            return element
        if source.generator != "solid":
            self._report.add(f"clip {clip.name!r}", made_of(clip), "a black solid stands for it")
        ref = self._effect("Custom", ".../Generators.localized/Solids.localized/Custom.localized/Custom.motn")
        element = SubElement(parent, "video", {**shared, "ref": ref})
        colour = str(source.parameters.get("color", ""))
        if len(colour) in (7, 9) and colour.startswith("#"):
            shares = " ".join(f"{int(colour[place : place + 2], 16) / 255:.6g}" for place in (1, 3, 5))
            SubElement(element, "param", name="Color", value=shares)
        return element

    def _effect(self, name: str, uid: str) -> str:
        return self._once(("effect", name), "effect", name=name, uid=uid)

    def _format(self, fps: Fraction | None, size: tuple[int, int]) -> str:
        """The format of pictures; stills have no rate, and a name that says so."""
        rate = {"name": "FFVideoFormatRateUndefined"} if fps is None else {"frameDuration": said(1 / fps)}
        return self._once(("format", fps, size), "format", **rate, width=str(size[0]), height=str(size[1]))

    def _asset(self, source: Reference) -> str:
        key = ("asset", source.url, source.name)
        if key not in self._known:
            path = place_of(source.url, self._folder) if source.url else None
            extra = {"duration": said(source.duration)} if source.duration is not None else {}
            if source.rate is not None or source.size is not None:
                extra["format"] = self._format(source.rate, source.size or (1920, 1080))
            self._once(
                key,
                "asset",
                name=source.name,
                start=said(source.start or ZERO),
                hasVideo="0" if source.rate is None and source.duration is not None else "1",
                hasAudio="0" if source.duration is None else "1",
                **extra,
            )
            SubElement(
                self._resources[-1], "media-rep", kind="original-media", src=path.as_uri() if path else source.url
            )
        return self._known[key]

    def _stack(self, stack: Stack) -> str:
        for known, ident in self._stacks:
            if known == stack:
                return ident
        ident = self._once(("media", len(self._stacks)), "media", name=stack.name)
        self._stacks.append((stack, ident))
        origin = self._origin
        self.sequence(SubElement(self._resources[-1], "sequence"), stack)
        self._origin = origin
        return ident

    def _once(self, key: Any, tag: str, **attributes: str) -> str:
        if key not in self._known:
            self._known[key] = f"r{len(self._known) + 1}"
            SubElement(self._resources, tag, {"id": self._known[key], **attributes})
        return self._known[key]
