"""A bundle holds everything that a render depends on and nothing of the machine it comes from; it cannot do harm."""

from __future__ import annotations

import json
import os
import shutil
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from bundling import carried, materialised, opened, task_of, write_catalogue, write_scene
from hypothesis import given
from hypothesis import strategies as st

from reelwork.errors import OutputError, SceneError
from reelwork.graph.reach import ROOTS
from reelwork.render.prepare import Settings
from reelwork_farm.bundle import Bundle, BundleError, pin, upload
from reelwork_farm.lock import NAME, File, Lock, is_safe, lock_bytes, read_lock, safe_name
from reelwork_farm.materialise import materialise, trim
from reelwork_farm.storage import FolderStorage, StorageError
from reelwork_farm.work import Work, open_work


@pytest.fixture(scope="module")
def scene(tmp_path_factory) -> Path:
    return write_scene(tmp_path_factory.mktemp("scene") / "here")


def test_a_bundle_says_nothing_of_where_the_scene_lies(scene, tmp_path):
    copy = tmp_path / "some" / "where else"
    shutil.copytree(scene.parent, copy)
    here = pin(task_of(scene, tmp_path / "film.mp4"))
    there = pin(task_of(copy / "scene.yaml", tmp_path / "other" / "film.mp4"))
    assert here.digest == there.digest
    assert str(scene.parent) not in lock_bytes(here.lock).decode()


def test_a_bundle_holds_what_is_used_and_no_more(scene, tmp_path):
    paths = {file.path for file in pin(task_of(scene, tmp_path / "film.mp4")).lock.files}
    shelf = next(path for path in paths if path.endswith(".wav"))
    assert paths == {
        shelf,
        "scene/scene.yaml",
        "scene/footage/clip.mp4",
        "scene/pictures/dot.png",
        "scene/catalogue/catalogue.toml",
        "scene/catalogue/licences/CC0.txt",
        "scene/catalogue/media/still.png",
        "scene/catalogue/media/words.txt",
        "scene/catalogue/people/ada.toml",
        "scene/catalogue/people/bob.toml",
        "scene/catalogue/records/ada/still.toml",
        "scene/catalogue/records/ada/tone.toml",
        "scene/catalogue/records/ada/words.toml",
        "scene/catalogue/records/bob/sketch.toml",
    }


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "footage" / "clip.mp4").write_bytes(
            (folder / "footage" / "clip.mp4").read_bytes() + bytes(9)
        ),
        lambda folder: (folder / "catalogue" / "people" / "bob.toml").write_text('display_name = "Bobby"\n'),
        lambda folder: (folder / "scene.yaml").write_text((folder / "scene.yaml").read_text() + "# more\n"),
    ],
)
def test_every_change_of_a_file_is_another_bundle(scene, tmp_path, change):
    folder = tmp_path / "copy"
    shutil.copytree(scene.parent, folder)
    before = pin(task_of(folder / "scene.yaml", tmp_path / "film.mp4")).digest
    change(folder)
    assert pin(task_of(folder / "scene.yaml", tmp_path / "film.mp4")).digest != before


def test_what_is_asked_for_is_in_the_lock(scene, tmp_path):
    to = tmp_path / "film.mp4"
    locks = [
        pin(task_of(scene, to)).lock,
        pin(task_of(scene, to, frames=(2, 3))).lock,
        pin(task_of(scene, to, settings=Settings({"tint": "blue"}))).lock,
        pin(task_of(scene, to, settings=Settings(draft=True))).lock,
        pin(task_of(scene, tmp_path / "%d.png", "stills")).lock,
    ]
    assert len({lock_bytes(lock) for lock in locks}) == len(locks)
    assert (locks[1].first, locks[1].stop) == (2, 4)


def test_what_lies_elsewhere_is_brought_along(tmp_path, monkeypatch):
    footage, catalogue = tmp_path / "elsewhere", tmp_path / "shared catalogue"
    monkeypatch.setenv(ROOTS, str(footage))
    for number, named in enumerate(("../elsewhere/clip.mp4", str(footage / "clip.mp4"))):
        scene = write_scene(tmp_path / f"scene{number}", video=named, catalogue=catalogue)
        bundle = pin(task_of(scene, tmp_path / "film.mp4"))
        assert {each.name for each in bundle.lock.elsewhere} == {named, str(catalogue)}
        upload(bundle, FolderStorage(tmp_path / f"worker{number}" / "storage"))
        with monkeypatch.context() as patch:
            patch.delenv(ROOTS)
            footage.rename(tmp_path / "gone")
            catalogue.rename(tmp_path / "gone too")
            work = opened_bundle(bundle, tmp_path / f"worker{number}")
        (tmp_path / "gone").rename(footage)
        (tmp_path / "gone too").rename(catalogue)
        here = task_of(scene, tmp_path / "film.mp4")
        assert keys(work) == keys(opened(here, tmp_path / f"same{number}"))


