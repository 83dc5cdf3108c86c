"""What the scenes show, made here: sources go in, files come out, the same ones whenever they are made."""

from __future__ import annotations

import math
import zlib
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av
import fontpkg_noto_sans
import numpy as np
import numpy.typing as npt
from av.video.frame import PictureType
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc
from PIL import Image, ImageDraw, ImageFont

from benchmarks.scenes import FPS, Still, Text, Video

#: A drawing's sides, pixels; it is drawn at twice that.
_FLOWER: Final = 480
#: How far the baseline of a line lies under its middle, as a share of the font's size.
BASELINE: Final = 0.39
_INK: Final = (20, 20, 30, 255)
_LIMITED, _BT709 = ColorRange.MPEG, Colorspace.ITU709


def make(source: Video | Still | Text, folder: Path) -> Path:
    """The file of a source, made if it is not there yet; of a text, a picture of it for peers that cannot write."""
    path = folder / file_name(source)
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        part = path.with_stem(f".{path.stem}")
        if isinstance(source, Video):
            _write_video(source, part)
        elif isinstance(source, Text):
            _text(source).save(part)
        else:
            _write_still(source, part)
        part.replace(path)
    return path


def file_name(source: Video | Still | Text) -> str:
    """What its file is called.

    >>> file_name(Video("footage-1", 2.0))
    'footage-1-50.mp4'
    """
    if isinstance(source, Text):
        return f"text-{_seed(str(source)):08x}.png"
    if isinstance(source, Video):
        return f"{source.name}-{round(source.seconds * FPS)}.mp4"
    return f"{source.name}-{source.width}x{source.height}.{'png' if source.alpha else 'jpg'}"


def _seed(name: str) -> int:
    return zlib.crc32(name.encode())


