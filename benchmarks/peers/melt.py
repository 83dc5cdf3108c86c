"""MLT, the library under Kdenlive and Shotcut: a scene becomes its XML, as those editors write it, for ``melt``."""

from __future__ import annotations

import subprocess
from itertools import count
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from PIL import Image

from benchmarks.measure import Command
from benchmarks.peers.base import Place, Sink, first_line, on_path
from benchmarks.peers.graph import effect_filters
from benchmarks.scenes import FPS, HEIGHT, WIDTH, Clip, Layer, Scene, Still, Text, Video


class Melt:
    """The program ``melt`` of ``$PATH``."""

    name = "melt"

    def version(self) -> str:
        """Which version is there.

        :raises Absent: it is not
        """
        program = on_path("melt")
        asked = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
        return first_line(asked.stdout + asked.stderr).rpartition(" ")[2]

    def command(self, scene: Scene, sink: Sink, to: Path, place: Place, *, cores: int) -> Command:
        """What renders a scene, with a thread for each core and no frame dropped."""
        path = place.folder / f"{scene.slug}.mlt"
        path.write_text(written(scene, place))
        argv = [on_path("melt"), "-silent", str(path), "-consumer"]
        if sink == "discard":
            argv += ["null", "terminate_on_pause=1"]
        else:
            argv += [f"avformat:{to}", "vcodec=libx264", f"preset={sink}", "crf=18", "pix_fmt=yuv420p", "an=1"]
        return Command((*argv, f"real_time=-{cores}"))


def written(scene: Scene, place: Place) -> str:
    """A scene as MLT's XML: the clips on one track, or on two by turns where they melt, and a track for each layer."""
    return _Writer(scene, place).text()


