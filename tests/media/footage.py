"""Kinds of footage: how tests make a small file of each, and how ffmpeg's own command decodes it."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Final

import pytest
from media.clips import OPEN_GROUPS, OPEN_GROUPS_265, make_clip

SIZE: Final = (96, 54)
COUNT: Final = 24
X264: Final = {"preset": "ultrafast", "x264-params": OPEN_GROUPS}
X265: Final = {"preset": "ultrafast", "x265-params": OPEN_GROUPS_265}
GROUPS: Final = {"g": "12", "bf": "2"}
VPX: Final = {"g": "12", "cpu-used": "8", "deadline": "realtime", "b": "200k"}


@dataclass(frozen=True)
class Kind:
    """A kind of footage, and how a file of it is made: by PyAV's encoder, or by ffmpeg's command.

    :param label: in words, as the table of media says it
    :param encoder: PyAV's name
    :param timed: whether ffmpeg's command finds the right times; else they are those of the encoder
    :param command: ffmpeg's arguments between a test picture of :data:`SIZE` and the file, instead of an encoder
    """

    name: str
    label: str
    encoder: str = ""
    pixels: str = "yuv420p"
    options: Mapping[str, str] = field(default_factory=dict)
    size: tuple[int, int] = SIZE
    fps: Fraction = Fraction(24)
    count: int = COUNT
    command: tuple[str, ...] = ()
    timed: bool = True

    def make(self, path: Path) -> Path:
        """A file of this kind."""
        if self.encoder:
            return make_clip(
                path, self.encoder, self.pixels, dict(self.options), count=self.count, fps=self.fps, size=self.size
            )
        picture = f"testsrc2=size={self.size[0]}x{self.size[1]}:rate={self.fps}"
        run("ffmpeg", "-f", "lavfi", "-i", picture, "-frames:v", str(self.count), "-pix_fmt", self.pixels,
            "-threads", "1", *self.command, str(path))  # fmt: skip
        return path


def run(program: str, *arguments: str) -> str:
    """What one of ffmpeg's commands prints; the test is skipped without it."""
    found = command(program)
    if found is None:
        pytest.skip(f"{program} is not installed")
    options = ("-v", "error", *(("-nostdin", "-y") if program == "ffmpeg" else ()))
    done = subprocess.run([found, *options, *arguments], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@cache
def command(program: str) -> str | None:
    """Where a program lies."""
    return shutil.which(program)


@dataclass(frozen=True)
class Decoded:
    """What ffmpeg's command makes of a file: when each picture is shown, in seconds, and the MD5 of its planes."""

    times: tuple[Fraction, ...]
    sums: tuple[str, ...]


def decoded(path: Path, pixels: str, *before: str, after: tuple[str, ...] = (), stream: str = "0:v:0") -> Decoded:
    """Every picture of a file in a pixel format, neither turned nor repeated.

    :param before: ffmpeg's arguments before the file, such as a decoder
    :param after: those after it, such as a filter
    """
    text = run("ffmpeg", "-noautorotate", *before, "-i", str(path), "-map", stream, "-fps_mode", "passthrough",
               "-enc_time_base", _own_clock(), *after, "-pix_fmt", pixels, "-f", "framemd5", "-")  # fmt: skip
    base, times, sums = Fraction(1), [], []
    for line in text.splitlines():
        if line.startswith("#tb 0:"):
            base = Fraction(line.split(":")[1].strip())
        elif not line.startswith("#"):
            fields = [part.strip() for part in line.split(",")]
            times.append(int(fields[2]) * base)
            sums.append(fields[5])
    return Decoded(tuple(times), tuple(sums))


@cache
def _own_clock() -> str:
    """ffmpeg's word for the clock of the file that is read: an older one before version 7."""
    found = re.search(r"version n?(\d+)\.", run("ffmpeg", "-version"))
    return "-1" if found and int(found[1]) < 7 else "demux"


def kind(name: str, label: str, encoder: str = "", pixels: str = "yuv420p", **more: object) -> Kind:
    return Kind(name, label, encoder, pixels, **more)  # type: ignore[arg-type]


AOM: Final = ("-c:v", "libaom-av1", "-cpu-used", "8", "-g", "12")
PAL: Final = {"size": (720, 576), "fps": Fraction(25), "count": 6}
KINDS: Final = (
    kind("h264.mp4", "H.264, B-pyramid and open groups, .mp4", "libx264", options=X264),
    kind("h264.mkv", "H.264, .mkv", "libx264", options=X264),
    kind("h264.ts", "H.264, MPEG-TS", "libx264", options=X264),
    kind("h264.m2ts", "H.264, .m2ts (AVCHD)", "libx264", options=X264),
    kind("h264.flv", "H.264, .flv", "libx264", options={**X264, "x264-params": OPEN_GROUPS.replace("gop=1", "gop=0")}),
    kind("h264.3gp", "H.264, .3gp", "libx264", options=X264),
    kind("h264.avi", "H.264 with B-frames, .avi", "libx264", options=X264),
    kind("h264.h264", "H.264, bare stream", "libx264", options=X264),
    kind("h264-10.mp4", "H.264, 10 bit, .mp4", "libx264", "yuv420p10le", options=X264),
    kind("h264-422-10.mov", "H.264, 4:2:2 10 bit, .mov", "libx264", "yuv422p10le", options=X264),
    kind("h264-444.mp4", "H.264, 4:4:4, .mp4", "libx264", "yuv444p", options=X264),
    kind("h264-rgb.mkv", "H.264, RGB, .mkv", "libx264rgb", "rgb24", options=X264),
    kind("h264-grey.mp4", "H.264, grey, .mp4", "libx264", "gray", options=X264),
    kind("hevc.mp4", "HEVC, open groups, .mp4", "libx265", options=X265),
    kind("hevc-10.mkv", "HEVC, 10 bit, .mkv", "libx265", "yuv420p10le", options=X265),
    kind("hevc-12.mp4", "HEVC, 12 bit, .mp4", "libx265", "yuv420p12le", options=X265),
    kind("hevc-422-10.mov", "HEVC, 4:2:2 10 bit, .mov", "libx265", "yuv422p10le", options=X265),
    kind("hevc.ts", "HEVC, MPEG-TS", "libx265", options=X265),
    kind("hevc.hevc", "HEVC, bare stream", "libx265", options=X265),
    kind("av1.mp4", "AV1, .mp4", "libsvtav1", options={"preset": "12", "g": "12"}),
    kind("av1-10.webm", "AV1, 10 bit, .webm", "libsvtav1", "yuv420p10le", options={"preset": "12", "g": "12"}),
    kind("av1.ivf", "AV1, .ivf", "libsvtav1", options={"preset": "12", "g": "12"}),
    kind("vp8.webm", "VP8 with hidden pictures, .webm", "libvpx",
         options={"g": "12", "auto-alt-ref": "1", "lag-in-frames": "16", "cpu-used": "4"}),
    kind("vp8-alpha.webm", "VP8 with alpha, .webm", "libvpx", "yuva420p", options={**VPX, "auto-alt-ref": "0"}),
    kind("vp9.webm", "VP9, .webm", "libvpx-vp9", options=VPX),
    kind("vp9-alpha.webm", "VP9 with alpha, .webm", "libvpx-vp9", "yuva420p", options={**VPX, "auto-alt-ref": "0"}),
    kind("vp9-10.mkv", "VP9, 10 bit, .mkv", pixels="yuv420p10le",
         command=("-c:v", "libvpx-vp9", "-cpu-used", "8", "-deadline", "realtime", "-g", "12")),
    kind("vp9-444.mp4", "VP9, 4:4:4, .mp4", "libvpx-vp9", "yuv444p", options=VPX),
    kind("vp9.ivf", "VP9, .ivf", "libvpx-vp9", options=VPX),
    kind("theora.ogv", "Theora, .ogv", command=("-c:v", "libtheora", "-g", "12")),
    kind("prores.mov", "ProRes 422 HQ, .mov", "prores_ks", "yuv422p10le", options={"profile": "hq"}),
    kind("prores-proxy.mov", "ProRes 422 Proxy, .mov", "prores_ks", "yuv422p10le", options={"profile": "proxy"}),
    kind("prores-4444.mov", "ProRes 4444 with alpha, .mov", "prores_ks", "yuva444p10le", options={"profile": "4444"}),
    kind("prores.mxf", "ProRes 422, .mxf", "prores_ks", "yuv422p10le", options={"profile": "standard"}),
    kind("dnxhr.mov", "DNxHR HQ, .mov", "dnxhd", "yuv422p", size=(256, 120), options={"profile": "dnxhr_hq"}),
    kind("dnxhr-hqx.mxf", "DNxHR HQX, 10 bit, .mxf", "dnxhd", "yuv422p10le", size=(256, 120),
         options={"profile": "dnxhr_hqx"}),
    kind("dnxhr-444.mov", "DNxHR 444, 10 bit, .mov", "dnxhd", "yuv444p10le", size=(256, 120),
         options={"profile": "dnxhr_444"}),
    kind("dnxhd.mov", "DNxHD 36, .mov", "dnxhd", "yuv422p", size=(1920, 1080), count=3, options={"b": "36M"}),
    kind("cfhd.mov", "CineForm, .mov", "cfhd", "yuv422p10le", size=(96, 56)),
    kind("cfhd-alpha.mov", "CineForm RGBA, 12 bit, .mov", "cfhd", "gbrap12le", size=(96, 56)),
    kind("qtrle.mov", "QuickTime Animation with alpha, .mov", "qtrle", "argb"),
    kind("qtrle-rgb.mov", "QuickTime Animation, .mov", "qtrle", "rgb24"),
    kind("png.mov", "PNG with alpha, .mov", "png", "rgba"),
    kind("png-16.mov", "PNG, 16 bit, .mov", "png", "rgb48be"),
    kind("ffv1.mkv", "FFV1, RGB 10 bit, .mkv", "ffv1", "gbrp10le", options={"level": "3", "slicecrc": "1"}),
    kind("ffv1-16.mkv", "FFV1, 16 bit, .mkv", "ffv1", "yuv444p16le", options={"level": "3"}),
    kind("ffv1.avi", "FFV1, .avi", "ffv1", "yuv420p"),
    kind("huffyuv.avi", "HuffYUV, .avi", "huffyuv", "yuv422p"),
    kind("huffyuv-rgb.avi", "HuffYUV, RGB, .avi", "huffyuv", "bgra"),
    kind("ffvhuff.avi", "FFVHuff, .avi", "ffvhuff", "yuv420p"),
    kind("utvideo.avi", "Ut Video, .avi", "utvideo", "gbrp"),
    kind("magicyuv.avi", "MagicYUV, .avi", "magicyuv", "yuva444p"),
    kind("mjpeg.avi", "Motion JPEG, .avi", "mjpeg", "yuvj422p"),
    kind("mjpeg.mov", "Motion JPEG, .mov", "mjpeg", "yuvj420p"),
    kind("jpeg2000.mxf", "JPEG 2000, .mxf", "jpeg2000", "yuv422p10le", size=(96, 56)),
    kind("raw.avi", "raw RGB from the bottom up, .avi", "rawvideo", "bgr24"),
    kind("raw-16.avi", "raw RGB, 5 bit a sample, .avi", "rawvideo", "rgb555le"),
    kind("raw.mov", "raw 4:2:2, .mov", "rawvideo", "uyvy422"),
    kind("raw-420.mkv", "raw 4:2:0, .mkv", "rawvideo", "yuv420p"),
    kind("v210.mov", "uncompressed 4:2:2 10 bit (v210), .mov", "v210", "yuv422p10le"),
    kind("v410.mov", "uncompressed 4:4:4 10 bit (v410), .mov", "v410", "yuv444p10le"),
    kind("r210.mov", "uncompressed RGB 10 bit (r210), .mov", "r210", "gbrp10le"),
    kind("raw.y4m", "raw 4:2:0, .y4m", "wrapped_avframe", "yuv420p"),
    kind("raw-10.y4m", "raw 4:2:2 10 bit, .y4m", pixels="yuv422p10le", command=("-strict", "-1")),
    kind("mpeg2.ts", "MPEG-2, MPEG-TS", "mpeg2video", options=GROUPS),
    kind("mpeg2.mpg", "MPEG-2, program stream", "mpeg2video", options=GROUPS, fps=Fraction(25)),
    kind("mpeg2.vob", "MPEG-2, .vob", "mpeg2video", options=GROUPS, fps=Fraction(25)),
    kind("mpeg2.mxf", "MPEG-2 4:2:2 (XDCAM), .mxf", "mpeg2video", "yuv422p", options=GROUPS, fps=Fraction(25)),
    kind("mpeg2.m2v", "MPEG-2, bare stream", "mpeg2video", options=GROUPS, fps=Fraction(25)),
    kind("mpeg2.mov", "MPEG-2, .mov", "mpeg2video", options=GROUPS, fps=Fraction(25)),
    kind("mpeg1.mpg", "MPEG-1, program stream", "mpeg1video", options=GROUPS, fps=Fraction(25)),
    kind("mpeg4.mp4", "MPEG-4 part 2, .mp4", "mpeg4", options=GROUPS),
    kind("mpeg4.avi", "MPEG-4 part 2 with B-frames, .avi", "mpeg4", options=GROUPS),
    kind("msmpeg4.avi", "MS MPEG-4 v3 (DivX 3), .avi", "msmpeg4", options={"g": "12"}),
    kind("msmpeg4.asf", "MS MPEG-4 v3, .asf", "msmpeg4", options={"g": "12"}),
    kind("wmv1.wmv", "Windows Media Video 7, .wmv", "wmv1", options={"g": "12"}),
    kind("wmv2.wmv", "Windows Media Video 8, .wmv", "wmv2", options={"g": "12"}),
    kind("h263.3gp", "H.263, .3gp", "h263", size=(176, 144), options={"g": "12"}),
    kind("flv1.flv", "Sorenson Spark, .flv", "flv", options={"g": "12"}),
    kind("flashsv.flv", "Flash Screen Video, .flv", "flashsv", "bgr24"),
    kind("svq1.mov", "Sorenson Video 1, .mov", "svq1", "yuv410p", size=(96, 64), options={"g": "12"}),
    kind("cinepak.avi", "Cinepak, .avi", "cinepak", "rgb24", size=(96, 56)),
    kind("zmbv.avi", "Zip Motion Blocks (DOSBox), .avi", "zmbv", "bgr0"),
    kind("rv20.rm", "RealVideo 2, .rm", "rv20", size=(176, 144), options={"g": "12"}),
    kind("h264.mxf", "H.264 (XAVC), .mxf", "libx264", options=X264, fps=Fraction(25), timed=False),
    kind("dv.avi", "DV PAL, .avi", "dvvideo", "yuv420p", **PAL),
    kind("dv.dv", "DV PAL, bare", "dvvideo", "yuv420p", **PAL),
    kind("dv-ntsc.avi", "DV NTSC, 4:1:1, .avi", "dvvideo", "yuv411p", size=(720, 480), count=4,
         fps=Fraction(30000, 1001)),
    kind("dv.mov", "DVCPRO 50, .mov", "dvvideo", "yuv422p", **PAL),
    kind("hevc-444-12.mkv", "HEVC, 4:4:4 12 bit, .mkv", "libx265", "yuv444p12le", options=X265),
    kind("hevc-rgb.mp4", "HEVC, RGB, .mp4", "libx265", "gbrp", options=X265),
    kind("msvideo1.avi", "Microsoft Video 1, .avi", "msvideo1", "rgb555le", size=(96, 56)),
    kind("jpegls.avi", "JPEG-LS, .avi", pixels="rgb24", command=("-c:v", "jpegls")),
    kind("r10k.mov", "uncompressed RGB 10 bit (R10k), .mov", "r10k", "gbrp10le"),
    kind("v408.mov", "uncompressed 4:4:4 with alpha (v408), .mov", "v408", "yuva444p"),
    kind("snow.avi", "Snow, .avi", pixels="yuv420p", command=("-c:v", "snow", "-strict", "-2")),
    kind("asv2.avi", "ASUS Video 2, .avi", "asv2", "yuv420p", size=(96, 64)),
    kind("ljpeg.avi", "Motion JPEG, lossless, .avi", "ljpeg", "bgr24"),
    kind("ffv1-grey.mkv", "FFV1, grey 16 bit, .mkv", "ffv1", "gray16le"),
    kind("prores-xq.mov", "ProRes 4444 XQ, .mov", "prores_ks", "yuv444p10le", options={"profile": "4444xq"}),
    kind("av1.mkv", "AV1, .mkv", "libsvtav1", options={"preset": "12", "g": "12"}),
    kind("h264.mts", "H.264, .mts (AVCHD)", "libx264", options=X264),
    kind("h264.m4v", "H.264, .m4v", "libx264", options=X264),
    kind("h264.f4v", "H.264, .f4v", "libx264", options=X264),
    kind("vp8.mkv", "VP8, .mkv", "libvpx", options=VPX),
    kind("mpeg2.m2t", "MPEG-2 4:2:0 (HDV), .m2t", "mpeg2video", options=GROUPS, fps=Fraction(25)),
    kind("hap.mov", "Hap, .mov", pixels="rgba", size=(96, 56), command=("-c:v", "hap")),
    kind("av1-444.mp4", "AV1, 4:4:4, .mp4", pixels="yuv444p", command=AOM),
    kind("av1-12.mkv", "AV1, 12 bit, .mkv", pixels="yuv420p12le", command=AOM),
    kind("qtrle-grey.mov", "QuickTime Animation, grey, .mov", "qtrle", "gray"),
    kind("h261.avi", "H.261, .avi", "h261", "yuv420p", size=(176, 144)),
    kind("png-palette.mov", "PNG, palette, .mov", pixels="pal8", command=("-c:v", "png")),
    kind("smc.mov", "Apple Graphics (smc), palette, .mov", pixels="pal8", size=(96, 56), command=("-c:v", "smc")),
    kind("palette.avi", "raw, palette, .avi", pixels="pal8", command=("-c:v", "rawvideo")),
    kind("h264.nut", "H.264, .nut", "libx264", options=X264),
)  # fmt: skip

#: Two instants in each picture, the one of the upper lines first, or that of the lower ones.
_UPPER, _LOWER = ("-vf", "tinterlace=interleave_top"), ("-vf", "tinterlace=interleave_bottom")
_FIELDS: Final = ("-flags", "+ildct+ilme", "-g", "6")
FIELDS: Final = (
    kind("upper.ts", "MPEG-2 of fields, upper first, MPEG-TS", count=16, size=(96, 64),
         command=(*_UPPER, "-c:v", "mpeg2video", *_FIELDS, "-bf", "2", "-top", "1")),
    kind("lower.mpg", "MPEG-2 of fields, lower first, program stream", count=16, size=(96, 64),
         command=(*_LOWER, "-c:v", "mpeg2video", *_FIELDS, "-bf", "2", "-top", "0")),
    kind("upper.mp4", "H.264 of fields (MBAFF), upper first, .mp4", count=16, size=(96, 64),
         command=(*_UPPER, "-c:v", "libx264", "-preset", "ultrafast", "-flags", "+ildct+ilme",
                  "-x264-params", "tff=1:keyint=6:min-keyint=6:bframes=2:b-adapt=0:scenecut=0:threads=1")),
    kind("lower.mkv", "H.264 of fields (MBAFF), lower first, .mkv", count=16, size=(96, 64),
         command=(*_LOWER, "-c:v", "libx264", "-preset", "ultrafast", "-flags", "+ildct+ilme",
                  "-x264-params", "bff=1:keyint=6:min-keyint=6:bframes=2:b-adapt=0:scenecut=0:threads=1")),
    kind("upper.mov", "ProRes 422 of fields, .mov", pixels="yuv422p10le", count=8, size=(96, 64),
         command=(*_UPPER, "-c:v", "prores_ks", "-flags", "+ildct")),
    kind("fields.dv", "DV PAL of fields", count=4, size=(720, 576), fps=Fraction(50),
         command=(*_LOWER, "-c:v", "dvvideo", "-r", "25", "-top", "0")),
)  # fmt: skip
