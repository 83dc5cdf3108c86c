"""A scene for scripts in environments of their own: a description goes in, a file of JSON with all paths comes out."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.peers.base import Place
from benchmarks.scenes import FPS, HEIGHT, WIDTH, Effect, Scene, Still, Text, Video


def write_described(scene: Scene, place: Place) -> Path:
    """Write what a scene shows, beside the media."""
    path = place.folder / f"{scene.slug}.json"
    path.write_text(json.dumps(described(scene, place), indent=1))
    return path


def described(scene: Scene, place: Place) -> dict[str, Any]:
    """A scene as plain values: sources with their paths and sizes, layers with the times that they are there."""
    return {
        "size": [WIDTH, HEIGHT],
        "fps": FPS,
        "seconds": scene.seconds,
        "frames": scene.frames,
        "dissolve": scene.dissolve,
        "clips": [{**asdict(clip), "source": _source(clip.source, place)} for clip in scene.clips],
        "layers": [
            {
                **asdict(layer),
                "source": _source(layer.source, place),
                "stop": scene.seconds if layer.stop is None else layer.stop,
            }
            for layer in scene.layers
        ],
        "effects": [_effect(effect) for effect in scene.effects],
    }


def _source(source: Video | Still | Text, place: Place) -> dict[str, Any]:
    return {"video": isinstance(source, Video), "path": str(place.path(source))}


def _effect(effect: Effect) -> dict[str, Any]:
    return {"name": type(effect).__name__.lower(), **asdict(effect)}
