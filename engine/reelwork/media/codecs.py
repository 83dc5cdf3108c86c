"""Encoders: a specification goes in, the encoder's name and settings come out, the same bytes on every machine."""

from __future__ import annotations

import os
from typing import Final

from av.codec.context import Flags
from av.video.codeccontext import VideoCodecContext

from reelwork.media.formats import tag_numbers
from reelwork.media.spec import VideoSpec
from reelwork.scene.files import PRESETS

ENCODERS: Final = {
    "h264": "libx264",
    "hevc": "libx265",
    "vp9": "libvpx-vp9",
    "av1": "libsvtav1",
    "prores": "prores_ks",
    "ffv1": "ffv1",
}
# What x264's names of presets stand for elsewhere, in the order of PRESETS.
_VP9_SPEEDS: Final = (8, 7, 6, 5, 4, 3, 2, 1, 0)
_AV1_PRESETS: Final = (12, 11, 10, 9, 8, 6, 5, 4, 2)
# Intervals between keys are the encoder's own business; a unit always begins with one.


def encoder_options(spec: VideoSpec) -> dict[str, str]:
    """The encoder's private options.

    One thread each, and nothing that looks at the processor: x264 and x265 else choose other code on other machines,
    whose results differ in the last bit and so in every byte after it.
    """
    if spec.codec == "h264":
        return {
            "crf": str(spec.crf),
            "preset": spec.preset,
            "x264-params": "threads=1:lookahead-threads=1:cpu-independent=1:stitchable=1:open-gop=0",
        }
    if spec.codec == "hevc":
        parameters = "open-gop=0:pools=none:frame-threads=1:wpp=0:info=0:log-level=error"
        return {"crf": str(spec.crf), "preset": spec.preset, "x265-params": parameters}
    effort = PRESETS.index(spec.preset)
    if spec.codec == "vp9":
        options = {"b": "0", "crf": str(spec.crf), "deadline": "good", "cpu-used": str(_VP9_SPEEDS[effort])}
        # libvpx cannot hide reference pictures in a stream with alpha.
        alpha = {"auto-alt-ref": "0"} if spec.storage.alpha != "none" else {}
        return options | alpha | ({"lossless": "1"} if spec.crf == 0 else {})
    if spec.codec == "av1":
        return {"crf": str(spec.crf), "preset": str(_AV1_PRESETS[effort]), "svtav1-params": "lp=1"}
    if spec.codec == "prores":
        return {"profile": "hq" if spec.storage.subsampling == (2, 1) else "4444", "vendor": "apl0"}
    return {"level": "3", "g": "1", "coder": "1", "context": "0", "slices": "4", "slicecrc": "1"}


def configure(context: VideoCodecContext, spec: VideoSpec) -> None:
    """Set an encoder's context up as :func:`encoder_options` does its private part; before it is opened."""
    if spec.codec == "av1":
        # SVT-AV1 prints to the terminal whatever FFmpeg is told, and can be silenced in this way alone.
        os.environ.setdefault("SVT_LOG", "1")
    context.width, context.height = spec.width, spec.height
    context.pix_fmt = spec.pixel_format
    context.framerate = spec.fps
    context.time_base = 1 / spec.fps
    context.thread_count = 1
    context.flags |= Flags.global_header | Flags.bitexact
    context.colorspace, context.color_range, context.color_trc, context.color_primaries = tag_numbers(spec.storage)