def test_files_that_effects_read_are_brought_along(tmp_path, monkeypatch):
    shelf, folder = tmp_path / "shelf", tmp_path / "scene"
    for path in (shelf / "dark.cube", folder / "looks" / "light.cube"):
        path.parent.mkdir(parents=True)
        path.write_text(f"LUT_1D_SIZE 2\n0 0 0\n{len(path.name) / 12} 1 1\n")
    monkeypatch.setenv(ROOTS, str(shelf))
    (folder / "scene.yaml").write_text(
        "reelwork: 1\ncanvas: {size: [64, 36], fps: 24}\ncompositions:\n  main:\n    duration: 1s\n    layers:\n"
        "      - solid: teal\n        effects: [lut: {file: looks/light.cube}, lut: {file: ../shelf/dark.cube}]\n"
        "outputs:\n  film: {file: film.mp4}\n"
    )
    task = task_of(folder / "scene.yaml", tmp_path / "film.mp4")
    bundle, here = pin(task), keys(opened(task, tmp_path / "here"))
    assert [file.path for file in bundle.lock.files] == [
        "outside/0/dark.cube",
        "scene/looks/light.cube",
        "scene/scene.yaml",
    ]
    upload(bundle, FolderStorage(tmp_path / "worker" / "storage"))
    shutil.rmtree(folder)
    shutil.rmtree(shelf)
    monkeypatch.delenv(ROOTS)
    assert keys(opened_bundle(bundle, tmp_path / "worker")) == here


def opened_bundle(bundle: Bundle, folder: Path) -> Work:
    (folder / "into").mkdir(parents=True)
    return open_work(materialised(bundle, folder), folder / "into")


def keys(work: Work) -> list[str]:
    return [unit.key for unit in work._film.units]


def test_a_carried_scene_reads_nothing_outside_its_bundle(scene, tmp_path, monkeypatch):
    secret = tmp_path / "secret"
    write_catalogue(secret)
    monkeypatch.setenv(ROOTS, str(tmp_path))
    bundle = pin(task_of(scene, tmp_path / "film.mp4"))
    for old, new in (
        ("footage/clip.mp4", str(secret / "media" / "still.png")),
        ("footage/clip.mp4", "../" * 12 + str(secret / "media" / "still.png")),
        ("title: Far", f'catalogue: "{secret}"\ntitle: Far'),
    ):
        hostile = tmp_path / f"hostile{os.urandom(3).hex()}.yaml"
        hostile.write_text(scene.read_text().replace(old, new))
        digest, size = FolderStorage(tmp_path / "w" / "storage").put(hostile), hostile.stat().st_size
        files = tuple(
            replace(file, digest=digest, size=size) if file.path == bundle.lock.scene else file
            for file in bundle.lock.files
        )
        changed = replace(bundle, lock=replace(bundle.lock, files=files), sources={**bundle.sources, digest: hostile})
        with pytest.raises(SceneError, match="lies outside the scene's folder, and is not enclosed"):
            opened_bundle(changed, tmp_path / os.urandom(3).hex())


def test_links_in_a_scene_become_files(scene, tmp_path):
    folder = tmp_path / "linked"
    shutil.copytree(scene.parent, folder)
    (folder / "pictures" / "dot.png").rename(folder / "pictures" / "real.png")
    (folder / "pictures" / "dot.png").symlink_to("real.png")
    tree = carried(task_of(folder / "scene.yaml", tmp_path / "film.mp4"), tmp_path)
    assert not [path for path in tree.rglob("*") if path.is_symlink()]
    assert (tree / "scene/pictures/dot.png").read_bytes() == (folder / "pictures" / "real.png").read_bytes()


def test_only_what_is_missing_travels(scene, tmp_path, monkeypatch):
    storage, put = FolderStorage(tmp_path / "storage"), []
    monkeypatch.setattr(storage, "put", lambda path: put.append(path) or FolderStorage.put(storage, path))
    first, second = (pin(task_of(scene, tmp_path / "film.mp4", frames=frames)) for frames in ((0, 1), (0, 2)))
    upload(first, storage)
    assert len(put) == len(first.sources) + 1
    assert put[-1].name == NAME
    upload(second, storage)
    assert len(put) == len(first.sources) + 2


