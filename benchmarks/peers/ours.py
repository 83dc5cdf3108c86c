"""Reelwork itself: a description becomes a scene file, as a director would write it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import reelwork
from benchmarks.measure import Command
from benchmarks.media import file_name
from benchmarks.peers.base import Place, Sink
from benchmarks.scenes import FONT, FPS, HEIGHT, WIDTH, Clip, Effect, Grade, Layer, Scene, Text, Tint

#: The power by which display-encoded values are nearly light.
_POWER: Final = 2.2


class Ours:
    """Reelwork, as it is installed beside the benchmark."""

    name = "Reelwork"

    def version(self) -> str:
        """Which version is there."""
        return reelwork.__version__

    def command(self, scene: Scene, sink: Sink, to: Path, place: Place, *, cores: int) -> Command:
        """What renders a scene, on one worker for each core."""
        output = "medium" if sink == "medium" else "film"
        where = ["--discard"] if sink == "discard" else ["--to", str(to), "--fresh"]
        return render(scene, place, "--output", output, "--jobs", str(cores), *where)

    def lossless(self, scene: Scene, to: Path, place: Place) -> Command:
        """What renders a scene's frames into a Matroska file, without loss."""
        return render(scene, place, "--output", "frames", "--to", str(to), "--fresh")


def render(scene: Scene, place: Place, *options: str) -> Command:
    """The command that renders a scene, which is written beside the media."""
    path = place.folder / f"{scene.slug}.yaml"
    path.write_text(written(scene))
    program = str(Path(sys.executable).parent / "reelwork")
    return Command((program, "render", str(path), *options), (("REELWORK_HOME", str(place.folder / "home")),))


def written(scene: Scene) -> str:
    """A scene in the scene language."""
    lines = [
        "reelwork: 1",
        f"title: {scene.name}",
        f"canvas: {{size: [{WIDTH}, {HEIGHT}], fps: {FPS}}}",
        "compositions:",
        "  main:",
        "    sequence:",
    ]
    for number, clip in enumerate(scene.clips):
        if number and scene.dissolve:
            lines += ["      - transition: dissolve", f"        duration: {scene.dissolve}s"]
        lines += [f"      {line}" for line in _clip(clip)]
    if scene.layers or scene.effects:
        lines.append("    layers:")
    for layer in scene.layers:
        lines += [f"      {line}" for line in _layer(layer, scene)]
    if scene.effects:
        lines += ["      - adjustment: true", f"        effects: [{', '.join(map(_effect, scene.effects))}]"]
    lines += [
        "outputs:",
        "  film: {file: film.mp4, video: {preset: veryfast, crf: 18}}",
        "  medium: {file: medium.mp4, video: {preset: medium, crf: 18}}",
        "  frames: {file: frames.mkv, video: {codec: ffv1}}",
    ]
    return "\n".join(lines) + "\n"


def _clip(clip: Clip) -> list[str]:
    lines = [f"- file: media/{file_name(clip.source)}", f"  duration: {clip.seconds}s"]
    if (clip.source.width, clip.source.height) != (WIDTH, HEIGHT):
        lines.append("  fit: cover")
    if clip.zoom != (1.0, 1.0):
        begin, end = (f"{zoom:.6%}" for zoom in clip.zoom)
        lines.append(f"  transform: {{scale: {{0s: {begin}, {clip.seconds}s: {end}}}}}")
    if clip.blur:
        lines.append(f"  effects: [{{gaussian-blur: {{radius: {clip.blur}}}}}]")
    return lines


def _layer(layer: Layer, scene: Scene) -> list[str]:
    stop = scene.seconds if layer.stop is None else layer.stop
    lasts = round(stop - layer.start, 6)
    source = layer.source
    if isinstance(source, Text):
        lines = [f'- text: {{content: "{source.words}", font: {FONT}, size: {source.size}, fill: "{source.colour}"}}']
    else:
        lines = [f"- file: media/{file_name(source)}"]
    if layer.start:
        lines.append(f"  start: {layer.start}s")
    lines += [f"  duration: {lasts}s", "  transform:"]
    if layer.begin == layer.end:
        lines.append(f"    position: {list(layer.begin)}")
    else:
        lines.append(f"    position: {{0s: {list(layer.begin)}, {lasts}s: {list(layer.end)}}}")
    if layer.scale != 1.0:
        lines.append(f"    scale: {layer.scale:.6%}")
    if layer.angle != (0.0, 0.0):
        lines.append(f"    rotation: {{0s: {layer.angle[0]}, {lasts}s: {layer.angle[1]}}}")
    if layer.fade:
        keys = (0.0, layer.fade, round(lasts - layer.fade, 6), lasts)
        values = zip(keys, ("0%", "100%", "100%", "0%"), strict=True)
        lines.append(f"    opacity: {{{', '.join(f'{at}s: {value}' for at, value in values)}}}")
    return lines


def _effect(effect: Effect) -> str:
    if isinstance(effect, Grade):
        return f"{{grade: {{gain: {effect.gain**_POWER:.4f}, saturation: {effect.saturation}}}}}"
    if isinstance(effect, Tint):
        return f'{{tint: {{white: "{effect.colour}", amount: {effect.amount}}}}}'
    lost = 1 - effect.corner**_POWER
    return f"{{vignette: {{amount: {lost:.4f}, size: 0, softness: 1, roundness: 100%}}}}"
