"""Rules of outputs: what a file can be, where it may lie, which keys go together. Problems come out."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import PurePosixPath

from reelwork.film import FilmWriter
from reelwork.kinds import field_name, params
from reelwork.scene import files
from reelwork.scene.encoding import Video
from reelwork.scene.model import Scene
from reelwork.scene.nodes import join
from reelwork.scene.output import Output
from reelwork.scene.reading import Reading
from reelwork.scene.report import nearest, one_of, quote


def check(reading: Reading, scene: Scene) -> None:
    """Check every output of a scene."""
    compositions_read = not reading.report.concerns("compositions")
    if not scene.outputs and compositions_read and not reading.report.concerns("outputs"):
        _default(reading, scene)
    written: dict[str, str] = {}
    for output in scene.outputs.values():
        if compositions_read or output.composition in scene.compositions:
            _composition(reading, scene, output)
        _file(reading, output)
        other = written.setdefault(output.file, output.name)
        if other != output.name:
            reading.fault(join(output.path, "file"), f"the output {quote(other)} has this file too")


def _default(reading: Reading, scene: Scene) -> None:
    if scene.compositions and "main" not in scene.compositions:
        name = next(iter(scene.compositions))
        reading.fault(
            "compositions",
            "there is no output, and no composition 'main' to make a film of",
            f"write `outputs: {{film: {{composition: {name}, file: film.mp4}}}}`",
        )


def _composition(reading: Reading, scene: Scene, output: Output) -> None:
    composition = scene.compositions.get(output.composition)
    if composition is None:
        known = tuple(scene.compositions)
        remedy = nearest(output.composition, known) or (f"there is {one_of(known, 'and')}" if known else "")
        reading.fault(join(output.path, "composition"), f"there is no composition {quote(output.composition)}", remedy)
        return
    width, height = composition.size or scene.canvas.size
    if output.crop is not None and not reading.report.concerns("canvas"):
        x, y, across, down = output.crop
        if x + across > width or y + down > height:
            message = f"the crop reaches outside of the composition, which is {width} × {height} pixels"
            reading.fault(join(output.path, "crop"), message)


def _file(reading: Reading, output: Output) -> None:
    path = join(output.path, "file")
    file = PurePosixPath(output.file)
    if file.is_absolute() or re.match(r"[A-Za-z]:|~", output.file):
        reading.fault(path, f"the file of an output is relative to 'out/'; found {quote(output.file)}")
    elif ".." in file.parts:
        reading.fault(path, f"an output may not leave 'out/'; found {quote(output.file)}", "`--to` may name any place")
    ending = file.suffix.lower()
    if ending not in files.endings(reading.registry):
        said = f"{quote(ending)} cannot be written" if ending else f"{quote(output.file)} has none"
        remedy = f"there are {files.endings_in_words(reading.registry)}"
        reading.fault(path, f"the ending of the file says what it is; {said}", remedy)
    else:
        _stills(reading, output, file, ending)
        _still(reading, output, ending)
        _encoding(reading, output, ending)


def _stills(reading: Reading, output: Output, file: PurePosixPath, ending: str) -> None:
    path, at = join(output.path, "file"), join(output.path, "at")
    numbered, stills = "%" in file.name, files.stills(reading.registry)
    if "%" in str(file.parent):
        reading.fault(path, "the number of a frame stands in the file's name, not in a folder's")
    if numbered and not (ending in stills and len(files.NUMBER.findall(file.name)) == file.name.count("%") == 1):
        message = f"a number such as %05d stands once in the name, and of stills only; found {quote(output.file)}"
        reading.fault(path, message)
    if output.at and ending not in stills:
        reading.fault(at, f"`at` is for stills; {ending} is none")
    elif output.at and numbered:
        reading.fault(at, "`at` is for single stills, and a number such as %05d for all frames")
    if output.at and output.range:
        reading.fault(join(output.path, "range"), "`at` and `range` exclude each other")
    if ending in stills and not output.at and not numbered and not reading.report.concerns(at):
        remedy = f"write `at: 3s`, or {file.stem}-%05d{ending} for all frames"
        reading.fault(path, f"{quote(output.file)} is one still; say of which instant", remedy)


def _still(reading: Reading, output: Output, ending: str) -> None:
    path, depth = join(output.path, "stills"), output.stills.depth
    if path not in reading.places:
        return
    if ending not in files.stills(reading.registry):
        reading.fault(path, f"`stills` is for stills; {ending} is none")
        return
    if depth is not None and depth not in files.DEPTHS.get(ending, ()):
        has = " or ".join(map(str, files.DEPTHS.get(ending, ())))
        remedy = f"write {has}" if has else "leave it out"
        reading.fault(join(path, "depth"), f"{ending} has no {depth} bits a sample", remedy)
    hdr = files.HDR_DEPTHS.get(ending)
    if output.stills.transfer is not None and hdr is None:
        message = f"{ending} is not for HDR displays; {one_of(files.HDR_DEPTHS, 'and')} can be"
        reading.fault(join(path, "transfer"), message)
    elif output.stills.transfer is not None and depth not in (None, hdr):
        reading.fault(join(path, "depth"), f"{ending} for HDR displays has {hdr} bits a sample", "leave it out")
    if output.stills.quality is not None and ending not in files.LOSSY_STILLS:
        reading.fault(join(path, "quality"), f"{ending} loses nothing, and has no quality", "leave it out")


def _chapters(reading: Reading, output: Output) -> None:
    titles: dict[Fraction, str] = {}
    for title, start in output.chapters.items():
        other = titles.setdefault(start, title)
        if other != title:
            message = f"the chapters {quote(other)} and {quote(title)} begin at one instant"
            reading.fault(join(join(output.path, "chapters"), title), message)


def _encoding(reading: Reading, output: Output, ending: str) -> None:
    video, audio = join(output.path, "video"), join(output.path, "audio")
    for key in ("captions", "chapters", "metadata"):
        if ending not in files.FILMS and join(output.path, key) in reading.places:
            reading.fault(join(output.path, key), f"`{key}` is for films; {ending} is none")
    language = output.metadata.language
    if language and not re.fullmatch("[a-z]{3}", language):
        message = f"a language is written with three letters of ISO 639-2; found {quote(language)}"
        reading.fault(join(join(output.path, "metadata"), "language"), message, "write `deu`, `eng`, `fra` …")
    _chapters(reading, output)
    if ending in files.FILMS:
        _video(reading, output, ending)
    elif (writer := reading.registry.film_writers.get(ending)) is not None:
        _written_video(reading, output, writer.thing)
    elif video in reading.places:
        reading.fault(video, f"`video` is for films; {ending} is none")
    if ending in files.SOUNDS:
        able = files.SOUNDS[ending]
        if output.audio.codec is not None and output.audio.codec not in able:
            reading.fault(
                join(audio, "codec"), f"{ending} cannot hold {output.audio.codec}", f"it holds {one_of(able)}"
            )
        depths = files.SOUND_DEPTHS.get(output.audio.codec or able[0], ())
        if output.audio.depth is not None and output.audio.depth not in depths:
            message = f"{output.audio.codec or able[0]} has no depth {output.audio.depth}"
            reading.fault(
                join(audio, "depth"), message, f"it has {one_of(map(str, depths))}" if depths else "leave it out"
            )
    elif audio in reading.places:
        reading.fault(audio, f"`audio` is for what can be heard; {ending} cannot")


def _written_video(reading: Reading, output: Output, writer: FilmWriter) -> None:
    """What of ``video`` a plugin's writer heeds."""
    video, path = output.video, join(output.path, "video")
    heeded = ("pixel-format", "matrix", "range") if writer.pixel_formats else ()
    for key in params(Video):
        if join(path, key) in reading.places and key not in heeded:
            remedy = f"it heeds {one_of(heeded, 'and')}" if heeded else "leave it out"
            reading.fault(join(path, key), f"the writer of {writer.name} heeds no {quote(key)}", remedy)
    if heeded and video.pixel_format and video.pixel_format not in writer.pixel_formats:
        remedy = f"it has {one_of(writer.pixel_formats)}"
        reading.fault(join(path, "pixel-format"), f"{writer.name} has no pixel format {video.pixel_format}", remedy)