def clouds(name: str, width: int, height: int, *, cells: int = 6) -> npt.NDArray[np.float32]:
    """Soft noise of several sizes, ``[row, column]`` from 0 to 1.

    :param cells: how many of its largest bumps go across
    """
    random = np.random.default_rng(_seed(name))
    total = np.zeros((height, width), np.float32)
    for octave in range(5):
        across = cells << octave
        small = random.random((max(2, across * height // width + 2), across + 2), dtype=np.float32)
        grown = Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC)
        total += np.asarray(grown) / 2**octave
    total -= total.min()
    return total / total.max()


def _write_video(source: Video, to: Path) -> None:
    """Footage: a camera that pans over hills of colour, with a bright ball and the grain of a sensor."""
    width, height = source.width, source.height
    wide, tall = width + 640, height + 240
    luma = 30 + 180 * clouds(f"{source.name} luma", wide, tall)
    chroma = [128 + 70 * (clouds(f"{source.name} {plane}", wide // 2, tall // 2, cells=4) - 0.5) for plane in "uv"]
    planes = [np.clip(plane, 16, 235).astype(np.uint8) for plane in (luma, *chroma)]
    random = np.random.default_rng(_seed(source.name))
    grain = random.normal(0, 1.6, (height + 64, width + 64)).round().astype(np.int8)
    ball = ((np.mgrid[-90:90, -90:90] ** 2).sum(0) < 88**2) * 60
    with av.open(str(to), "w") as container:
        stream: Any = container.add_stream("libx264", rate=FPS, options={"crf": "18", "preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        context = stream.codec_context
        context.colorspace, context.color_range = _BT709, _LIMITED
        context.color_primaries, context.color_trc = ColorPrimaries.BT709, ColorTrc.BT709
        for number in range(round(source.seconds * FPS)):
            angle = number / FPS * 0.35 + _seed(source.name) % 7
            x, y = round(160 * (1 + np.sin(angle))) * 2, round(60 * (1 + np.cos(1.3 * angle))) * 2
            shake = random.integers(0, 64, 2)
            picture = planes[0][y : y + height, x : x + width].astype(np.int16)
            picture += grain[shake[0] : shake[0] + height, shake[1] : shake[1] + width]
            top, left = (
                round(height / 2 * (1 + 0.55 * np.sin(3 * angle))) - 90,
                round(width / 2 * (1 + 0.73 * np.cos(2 * angle))) - 90,
            )
            picture[top : top + 180, left : left + 180] += ball
            frame = av.VideoFrame(width, height, "yuv420p")
            _fill(frame.planes[0], np.clip(picture, 16, 235).astype(np.uint8))
            for target, plane in zip(list(frame.planes)[1:], planes[1:], strict=True):
                _fill(target, plane[y // 2 : (y + height) // 2, x // 2 : (x + width) // 2])
            frame.colorspace, frame.color_range = _BT709, _LIMITED
            frame.pict_type = PictureType.NONE
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _fill(plane: Any, values: npt.NDArray[np.uint8]) -> None:
    rows = np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)
    rows[:, : plane.width] = values


def _write_still(source: Still, to: Path) -> None:
    if source.alpha:
        _drawing(source).save(to, compress_level=6)
    else:
        _photograph(source).save(to, quality=92, subsampling=2)


def _photograph(source: Still) -> Image.Image:
    """Hills under a sky, in colours of their own."""
    width, height = source.width, source.height
    random = np.random.default_rng(_seed(source.name))
    sky, land = random.uniform(0.35, 0.9, 3), random.uniform(0.1, 0.6, 3)
    down = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    picture = sky * (1.15 - 0.6 * down) + 0.15 * clouds(source.name, width, height)[..., None]
    for ridge in range(4):
        line = (0.35 + 0.15 * ridge + 0.2 * clouds(f"{source.name} {ridge}", width, 2, cells=3)[0]) * height
        below = np.arange(height)[:, None] > line
        texture = 0.75 + 0.5 * clouds(f"{source.name} land {ridge}", width, height, cells=12)[..., None]
        picture = np.where(below[..., None], land * texture * (1.1 - 0.2 * ridge), picture)
    return Image.fromarray((np.clip(picture, 0, 1) * 255).round().astype(np.uint8))


def _drawing(source: Still) -> Image.Image:
    """A flower with nothing around it; in a large picture many of them, over a veil of colour."""
    random = np.random.default_rng(_seed(source.name))
    if max(source.width, source.height) <= _FLOWER:
        return _flower(random).resize((source.width, source.height), Image.Resampling.BOX)
    colour = [int(value) for value in random.integers(60, 256, 3)]
    veil = Image.fromarray((12 * clouds(source.name, source.width, source.height)).astype(np.uint8))
    picture = Image.new("RGBA", veil.size, (*colour, 0))
    picture.putalpha(veil)
    flower = _flower(random)
    for _ in range(12):
        side = int(random.integers(120, _FLOWER))
        place = int(random.integers(0, source.width - side)), int(random.integers(0, source.height - side))
        picture.alpha_composite(flower.resize((side, side), Image.Resampling.BOX), place)
    return picture


def _text(text: Text) -> Image.Image:
    """A line of 1.2 times the font's size, in whose middle the words stand as ours do."""
    font = ImageFont.truetype(str(font_file()), text.size)
    width, height = math.ceil(font.getlength(text.words) / 2 + 4) * 2, round(0.6 * text.size) * 2
    picture = Image.new("RGBA", (width, height), text.colour + "00")
    baseline = height / 2 + BASELINE * text.size
    ImageDraw.Draw(picture).text((width / 2, baseline), text.words, text.colour, font, anchor="ms")
    return picture


def font_file() -> Path:
    """The file of the texts' font."""
    return Path(str(fontpkg_noto_sans.__file__)).parent / "files" / "NotoSans[wdth,wght].ttf"


def _flower(random: np.random.Generator) -> Image.Image:
    """Petals around a disc, every second of them half transparent."""
    side = 2 * _FLOWER
    middle, reach = side / 2, side * 0.42
    picture = Image.new("RGBA", (side, side))
    count = int(random.integers(5, 9))
    for petal in range(count):
        colour = (*(int(value) for value in random.integers(60, 256, 3)), 150 if petal % 2 else 255)
        leaf = Image.new("RGBA", (side, side))
        box = [middle - reach * 0.2, middle - reach, middle + reach * 0.2, middle]
        ImageDraw.Draw(leaf).ellipse(box, fill=colour, outline=_INK, width=8)
        picture.alpha_composite(leaf.rotate(360 / count * petal, Image.Resampling.BILINEAR))
    disc = [middle - reach * 0.22, middle - reach * 0.22, middle + reach * 0.22, middle + reach * 0.22]
    ImageDraw.Draw(picture).ellipse(disc, fill=(250, 210, 80, 255), outline=_INK, width=8)
    return picture
