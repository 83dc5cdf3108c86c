"""Small scenes that lie in many places, and what a farm needs to render one."""

from __future__ import annotations

import hashlib
from fractions import Fraction
from pathlib import Path

from PIL import Image
from whole.making import write_tone, write_video

from reelwork.render.prepare import Settings
from reelwork.render.produce import Task, plan_task
from reelwork.render.progress import Silent
from reelwork.render.units import Request
from reelwork_farm.bundle import Bundle, pin, upload
from reelwork_farm.materialise import materialise
from reelwork_farm.storage import open_storage
from reelwork_farm.work import Work, open_work

SCENE = """\
reelwork: 1
title: Far / away
canvas: {{size: [64, 36], fps: 24}}
variables: {{tint: red}}
{catalogue}
compositions:
  main:
    duration: 5s
    layers:
      - solid: $tint
      - {{file: "{video}", fit: none}}
      - file: pictures/dot.png
        transform: {{position: {{0s: [0, 18], 5s: [64, 18]}}}}
      - asset: ada/still
        fit: none
      - asset: ada/tone
      - text: {{asset: ada/words, size: 9}}
outputs:
  film: {{file: film.mp4}}
  stills: {{file: "stills/%03d.png"}}
  instants: {{file: instants.png, at: [0s, 4s]}}
  one: {{file: one.exr, at: 3s}}
  animation: {{file: animation.gif, range: [0s, 1s]}}
  sound: {{file: sound.flac}}
"""


def write_scene(folder: Path, *, video: str = "footage/clip.mp4", catalogue: Path | None = None) -> Path:
    """A scene with a film beside it (or where ``video`` says), and a catalogue in its folder or elsewhere."""
    folder.mkdir(parents=True, exist_ok=True)
    named = "" if catalogue is None else f'catalogue: "{catalogue}"'
    (folder / "scene.yaml").write_text(SCENE.format(video=video, catalogue=named))
    clip = folder / video
    clip.parent.mkdir(parents=True, exist_ok=True)
    write_video(clip, frames=40, size=(32, 18), fps=Fraction(24))
    (folder / "pictures").mkdir(exist_ok=True)
    Image.new("RGBA", (5, 5), (255, 200, 0, 200)).save(folder / "pictures" / "dot.png")
    write_catalogue(catalogue or folder / "catalogue")
    return folder / "scene.yaml"


def write_catalogue(folder: Path) -> None:
    """Three records that are used, one on the shelf by its digest alone, and one that another comes from; one more."""
    (folder / "media").mkdir(parents=True, exist_ok=True)
    (folder / "people").mkdir(exist_ok=True)
    (folder / "licences").mkdir(exist_ok=True)
    (folder / "catalogue.toml").write_text('name = "Far"\nlicence_texts = {"CC0-1.0" = "licences/CC0.txt"}\n')
    (folder / "licences" / "CC0.txt").write_text("No rights reserved.")
    for person in ("ada", "bob", "eve"):
        (folder / "people" / f"{person}.toml").write_text(f'display_name = "{person.title()}"\n')
    Image.new("RGB", (9, 7), (0, 0, 255)).save(folder / "media" / "still.png")
    (folder / "media" / "words.txt").write_text("far away")
    tone = folder / "tone.wav"
    write_tone(tone, seconds=5)
    digest = hashlib.sha256(tone.read_bytes()).hexdigest()
    (folder / "media" / digest[:2]).mkdir(exist_ok=True)
    tone.rename(folder / "media" / digest[:2] / f"{digest}.wav")
    record(folder, "ada/still", "image", 'derived_from = [{record = "bob/sketch", relation = "remix"}]', "still.png")
    record(folder, "bob/sketch", "image", "", "still.png", person="bob")
    record(folder, "ada/words", "text", "", "words.txt")
    record(folder, "ada/tone", "audio", f'sha256 = "{digest}"')
    record(folder, "eve/unused", "image", "", "still.png", person="eve")


def record(folder: Path, name: str, kind: str, more: str, file: str | None = None, *, person: str = "ada") -> None:
    path = folder / "records" / f"{name}.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [f'title = "{name}"', f'kind = "{kind}"', 'licence = "CC0-1.0"', more]
    lines.append(f'contributors = [{{person = "{person}", role = "maker"}}]')
    if file is not None:
        digest = hashlib.sha256((folder / "media" / file).read_bytes()).hexdigest()
        lines += [f'file = "media/{file}"', f'sha256 = "{digest}"']
    path.write_text("\n".join(lines) + "\n")


def task_of(scene: Path, to: Path, output: str = "film", *, settings: Settings | None = None, **request) -> Task:
    return plan_task(scene, settings or Settings(), Request(output=output, to=to, **request), Silent())


def carried(task: Task, folder: Path) -> Path:
    """The folder of a task's bundle, as a worker has it."""
    return materialised(pin(task), folder)


def materialised(bundle: Bundle, folder: Path) -> Path:
    storage = open_storage(str(folder / "storage"))
    return materialise(upload(bundle, storage), storage, folder / "worker")


def opened(task: Task, folder: Path) -> Work:
    into = folder / "into"
    into.mkdir(parents=True, exist_ok=True)
    return open_work(carried(task, folder), into)
