"""The scenes that are measured: a name and a length go in, a description comes out that every peer makes its own of.

A description says what is seen, in the words that all of them have: clips back to back, layers over them, and what is
done to the whole. It says nothing of how: each peer has its own idiom.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

#: Of every scene.
WIDTH, HEIGHT, FPS = 1920, 1080, 25
#: Of texts: one without optical sizes, which not every peer knows.
FONT: Final = "Noto Sans"


@dataclass(frozen=True)
class Video:
    """Footage of the whole frame.

    :param name: of the file, without its ending; the number in it makes another picture
    :param seconds: that there are of it
    """

    name: str
    seconds: float
    width: int = WIDTH
    height: int = HEIGHT


@dataclass(frozen=True)
class Still:
    """A picture of a file: a photograph, or a drawing with transparency."""

    name: str
    width: int
    height: int
    alpha: bool = False


@dataclass(frozen=True)
class Text:
    """One line in Noto Sans.

    :param size: of the font, pixels
    :param colour: ``#rrggbb``
    """

    words: str
    size: int
    colour: str = "#ffffff"


@dataclass(frozen=True)
class Clip:
    """Footage or a photograph that fills the frame for a time.

    :param seconds: how long
    :param zoom: how large it is at its beginning and at its end, 1 for a picture that just covers the frame
    :param blur: the sigma of a Gaussian blur, pixels
    """

    source: Video | Still
    seconds: float
    zoom: tuple[float, float] = (1.0, 1.0)
    blur: float = 0.0


@dataclass(frozen=True)
class Layer:
    """Something over the clips, for the whole time or a part of it.

    :param begin: where its centre is at its beginning, pixels
    :param end: and at its end
    :param scale: its size, 1 for its own
    :param angle: degrees clockwise, at its beginning and at its end
    :param start: when it appears, seconds
    :param stop: when it is gone; ``None`` for the end of the scene
    :param fade: how long it takes to appear and to go, seconds
    """

    source: Video | Still | Text
    begin: tuple[float, float]
    end: tuple[float, float]
    scale: float = 1.0
    angle: tuple[float, float] = (0.0, 0.0)
    start: float = 0.0
    stop: float | None = None
    fade: float = 0.0


@dataclass(frozen=True)
class Grade:
    """A look on the whole picture.

    :param gain: what display-encoded values are multiplied by
    :param saturation: what the distance from grey is multiplied by
    """

    gain: float
    saturation: float


@dataclass(frozen=True)
class Tint:
    """The picture mixed with its luminance in a colour.

    :param colour: ``#rrggbb``
    :param amount: from 0 to 1
    """

    colour: str
    amount: float


@dataclass(frozen=True)
class Vignette:
    """Corners that are darker, as through a lens.

    :param corner: what light is left in the corners, of the display-encoded values
    """

    corner: float


Effect = Grade | Tint | Vignette


@dataclass(frozen=True)
class Scene:
    """What is seen, at 1920 × 1080 and 25 frames a second.

    :param asked: the seconds of which it was made
    :param clips: back to back
    :param dissolve: seconds for which each clip melts into the next one, by which the whole becomes shorter
    :param layers: over them, the first at the bottom
    :param effects: on all of it
    """

    name: str
    asked: float
    clips: tuple[Clip, ...]
    dissolve: float = 0.0
    layers: tuple[Layer, ...] = field(default=())
    effects: tuple[Effect, ...] = ()

    @property
    def frames(self) -> int:
        """How many there are."""
        return sum(round(clip.seconds * FPS) for clip in self.clips) - (len(self.clips) - 1) * round(
            self.dissolve * FPS
        )

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.frames / FPS

    @property
    def slug(self) -> str:
        """Its name and length as a file's name."""
        return f"{self.name.replace(' ', '-')}-{self.frames}"

    @property
    def sources(self) -> tuple[Video | Still | Text, ...]:
        """Everything that it shows, each once, in the order of its first use."""
        return tuple(dict.fromkeys(part.source for part in (*self.clips, *self.layers)))


def _photograph(number: int) -> Still:
    return Still(f"photograph-{number}", 2560, 1440)


def _drawing(number: int, width: int = 480, height: int = 480) -> Still:
    return Still(f"drawing-{number}", width, height, alpha=True)


def pass_through(seconds: float) -> Scene:
    """One video."""
    return Scene("pass-through", seconds, (Clip(Video("footage-1", seconds), seconds),))


def cuts(seconds: float) -> Scene:
    """Ten clips, no effects."""
    each = round(seconds / 10 * FPS) / FPS
    return Scene("cuts", seconds, tuple(Clip(Video(f"footage-{number}", each), each) for number in range(1, 11)))


