"""Encoders: a specification goes in, the encoder's name and settings come out, the same bytes on every machine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Final

from av.codec.context import Flags
from av.video.codeccontext import VideoCodecContext

from reelwork.kernels.colour import CHROMATICITIES, WHITE
from reelwork.maths import exp
from reelwork.media.formats import tag_numbers
from reelwork.media.writing.spec import Light, VideoSpec
from reelwork.scene.files import PRESETS

ENCODERS: Final = {
    "h264": "libx264",
    "hevc": "libx265",
    "vp9": "libvpx-vp9",
    "av1": "libsvtav1",
    "prores": "prores_ks",
    "ffv1": "ffv1",
    "dnxhr": "dnxhd",
    "dnxhd": "dnxhd",
}
# A rate that FFmpeg's encoder knows a profile of DNxHD by; a picture is as large at every other (SMPTE ST 2019-1).
_DNXHD_BITS: Final = {"lb": 36_000_000, "sq": 120_000_000, "hq": 185_000_000, "hqx": 185_000_000}
#: The smallest steps of ``crf`` that an encoder tells apart, and by how much a step of 1 makes a film smaller
#: (the natural logarithm), about.
STEPS: Final = {"h264": (0.05, 0.12), "hevc": (0.05, 0.12), "vp9": (0.1, 0.05), "av1": (0.25, 0.05)}
# The quality of VP9 at which its encoder is asked for the average rate itself.
_VP9_EVEN: Final = 24
#: How full a player's buffer is when a unit begins, and must be again when it ends: a unit knows no other.
FILLED: Final = 0.5
# What x264's names of presets stand for elsewhere, in the order of PRESETS.
_VP9_SPEEDS: Final = (8, 7, 6, 5, 4, 3, 2, 1, 0)
_AV1_PRESETS: Final = (12, 11, 10, 9, 8, 6, 5, 4, 2)


def encoder_options(spec: VideoSpec, quality: float | None = None) -> dict[str, str]:
    """The encoder's private options.

    One thread each, and nothing that looks at the processor: x264 and x265 else choose other code on other machines,
    whose results differ in the last bit and so in every byte after it.

    :param quality: a ``crf`` instead of the specification's, in steps of :data:`STEPS`
    """
    crf = str(spec.crf) if quality is None else f"{quality:g}"
    tuning = spec.tuning
    if spec.codec in ("h264", "hevc"):
        named = {"profile": tuning.profile, "tune": tuning.tune}
        return {
            "crf": crf,
            "preset": spec.preset,
            **{name: value for name, value in named.items() if value is not None},
            **({"level": tuning.level} if tuning.level and spec.codec == "h264" else {}),
            f"{ENCODERS[spec.codec].removeprefix('lib')}-params": ":".join(_PARAMETERS[spec.codec](spec)),
        }
    effort = PRESETS.index(spec.preset)
    if spec.codec == "vp9":
        options = {"deadline": "good", "cpu-used": str(_VP9_SPEEDS[effort])}
        if spec.storage.alpha != "none":
            # libvpx cannot hide reference pictures in a stream with alpha.
            options["auto-alt-ref"] = "0"
        if spec.rate is not None and spec.rate.average is not None:
            return options | {"b": str(_vp9_rate(spec.rate.average, quality))}
        return options | {"b": "0", "crf": crf} | ({"lossless": "1"} if crf == "0" else {})
    if spec.codec == "av1":
        return {"preset": str(_AV1_PRESETS[effort]), "svtav1-params": ":".join(_av1_parameters(spec, crf))}
    if spec.codec == "prores":
        return {"profile": tuning.profile or "hq", "vendor": "apl0"}
    if spec.codec == "dnxhr":
        return {"profile": f"dnxhr_{tuning.profile}"}
    if spec.codec == "dnxhd":
        return {"b": str(_DNXHD_BITS[tuning.profile or "hq"])}
    return {"level": "3", "g": "1", "coder": "1", "context": "0", "slices": "4", "slicecrc": "1"}


def _vp9_rate(average: int, quality: float | None) -> int:
    """The rate that libvpx is asked for in place of a quality, whose steps are too coarse to meet a rate by."""
    return round(average * exp(STEPS["vp9"][1] * (_VP9_EVEN - (_VP9_EVEN if quality is None else quality))))


def _x264_parameters(spec: VideoSpec) -> Iterator[str]:
    yield "threads=1:lookahead-threads=1:cpu-independent=1:stitchable=1:open-gop=0"
    yield from _buffer(spec)
    if spec.light is not None and spec.light.primaries is not None:
        yield f"mastering-display={_display(spec.light, 50_000, 10_000)}"
    if spec.light is not None and spec.light.content is not None:
        yield "cll={},{}".format(*spec.light.content)


def _x265_parameters(spec: VideoSpec) -> Iterator[str]:
    yield "open-gop=0:pools=none:frame-threads=1:wpp=0:info=0:log-level=error"
    yield from _buffer(spec)
    if spec.tuning.level is not None:
        yield f"level-idc={spec.tuning.level}"
    if spec.light is not None:
        yield "hdr10=1"
        if spec.light.primaries is not None:
            yield f"master-display={_display(spec.light, 50_000, 10_000)}"
        if spec.light.content is not None:
            yield "max-cll={},{}".format(*spec.light.content)


def _av1_parameters(spec: VideoSpec, crf: str) -> Iterator[str]:
    yield f"lp=1:crf={crf}"
    if spec.light is not None and spec.light.primaries is not None:
        yield f"mastering-display={_display(spec.light, 1, 1)}"
    if spec.light is not None and spec.light.content is not None:
        yield "content-light={},{}".format(*spec.light.content)


def _buffer(spec: VideoSpec) -> Iterator[str]:
    if spec.rate is not None and spec.rate.most is not None:
        kilobits = spec.rate.most // 1000
        yield f"vbv-maxrate={kilobits}:vbv-bufsize={kilobits}:vbv-init={FILLED:g}"


def _display(light: Light, places: int, nits: int) -> str:
    """A display as encoders want it told, in so many parts of a chromaticity and of 1 cd/m²."""

    def told(value: float, parts: int) -> str:
        return f"{value:g}" if parts == 1 else str(round(value * parts))

    assert light.primaries is not None
    red, green, blue = CHROMATICITIES[light.primaries]
    points = zip("GBRW", (green, blue, red, WHITE), strict=True)
    colours = "".join(f"{name.replace('W', 'WP')}({told(x, places)},{told(y, places)})" for name, (x, y) in points)
    return f"{colours}L({told(light.peak, nits)},{told(light.black, nits)})"


_PARAMETERS: Final = {"h264": _x264_parameters, "hevc": _x265_parameters}


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
    if spec.tuning.gop is not None:
        context.gop_size = spec.tuning.gop
    context.flags |= Flags.global_header | Flags.bitexact
    context.colorspace, context.color_range, context.color_trc, context.color_primaries = tag_numbers(spec.storage)