class _Writer:
    def __init__(self, scene: Scene, place: Place) -> None:
        self._scene, self._place = scene, place
        self._root = Element("mlt")
        SubElement(
            self._root,
            "profile",
            width=str(WIDTH), height=str(HEIGHT), frame_rate_num=str(FPS), frame_rate_den="1", progressive="1",
            sample_aspect_num="1", sample_aspect_den="1", display_aspect_num="16", display_aspect_den="9",
            colorspace="709",
        )  # fmt: skip
        self._numbers = count()

    def text(self) -> str:
        scene = self._scene
        tracks: list[str] = []
        if scene.dissolve:
            lists = [self._playlist(), self._playlist()]
            ends, at, melt = [0, 0], 0, round(scene.dissolve * FPS)
            for number, clip in enumerate(scene.clips):
                side, frames = number % 2, round(clip.seconds * FPS)
                if at > ends[side]:
                    SubElement(lists[side], "blank", length=str(at - ends[side]))
                self._entry(lists[side], self._clip(clip), frames)
                ends[side], at = at + frames, at + frames - melt
            tracks += [each.attrib["id"] for each in lists]
        else:
            base = self._playlist()
            for clip in scene.clips:
                self._entry(base, self._clip(clip), round(clip.seconds * FPS))
            tracks.append(base.attrib["id"])
        first = len(tracks)
        for layer in scene.layers:
            track = self._playlist()
            if layer.start:
                SubElement(track, "blank", length=str(round(layer.start * FPS)))
            self._entry(track, self._producer(layer.source), self._frames(layer))
            tracks.append(track.attrib["id"])
        tractor = SubElement(self._root, "tractor", id="film")
        multitrack = SubElement(tractor, "multitrack")
        for track_id in tracks:
            SubElement(multitrack, "track", producer=track_id)
        if scene.dissolve:
            self._melted(tractor)
        for number, layer in enumerate(scene.layers, start=first):
            self._placed(tractor, layer, number)
        for effect in scene.effects:
            for name, options in effect_filters(effect):
                self._filter(tractor, name, options)
        return ElementTree.tostring(self._root, encoding="unicode")

    def _id(self) -> str:
        return f"n{next(self._numbers)}"

    def _playlist(self) -> Element:
        return SubElement(self._root, "playlist", id=self._id())

    def _entry(self, playlist: Element, producer: str, frames: int) -> None:
        entry = SubElement(playlist, "entry", producer=producer)
        entry.attrib.update({"in": "0", "out": str(frames - 1)})
        # what is in a playlist must have been defined before it
        self._root.remove(playlist)
        self._root.append(playlist)

    def _producer(self, source: Video | Still | Text) -> str:
        name = self._id()
        producer = SubElement(self._root, "producer", id=name)
        service = "avformat" if isinstance(source, Video) else "pixbuf"
        _set(producer, mlt_service=service, resource=str(self._place.path(source)), length="100000")
        return name

    def _clip(self, clip: Clip) -> str:
        name = self._producer(clip.source)
        producer = next(each for each in self._root.iter("producer") if each.attrib["id"] == name)
        if clip.zoom != (1.0, 1.0):
            last = round(clip.seconds * FPS)
            keys = ";".join(f"{at}={_box(zoom)}" for at, zoom in zip((0, last), clip.zoom, strict=True))
            zoomed = SubElement(producer, "filter")
            _set(zoomed, mlt_service="affine", background="colour:0")
            zoomed.append(_property("transition.rect", keys))
            zoomed.append(_property("transition.distort", "0"))
        if clip.blur:
            self._filter(producer, "gblur", f"sigma={clip.blur}")
        return name

    def _filter(self, parent: Element, name: str, options: str) -> None:
        """One of FFmpeg's filters, which MLT takes as they are; it converts between formats by itself."""
        if name in ("scale", "format"):
            return
        made = SubElement(parent, "filter")
        _set(made, mlt_service=f"avfilter.{name}")
        for option in options.split(":"):
            key, _, value = option.partition("=")
            made.append(_property(f"av.{key}", value.strip("'")))

    def _melted(self, tractor: Element) -> None:
        """The upper of two tracks over the lower: it appears and goes where its clips melt with the others."""
        melt, at, keys = round(self._scene.dissolve * FPS), 0, []
        for number, clip in enumerate(self._scene.clips):
            end = at + round(clip.seconds * FPS)
            if number % 2:
                whole = f"0 0 {WIDTH} {HEIGHT}"
                keys += [f"{at}={whole} 0", f"{at + melt}={whole} 1"]
                if number + 1 < len(self._scene.clips):
                    keys += [f"{end - melt}={whole} 1", f"{end}={whole} 0"]
            at = end - melt
        made = SubElement(tractor, "transition")
        made.attrib.update({"in": "0", "out": str(self._scene.frames - 1)})
        _set(made, mlt_service="affine", a_track="0", b_track="1", rect=";".join(keys), distort="0")

    def _frames(self, layer: Layer) -> int:
        stop = self._scene.seconds if layer.stop is None else layer.stop
        return round((stop - layer.start) * FPS)

    def _placed(self, tractor: Element, layer: Layer, track: int) -> None:
        frames, start = self._frames(layer), round(layer.start * FPS)
        made = SubElement(tractor, "transition")
        made.attrib.update({"in": str(start), "out": str(start + frames - 1)})
        _set(made, mlt_service="affine", a_track="0", b_track=str(track), distort="0", fill="1")
        width, height = _size(layer, self._place)
        keys = []
        fade = round(layer.fade * FPS)
        times = sorted({0, fade, frames - fade, frames}) if fade else [0, frames]
        for at in times:
            x, y = (a + (b - a) * at / frames for a, b in zip(layer.begin, layer.end, strict=True))
            opacity = 0 if fade and at in (0, frames) else 1
            keys.append(f"{at}={x - width / 2:.3f} {y - height / 2:.3f} {width:g} {height:g} {opacity}")
        made.append(_property("rect", ";".join(keys)))
        if any(layer.angle):
            made.append(_property("fix_rotate_x", f"0={layer.angle[0]};{frames}={layer.angle[1]}"))


def _box(zoom: float) -> str:
    width, height = WIDTH * zoom, HEIGHT * zoom
    return f"{(WIDTH - width) / 2:.3f} {(HEIGHT - height) / 2:.3f} {width:.3f} {height:.3f} 1"


def _size(layer: Layer, place: Place) -> tuple[float, float]:
    """A layer's width and height on the screen."""
    source = layer.source
    if isinstance(source, Text):
        with Image.open(place.path(source)) as picture:
            return float(picture.width), float(picture.height)
    return source.width * layer.scale, source.height * layer.scale


def _property(name: str, value: str) -> Element:
    made = Element("property", name=name)
    made.text = value
    return made


def _set(parent: Element, **values: str) -> None:
    parent.extend(_property(name, value) for name, value in values.items())
