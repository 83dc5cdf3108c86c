"""Outputs before they are rendered: one goes in, how its film is encoded and all that is wrong with it come out."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import PurePosixPath
from typing import Final

from reelwork.errors import OutputError, Place, Problem
from reelwork.film import FilmWriter
from reelwork.image.storage import Alpha, Matrix, Primaries, StorageFormat
from reelwork.media.formats import planar_storage
from reelwork.media.writing.spec import ALPHA_CODECS, Light, Rate, Tuning, VideoSpec, video_spec
from reelwork.render.prepare import Prepared
from reelwork.render.view import frame_range, output_view
from reelwork.scene import files
from reelwork.scene.encoding import Video
from reelwork.scene.output import Output
from reelwork.timecode import format_seconds
from reelwork.values import Display

_PRIMARIES: Final[dict[str, Primaries]] = {
    "bt709": "bt709", "display-p3": "p3-d65", "p3-d65": "p3-d65", "bt2020": "bt2020",
}  # fmt: skip
_MATRICES: Final[dict[str, Matrix]] = {"bt601": "bt601", "bt709": "bt709", "bt2020": "bt2020"}
_JPEG: Final = (".jpg", ".jpeg")


def film_spec(
    output: Output,
    suffix: str,
    size: tuple[int, int],
    fps: Fraction,
    *,
    display: Display,
    alpha: bool,
    draft: bool = False,
) -> VideoSpec:
    """How an output's pictures are encoded. Transparency is kept where the codec can, and asked for where the output
    itself is transparent.

    :param suffix: of the film, with its point
    :param display: the production's display curve
    :param alpha: whether there is transparency to keep
    :raises OutputError: the film cannot be what it should be
    """
    video = output.video
    # A draft is to be made fast: it has one preset, and as many bits as it takes.
    rate = None if draft else Rate(video.bitrate, video.max_bitrate)

    def spec(*, alpha: bool) -> VideoSpec:
        return video_spec(
            suffix,
            size=size,
            fps=fps,
            codec=video.codec,
            crf=video.crf,
            preset="ultrafast" if draft else video.preset or "medium",
            rate=rate,
            tuning=Tuning(video.profile, video.level, video.tune, video.gop),
            light=_light(video),
            pixel_format=video.pixel_format,
            depth=video.depth,
            chroma=video.chroma,
            alpha=alpha,
            display=display,
            transfer=video.transfer,
            primaries=_PRIMARIES[video.primaries] if video.primaries else None,
            matrix=_MATRICES[video.matrix] if video.matrix else None,
            full_range=video.range == "full",
        )

    if not alpha:
        return spec(alpha=False)
    asked = output.background is not None
    return spec(alpha=asked or spec(alpha=False).codec in ALPHA_CODECS)


def _light(video: Video) -> Light | None:
    display, content = video.mastering, video.content_light
    if display is None and content is None:
        return None
    told = Light() if display is None else Light(_PRIMARIES[display.primaries], display.peak, display.black)
    return told if content is None else replace(told, content=(content.max, content.average))


def written_storage(writer: FilmWriter, output: Output, *, alpha: bool, display: Display) -> StorageFormat:
    """As what a writer gets pictures.

    :param alpha: whether there is transparency to keep
    :raises OutputError: it takes no such pictures
    """
    video = output.video
    if not writer.pixel_formats:
        if alpha and not writer.alpha:
            raise OutputError(f"{writer.suffixes[0]} cannot keep transparency; give it a `background`")
        light = writer.depth == 32
        kept: Alpha = "none" if not alpha else "premultiplied" if light else "straight"
        transfer = "linear" if light else display
        return StorageFormat("rgb", writer.depth, (1, 1), True, transfer=transfer, alpha=kept)
    name = video.pixel_format or _first(writer.pixel_formats, alpha=alpha)
    storage = planar_storage(name) or planar_storage(f"{name}le")
    if storage is None or name.removesuffix("le") not in [each.removesuffix("le") for each in writer.pixel_formats]:
        raise OutputError(f"{writer.name} cannot store {name}; it can store {', '.join(writer.pixel_formats)}")
    if alpha and storage.alpha == "none":
        raise OutputError(f"{writer.name} keeps no transparency in {name}; give the output a `background`")
    if storage.depth == 32:
        return replace(storage, transfer="linear", alpha="none" if storage.alpha == "none" else "premultiplied")
    matrix = _MATRICES[video.matrix or "bt709"]
    return replace(
        storage,
        transfer=display,
        matrix=matrix,
        full_range=video.range == "full" or storage.model != "yuv",
        primaries="bt2020" if matrix == "bt2020" else "bt709",
    )


def _first(names: tuple[str, ...], *, alpha: bool) -> str:
    """The pixel format that is taken where none is asked for: with alpha, the first that has it."""
    storages = {name: planar_storage(name) for name in names}
    fitting = (name for name, found in storages.items() if found is not None and (found.alpha != "none") == alpha)
    return next(fitting, names[0])


def output_problems(prepared: Prepared, output: Output) -> list[Problem]:
    """Everything that is wrong or doubtful with an output, as far as it can be told without rendering."""
    scene, graph = prepared.scene, prepared.graph(output.composition)
    suffix, lasts = PurePosixPath(output.file).suffix.lower(), graph.root.duration
    said = f"the composition {graph.root.name!r} lasts {format_seconds(lasts)}"
    problems: list[Problem] = []

    def note(message: str, key: str = "", *, warning: bool = False) -> None:
        path = f"{output.path}.{key}" if key else output.path
        problems.append(Problem(message, scene.place(path) or Place(scene.file, 1, 1), path, warning=warning))

    try:
        view = output_view(graph, output, Fraction(1))
        _, fps, _ = frame_range(graph, output)
        if suffix in files.FILMS:
            film_spec(output, suffix, view.window[2:], fps, display=graph.display, alpha=view.background is None)
        if film := prepared.registry.film_writers.get(suffix):
            written_storage(film.thing, output, alpha=view.background is None, display=graph.display)
        writer = prepared.registry.writers.get(suffix)
        opaque = "JPEG" if suffix in _JPEG else suffix if writer is not None and not writer.thing.alpha else ""
        if opaque and view.background is None:
            note(f"{opaque} cannot keep transparency; write a .png, or give it a `background`")
    except OutputError as error:
        note(str(error).removeprefix(f"output {output.name!r}: "))
    for time in output.at:
        if time >= lasts:
            note(f"there is nothing at {format_seconds(time)}: {said}", "at")
    if output.range is not None and output.range[0] < lasts < output.range[1]:
        note(f"the range ends at {format_seconds(output.range[1])}, but {said}", "range", warning=True)
    begin, end = output.range or (Fraction(0), lasts)
    end = min(end, lasts)
    for title, start, until in chapter_times(output, lasts):
        if start >= end:
            message = f"this chapter begins at {format_seconds(start)}, but the film ends at {format_seconds(end)}"
            note(f"{message}: it is left out", f"chapters.{title}", warning=True)
        elif until <= begin:
            message = f"this chapter ends at {format_seconds(until)}, before the film begins"
            note(f"{message}: it is left out", f"chapters.{title}", warning=True)
    if suffix in files.CAPTIONS or (suffix in files.FILMS and output.captions):
        from reelwork.render.captions import captions_of, nothing_read  # PyAV loads here

        if not captions_of(graph, begin, end) and suffix in files.CAPTIONS:
            note(f"{nothing_read(output)}, so {output.file} would be empty", "file")
        elif not captions_of(graph, begin, end):
            note(f"{nothing_read(output)}, so the film has no track of them", "captions", warning=True)
    elif suffix in files.SOUNDS and suffix not in files.FILMS:
        from reelwork.sound.voices import collect_voices  # NumPy loads here

        if not collect_voices(graph):
            note(f"{nothing_heard(output)}, so {output.file} would be empty", "file")
    return problems


def chapter_times(output: Output, end: Fraction) -> list[tuple[str, Fraction, Fraction]]:
    """An output's chapters in their order: title, begin and end; each lasts until the next one begins.

    :param end: when the last one ends, seconds of the composition
    """
    starts = sorted((start, title) for title, start in output.chapters.items())
    ends = [*(start for start, _ in starts[1:]), end]
    return [(title, start, max(start, until)) for (start, title), until in zip(starts, ends, strict=False)]


def nothing_heard(output: Output) -> str:
    """What is said of an output without sound."""
    return f"nothing is heard in {output.composition!r}"