def test_a_file_that_changes_while_it_is_submitted_is_noticed(scene, tmp_path):
    folder = tmp_path / "copy"
    shutil.copytree(scene.parent, folder)
    bundle = pin(task_of(folder / "scene.yaml", tmp_path / "film.mp4"))
    (folder / "pictures" / "dot.png").write_bytes(b"other")
    with pytest.raises(BundleError, match=r"dot\.png was changed while it was submitted"):
        upload(bundle, FolderStorage(tmp_path / "storage"))


def test_what_cannot_be_made_is_said_before_anything_travels(scene, tmp_path):
    with pytest.raises(OutputError, match="there are no frames 0-500"):
        pin(task_of(scene, tmp_path / "film.mp4", frames=(0, 500)))
    with pytest.raises(OutputError, match="is one still"):
        pin(task_of(scene, tmp_path / "film.png"))
    transparent = tmp_path / "t" / "scene.yaml"
    transparent.parent.mkdir()
    transparent.write_text(
        "reelwork: 1\ncompositions: {main: {duration: 1s, layers: [{solid: red}]}}\n"
        "outputs: {film: {file: a.png, at: 0s, background: transparent}}\n"
    )
    with pytest.raises(SceneError, match="cannot keep transparency"):
        pin(task_of(transparent, tmp_path / "film.jpg"))


def test_a_bundle_is_made_once_and_found_again(scene, tmp_path):
    task = task_of(scene, tmp_path / "film.mp4")
    first = carried(task, tmp_path)
    (tmp_path / "storage" / "gone").mkdir()
    inode = (first / "scene/scene.yaml").stat().st_ino
    assert carried(task, tmp_path) == first
    assert (first / "scene/scene.yaml").stat().st_ino == inode
    assert json.loads((first / NAME).read_bytes())["scene"] == "scene/scene.yaml"
    assert lock_bytes(read_lock(first / NAME)) == (first / NAME).read_bytes()


def test_workers_of_one_machine_may_make_a_bundle_at_once(scene, tmp_path):
    storage = FolderStorage(tmp_path / "storage")
    digest = upload(pin(task_of(scene, tmp_path / "film.mp4")), storage)
    made: list[Path] = []
    threads = [
        threading.Thread(target=lambda: made.append(materialise(digest, storage, tmp_path / "worker")))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [tmp_path / "worker" / "bundles" / digest] * 8
    assert [path.name for path in (tmp_path / "worker" / "bundles").iterdir()] == [digest]


def test_a_bundle_that_could_not_be_fetched_whole_is_not_there(scene, tmp_path):
    storage = FolderStorage(tmp_path / "storage")
    bundle = pin(task_of(scene, tmp_path / "film.mp4"))
    digest = upload(bundle, storage)
    lost = bundle.lock.files[-1].digest
    storage.discard(lost)
    with pytest.raises(StorageError, match="is missing or damaged"):
        materialise(digest, storage, tmp_path / "worker")
    assert not list((tmp_path / "worker" / "bundles").iterdir())
    upload(bundle, storage)
    assert materialise(digest, storage, tmp_path / "worker").is_dir()


def lock(**changes) -> Lock:
    made = Lock(
        scene="scene/scene.yaml",
        output=None,
        file="film.mp4",
        first=0,
        stop=1,
        scale="1",
        draft=False,
        variables=(),
        engine="e" * 64,
        machine="x86_64",
        plugins=("reelwork 0.1.0", "stranger 2.0"),
        elsewhere=(),
        files=(File("scene/scene.yaml", "a" * 64, 3),),
    )
    return replace(made, **changes)


def files(*paths: str) -> tuple[File, ...]:
    return tuple(File(path, "a" * 64, 3) for path in ("scene/scene.yaml", *paths))


@pytest.mark.parametrize(
    "bad",
    [
        lock(files=files("../x")),
        lock(files=files("/etc/passwd")),
        lock(files=files("scene/../../x")),
        lock(files=files("scene//x")),
        lock(files=files("scene/x\0y")),
        lock(files=files("scene/x\ny")),
        lock(files=files("scene\\..\\x")),
        lock(files=files("a/" * 60 + "x")),
        lock(files=files("x" * 201)),
        lock(files=files("scene/x", "scene/x")),
        lock(files=files("scene/x", "scene/x/y")),
        lock(files=files("scene")),
        lock(files=files("scene.lock")),
        lock(files=files("scene.lock/x")),
        lock(files=()),
        lock(files=(File("scene/scene.yaml", "../../etc/passwd", 3),)),
        lock(files=(File("scene/scene.yaml", "a" * 64, -1),)),
        lock(files=(File("scene/scene.yaml", "a" * 64, 1 << 50),)),
        lock(scene="nowhere.yaml"),
        lock(file="../film.mp4"),
        lock(file="a/b.mp4"),
        lock(file=""),
        lock(first=5, stop=5),
        lock(first=-1),
        lock(scale="1/0"),
        lock(scale="-1"),
        lock(scale="9" * 5000),
        lock(scale="0"),
        lock(format=2),
    ],
    ids=repr,
)
def test_a_hostile_lock_is_refused_before_anything_is_fetched(tmp_path, bad):
    with pytest.raises(BundleError):
        materialised_bytes(tmp_path, lock_bytes(bad))
    assert not list((tmp_path / "worker").rglob("*.yaml"))


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b"\xff", b"[" * 100_000, b'{"files": NaN}', b" " * (9 << 20)])
def test_what_is_no_lock_is_refused(tmp_path, data):
    with pytest.raises((BundleError, StorageError)):
        materialised_bytes(tmp_path, data)


