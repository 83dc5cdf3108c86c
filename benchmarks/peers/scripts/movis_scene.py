"""Renders a described scene with movis: ``python movis_scene.py SCENE.json SINK TO THREADS``."""

from __future__ import annotations

import json
import sys

import movis as mv
from looks import look


class Look:
    """Effects that movis has not."""

    def __init__(self, effects, size):
        self._apply = look(effects, size)

    def get_key(self, time):
        return 0

    def __call__(self, picture, time):
        return self._apply(picture)


def source(described, lasts):
    if described["video"]:
        return mv.layer.Video(described["path"], audio=False)
    return mv.layer.Image(described["path"], duration=lasts)


def move(attribute, lasts, values):
    """Keyframes at the beginning and the end, where there is something to move."""
    if values[0] != values[1]:
        attribute.enable_motion().extend(keyframes=[0.0, lasts], values=list(values))


def add_clip(film, clip, scene, start, fades):
    shown = source(clip["source"], clip["seconds"])
    cover = scene["size"][0] / shown.size[0]
    item = film.add_layer(shown, scale=cover * clip["zoom"][0], offset=start, end_time=clip["seconds"])
    move(item.scale, clip["seconds"], [cover * zoom for zoom in clip["zoom"]])
    if fades:
        item.opacity.enable_motion().extend(keyframes=[0.0, scene["dissolve"]], values=[0.0, 1.0])
    if clip["blur"]:
        item.add_effect(mv.effect.GaussianBlur(radius=clip["blur"]))


def add_layer(film, layer):
    lasts = layer["stop"] - layer["start"]
    item = film.add_layer(
        source(layer["source"], lasts),
        position=layer["begin"],
        scale=layer["scale"],
        rotation=layer["angle"][0],
        offset=layer["start"],
        end_time=lasts,
    )
    move(item.position, lasts, (layer["begin"], layer["end"]))
    move(item.rotation, lasts, layer["angle"])
    if layer["fade"]:
        keys = [0.0, layer["fade"], lasts - layer["fade"], lasts]
        item.opacity.enable_motion().extend(keyframes=keys, values=[0.0, 1.0, 1.0, 0.0])


def main():
    path, sink, to, _ = sys.argv[1:]
    with open(path) as file:
        scene = json.load(file)
    film = mv.layer.Composition(size=tuple(scene["size"]), duration=scene["seconds"])
    start = 0.0
    for number, clip in enumerate(scene["clips"]):
        add_clip(film, clip, scene, start, fades=number and scene["dissolve"])
        start += clip["seconds"] - scene["dissolve"]
    for layer in scene["layers"]:
        add_layer(film, layer)
    if scene["effects"]:
        whole = mv.layer.Composition(size=tuple(scene["size"]), duration=scene["seconds"])
        whole.add_layer(film).add_effect(Look(scene["effects"], scene["size"]))
        film = whole
    if sink == "discard":
        for number in range(scene["frames"]):
            film(number / scene["fps"])
        return
    options = ["-preset", sink, "-crf", "18", "-vf", "scale=out_color_matrix=bt709:out_range=tv"]
    film.write_video(to, fps=scene["fps"], output_params=options, audio=False)


if __name__ == "__main__":
    main()
