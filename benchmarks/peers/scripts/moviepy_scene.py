"""Renders a described scene with MoviePy: ``python moviepy_scene.py SCENE.json SINK TO THREADS``."""

from __future__ import annotations

import json
import math
import sys

import numpy as np
from looks import look
from moviepy import CompositeVideoClip, ImageClip, VideoFileClip, concatenate_videoclips, vfx
from PIL import Image, ImageFilter


def base(described, scene):
    """A clip that fills the frame."""
    seconds, (first, last) = described["seconds"], described["zoom"]
    if described["source"]["video"]:
        clip = VideoFileClip(described["source"]["path"], audio=False).subclipped(0, seconds)
    else:
        clip = ImageClip(described["source"]["path"]).with_duration(seconds)
        cover = scene["size"][0] / clip.w
        if first == last == 1.0:
            clip = clip.resized(cover)
        else:
            clip = clip.resized(lambda t: cover * (first + (last - first) * t / seconds))
            clip = CompositeVideoClip([clip.with_position("center")], size=scene["size"]).with_duration(seconds)
    if described["blur"]:
        blur = ImageFilter.GaussianBlur(described["blur"])
        clip = clip.image_transform(lambda picture: np.asarray(Image.fromarray(picture).filter(blur)))
    return clip


def clips(scene):
    """The clips back to back."""
    made = [base(clip, scene) for clip in scene["clips"]]
    if len(made) == 1:
        return made[0]
    if not scene["dissolve"]:
        return concatenate_videoclips(made)
    start, laid = 0.0, []
    for number, clip in enumerate(made):
        if number:
            clip = clip.with_effects([vfx.CrossFadeIn(scene["dissolve"])])
        laid.append(clip.with_start(start))
        start += clip.duration - scene["dissolve"]
    return CompositeVideoClip(laid, size=scene["size"])


def layer(described, scene):
    """Something over the clips."""
    lasts = described["stop"] - described["start"]
    if described["source"]["video"]:
        clip = VideoFileClip(described["source"]["path"], audio=False).subclipped(0, lasts)
    else:
        clip = ImageClip(described["source"]["path"], transparent=True).with_duration(lasts)
    if described["scale"] != 1.0:
        clip = clip.resized(described["scale"])
    width, height = clip.size
    angles = described["angle"]

    def angle(t):
        return angles[0] + (angles[1] - angles[0]) * t / lasts

    if any(angles):
        clip = clip.with_mask().with_effects([vfx.Rotate(lambda t: -angle(t))])
    (x0, y0), (x1, y1) = described["begin"], described["end"]

    def position(t):
        turned = math.radians(angle(t))
        across = abs(width * math.cos(turned)) + abs(height * math.sin(turned))
        down = abs(width * math.sin(turned)) + abs(height * math.cos(turned))
        return x0 + (x1 - x0) * t / lasts - across / 2, y0 + (y1 - y0) * t / lasts - down / 2

    if described["fade"]:
        clip = clip.with_effects([vfx.CrossFadeIn(described["fade"]), vfx.CrossFadeOut(described["fade"])])
    return clip.with_position(position).with_start(described["start"])


def main():
    path, sink, to, threads = sys.argv[1:]
    with open(path) as file:
        scene = json.load(file)
    film = clips(scene)
    if scene["layers"]:
        layers = [layer(each, scene) for each in scene["layers"]]
        film = CompositeVideoClip([film, *layers], size=scene["size"])
    if scene["effects"]:
        film = film.image_transform(look(scene["effects"], scene["size"]))
    film = film.with_duration(scene["seconds"])
    if sink == "discard":
        for _ in film.iter_frames(fps=scene["fps"], dtype="uint8"):
            pass
        return
    matrix = ["-crf", "18", "-vf", "scale=out_color_matrix=bt709:out_range=tv", "-pix_fmt", "yuv420p"]
    film.write_videofile(
        to,
        fps=scene["fps"],
        codec="libx264",
        preset=sink,
        audio=False,
        threads=int(threads),
        ffmpeg_params=matrix,
        logger=None,
    )


if __name__ == "__main__":
    main()