def slideshow(seconds: float) -> Scene:
    """Twenty stills that grow, each dissolving into the next one."""
    melt = max(1, round(seconds / 20 * FPS * 0.3)) / FPS
    each = round((seconds + 19 * melt) / 20 * FPS) / FPS
    zooms = ((1.0, 1.12), (1.12, 1.0))
    clips = tuple(Clip(_photograph(number), each, zooms[number % 2]) for number in range(20))
    return Scene("slideshow", seconds, clips, dissolve=melt)


def collage(seconds: float) -> Scene:
    """A still background zooming, two videos scaled and rotated, three moving drawings, two texts, a grade."""
    return Scene(
        "collage",
        seconds,
        (Clip(_photograph(0), seconds, (1.0, 1.2)),),
        layers=(
            Layer(Video("clip-1", seconds, 1280, 720), (560, 400), (640, 430), 0.6, (-8, 6)),
            Layer(Video("clip-2", seconds, 1280, 720), (1400, 640), (1300, 600), 0.54, (5, -4)),
            Layer(_drawing(0), (200, 900), (900, 760)),
            Layer(_drawing(1), (1700, 200), (1200, 300)),
            Layer(_drawing(2), (960, 1000), (1000, 120)),
            Layer(Text("many hands", 120), (960, 200), (960, 200)),
            Layer(Text("one picture", 64, "#f2b134"), (300, 980), (700, 980)),
        ),
        effects=(Grade(1.06, 1.08),),
    )


def grade(seconds: float) -> Scene:
    """One video with a grade, a tint and a vignette."""
    effects = (Grade(1.06, 1.08), Tint("#ffc48a", 0.3), Vignette(0.65))
    return Scene("grade", seconds, (Clip(Video("footage-1", seconds), seconds),), effects=effects)


def blur(seconds: float) -> Scene:
    """One video, its first half under a Gaussian blur of sigma 10, its second under one of 40."""
    half = round(seconds / 2 * FPS) / FPS
    shot = Video("footage-1", half)
    return Scene("blur", seconds, (Clip(shot, half, blur=10.0), Clip(shot, half, blur=40.0)))


def titles(seconds: float) -> Scene:
    """Texts that come and go over a static picture."""
    words = ("a film by", "many hands", "drawn", "painted", "filmed", "spoken", "played", "and cut", "by you", "thanks")
    step = seconds / len(words)
    layers = tuple(
        Layer(
            Text(word, 60 + 12 * (number % 4), ("#ffffff", "#f2b134", "#9fd3ff")[number % 3]),
            (960 - 60, 150 + 85 * number),
            (960 + 60, 150 + 85 * number),
            start=round(step * number * FPS) / FPS,
            stop=round(min(seconds, step * (number + 3)) * FPS) / FPS,
            fade=round(step * FPS / 4) / FPS,
        )
        for number, word in enumerate(words)
    )
    return Scene("titles", seconds, (Clip(_photograph(1), seconds),), layers=layers)


def mosaic(seconds: float) -> Scene:
    """Four hundred small pictures, each on its own way."""
    layers = []
    for number in range(400):
        x, y = 48 + 96 * (number % 20), 27 + 54 * (number // 20)
        along, down = number * 37 % 81 - 40, number * 53 % 61 - 30
        small = Still(f"small-{number}", 88, 48)
        layers.append(Layer(small, (x - along, y - down), (x + along, y + down)))
    return Scene("mosaic", seconds, (Clip(_photograph(2), seconds),), layers=tuple(layers))


def stack(name: str, count: int, different: int, seconds: float) -> Scene:
    """So many full-frame layers with alpha that drift.

    :param different: how many pictures they show
    """
    layers = tuple(
        Layer(
            _drawing(100 + number % different, WIDTH, HEIGHT),
            (960 - 30 + number, 540 + number % 7),
            (960 + 30 - number, 540 - number % 5),
        )
        for number in range(count)
    )
    return Scene(name, seconds, (Clip(_photograph(3), seconds),), layers=layers)


def many_layers(seconds: float) -> Scene:
    """Sixty full-frame layers with alpha."""
    return stack("many layers", 60, 60, seconds)


def sixty_of_one(seconds: float) -> Scene:
    """Sixty full-frame layers with alpha, all of one picture."""
    return stack("60 layers of one picture", 60, 1, seconds)


def six_of_one(seconds: float) -> Scene:
    """Six full-frame layers with alpha, all of one picture."""
    return stack("6 layers of one picture", 6, 1, seconds)


SCENES: Final[dict[str, Callable[[float], Scene]]] = {
    "pass-through": pass_through,
    "cuts": cuts,
    "slideshow": slideshow,
    "collage": collage,
    "grade": grade,
    "blur": blur,
    "titles": titles,
    "mosaic": mosaic,
    "many layers": many_layers,
    "6 layers of one picture": six_of_one,
    "60 layers of one picture": sixty_of_one,
}