def _video(reading: Reading, output: Output, ending: str) -> None:
    video, path = output.video, join(output.path, "video")
    able = files.FILMS[ending]
    codec = video.codec or able[0]
    if codec not in able:
        others = one_of(other for other, codecs in files.FILMS.items() if codec in codecs)
        remedy = f"it holds {one_of(able)}; {codec} goes into {others}"
        reading.fault(join(path, "codec"), f"{ending} cannot hold {codec}", remedy)
        return
    _names(reading, video, codec, path)
    _rate(reading, video, codec, path)
    _light(reading, video, path)


def _names(reading: Reading, video: Video, codec: str, path: str) -> None:
    """Whether the codec has what is named."""
    formats = files.PIXEL_FORMATS[codec]
    if video.pixel_format is not None and video.pixel_format not in formats:
        message = f"{codec} has no pixel format {video.pixel_format}"
        reading.fault(join(path, "pixel-format"), message, f"it has {one_of(formats)}")
    for key in ("depth", "chroma"):
        if video.pixel_format is not None and getattr(video, key) is not None:
            reading.fault(join(path, key), f"`pixel-format` says the {key} already", "leave one out")
    named = {
        "profile": tuple(files.PROFILES.get(codec, ())),
        "tune": files.TUNES.get(codec, ()),
        "level": tuple(files.LEVELS.get(codec, ())),
    }
    for key, has in named.items():
        value = getattr(video, key)
        if value is not None and value not in has:
            remedy = f"it has {one_of(has)}" if has else "leave it out"
            reading.fault(join(path, key), f"{codec} has no {key} {value}", remedy)
    if video.gop is not None and codec in files.INTRA:
        reading.fault(join(path, "gop"), f"a player can begin at every frame of {codec}", "leave `gop` out")


