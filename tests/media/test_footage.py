"""Every kind of footage against an independent decode: which pictures come out, when, and in whatever order."""

from __future__ import annotations

import hashlib
import random
from pathlib import Path

import numpy as np
import pytest
from media.clips import visible
from media.footage import KINDS, Kind, decoded
from media_table import media

from reelwork.catalogue.facts import Reading
from reelwork.media.formats import pixel_format_of, planar_storage
from reelwork.media.picture import Picture
from reelwork.media.video.source import VideoSource

#: What pictures of two fields are made into is looked at in test_fields.py.
WOVEN = Reading(fields="off")
#: FFmpeg's own decoders of these drop the alpha.
DECODERS = {"vp8": ("-c:v", "libvpx"), "vp9": ("-c:v", "libvpx-vp9")}


def oracle_format(source: VideoSource) -> str:
    """The pixel format in which ffmpeg's command is asked for the pictures: the file's own where it is planar, and else
    one of the same samples."""
    stored, storage = source.facts.pixel_format, source.storage
    if stored in ("yuv411p", "yuv410p"):
        return "gray"  # their chroma is looked at in test_packed.py
    if storage.model == "rgb" and not stored.startswith("gbr"):
        return (
            f"rgba{'64le' * (storage.depth > 8)}"
            if storage.alpha != "none"
            else f"rgb{48 if storage.depth > 8 else 24}"
        )
    return stored if planar_storage(stored) else pixel_format_of(storage)


def md5(picture: Picture, pixels: str) -> str:
    """The sum of a picture's samples as FFmpeg writes them in a pixel format."""
    planes = visible(picture)
    if pixels == "gray" and picture.storage.model == "yuv":
        planes = planes[:1]
    if pixels.startswith("rgb"):
        planes = [np.stack(planes, axis=-1)]
    elif picture.storage.model == "rgb":
        planes[:3] = planes[1], planes[2], planes[0]
    return hashlib.md5(b"".join(plane.tobytes() for plane in planes), usedforsecurity=False).hexdigest()


#: One of each way to store times, pictures and samples; the others are tried in the soak test.
SAMPLE = {
    "h264.mp4", "h264.ts", "h264.flv", "h264.avi", "h264.h264", "h264-422-10.mov", "hevc.mp4", "av1.mp4", "vp8.webm",
    "vp9.webm", "vp9-alpha.webm", "theora.ogv", "prores-4444.mov", "dnxhr-hqx.mxf", "cfhd-alpha.mov", "qtrle.mov",
    "ffv1.mkv", "mjpeg.avi", "raw.avi", "raw-16.avi", "mpeg2.mpg", "mpeg4.avi", "h264.mxf", "wmv2.wmv", "raw.y4m",
}  # fmt: skip


def every(kinds: tuple[Kind, ...]) -> list[object]:
    params = []
    for kind in kinds:
        marks = [media("video", kind.label, "pictures and times", read="ffmpeg's command")]
        if kind.name not in SAMPLE:
            marks.append(pytest.mark.soak)
        params.append(pytest.param(kind, id=kind.name, marks=marks))
    return params


@pytest.mark.parametrize("kind", every(KINDS))
def test_pictures_and_times_are_those_of_ffmpegs_command(tmp_path: Path, kind: Kind) -> None:
    path = kind.make(tmp_path / kind.name)
    with VideoSource(path, reading=WOVEN) as source:
        count, pixels = source.frame_count, oracle_format(source)
        before = DECODERS.get(source.facts.codec, ()) if source.facts.has_alpha else ()
        after = ("-vf", "extractplanes=y") if pixels == "gray" and source.storage.model == "yuv" else ()
        expected = decoded(path, pixels, *before, after=after)
        assert count == len(expected.sums) == kind.count
        assert [md5(source.picture(number), pixels) for number in range(count)] == list(expected.sums)
        tick = source.index.time_base
        shown = [(pts - source.index.shown[0]) * tick for pts in source.index.shown]
        first = expected.times[0]
        times = [time - first if kind.timed else number / kind.fps for number, time in enumerate(expected.times)]
        assert max(abs(ours - theirs) for ours, theirs in zip(shown, times, strict=True)) <= tick / 2
        assert (source.facts.frame_rate, source.duration) == (kind.fps, count / kind.fps)
    with VideoSource(path, threads=2, reading=WOVEN) as source:
        order = random.Random(kind.name).sample(range(count), count)
        assert [md5(source.picture(number), pixels) for number in order] == [expected.sums[number] for number in order]