def materialised_bytes(folder: Path, data: bytes) -> Path:
    storage = FolderStorage(folder / "storage")
    (folder / "lock").write_bytes(data)
    return materialise(storage.put(folder / "lock"), storage, folder / "worker")


def test_another_engine_plugin_or_processor_is_refused_by_name(scene, tmp_path):
    good = pin(task_of(scene, tmp_path / "film.mp4"))
    with pytest.raises(BundleError, match=r"another engine, plugin or library.*it has stranger 2\.0"):
        materialised_bytes(tmp_path, lock_bytes(lock(machine=good.lock.machine)))
    with pytest.raises(BundleError, match="of other code"):
        materialised_bytes(tmp_path, lock_bytes(replace(good.lock, engine="0" * 64)))
    with pytest.raises(BundleError, match="processors of mips"):
        materialised_bytes(tmp_path, lock_bytes(replace(good.lock, machine="mips")))


def test_a_file_of_another_size_than_the_lock_says_is_refused(scene, tmp_path):
    bundle = pin(task_of(scene, tmp_path / "film.mp4"))
    storage = FolderStorage(tmp_path / "storage")
    upload(bundle, storage)
    for wrong in (-1, +1):
        changed = tuple(replace(file, size=file.size + wrong) for file in bundle.lock.files)
        with pytest.raises((BundleError, StorageError), match=r"larger than|it has others"):
            materialised_bytes(tmp_path, lock_bytes(replace(bundle.lock, files=changed)))


def test_a_blob_that_was_cut_short_is_fetched_again(scene, tmp_path):
    bundle = pin(task_of(scene, tmp_path / "film.mp4"))
    tree = materialised(bundle, tmp_path)
    blob = tmp_path / "worker" / "blobs" / bundle.lock.files[0].digest[:2] / bundle.lock.files[0].digest
    shutil.rmtree(tree)
    blob.chmod(0o600)
    blob.write_bytes(b"")
    again = materialised(bundle, tmp_path) / bundle.lock.files[0].path
    assert again.stat().st_size == bundle.lock.files[0].size


def test_a_disk_that_is_too_small_is_said_before_anything_is_fetched(scene, tmp_path, monkeypatch):
    usage = shutil.disk_usage(tmp_path)._replace(free=10)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    with pytest.raises(StorageError, match="has room for 10; make room there"):
        carried(task_of(scene, tmp_path / "film.mp4"), tmp_path)


def test_the_longest_unused_bundles_go_when_they_take_too_much(scene, tmp_path):
    storage, worker = FolderStorage(tmp_path / "storage"), tmp_path / "worker"
    made = []
    for number in range(3):
        bundle = pin(task_of(scene, tmp_path / "film.mp4", frames=(0, number)))
        made.append(materialise(upload(bundle, storage), storage, worker))
        os.utime(made[-1], (time.time() - 10_000 + number * 4000,) * 2)
    trim(worker)
    assert all(tree.is_dir() for tree in made)  # there is room
    trim(worker, most=0, idle=5000)
    assert [tree.is_dir() for tree in made] == [False, False, True]
    for file in (made[2] / "scene").rglob("*"):
        assert not file.is_file() or file.stat().st_nlink == 2  # what is still used is still there
    trim(worker, most=0, idle=-1)
    assert not [path for path in worker.rglob("*") if path.is_file()]


@given(st.text(max_size=300))
def test_a_safe_name_is_safe(name):
    assert is_safe(safe_name(name))
    assert "/" not in safe_name(name)


@pytest.mark.parametrize("name", ["film.mp4", "frames-%05d.png", "Ä ö.mov", "a" * 196 + ".mp4"])
def test_good_names_stay(name):
    assert safe_name(name) == name