def _rate(reading: Reading, video: Video, codec: str, path: str) -> None:
    """Whether how many bits there are is said once, and as the codec takes it."""
    limits = files.CRF.get(codec)
    for key in ("crf", "bitrate", "max-bitrate"):
        if getattr(video, field_name(key)) is not None and limits is None:
            reading.fault(join(path, key), f"{codec} takes no `{key}`", "leave it out")
            return
    if video.crf is not None and limits is not None and not limits[0] <= video.crf <= limits[1]:
        reading.fault(join(path, "crf"), f"the crf of {codec} goes from {limits[0]} to {limits[1]}; found {video.crf}")
    if video.bitrate is not None and video.crf is not None:
        reading.fault(join(path, "crf"), "a film is encoded to a `bitrate` or a `crf`, not to both", "leave one out")
    if video.two_pass and video.bitrate is None:
        reading.fault(join(path, "two-pass"), "`two-pass` shares out a `bitrate`", "say how many, as in `bitrate: 4M`")
    if video.bitrate is not None and video.max_bitrate is not None and video.max_bitrate < video.bitrate:
        reading.fault(join(path, "max-bitrate"), "the highest bitrate lies below the average one")
    for key in ("bitrate", "max-bitrate"):
        bits = getattr(video, field_name(key))
        if bits is not None and not files.BITRATES[0] <= bits <= files.BITRATES[1]:
            lowest, highest = (f"{limit // 1000:,}k" for limit in files.BITRATES)
            reading.fault(join(path, key), f"a film has from {lowest} to {highest} bits per second")
        if bits is not None and video.copy:
            reading.fault(join(path, key), "what is copied keeps the bits that it has", f"leave out `copy` or `{key}`")


def _light(reading: Reading, video: Video, path: str) -> None:
    """Whether an HDR film can be one, and says what it may."""
    if video.transfer is not None and video.primaries not in (None, "bt2020"):
        reading.fault(join(path, "primaries"), f"{video.transfer} has the primaries bt2020 (ITU-R BT.2100)")
    if video.transfer is not None and video.matrix not in (None, "bt2020"):
        reading.fault(join(path, "matrix"), f"{video.transfer} has the matrix bt2020 (ITU-R BT.2100)")
    light, content = video.mastering, video.content_light
    for key, value in (("mastering", light), ("content-light", content)):
        if value is None:
            continue
        if video.transfer is None:
            reading.fault(join(path, key), f"`{key}` is for HDR films", "say `transfer: pq` or `transfer: hlg`")
    if content is not None and content.average > content.max:
        reading.fault(join(path, "content-light"), "the average of a frame cannot be brighter than its brightest pixel")
    if light is not None and light.black >= light.peak:
        reading.fault(join(path, "mastering"), "the display's black is as bright as its white")
