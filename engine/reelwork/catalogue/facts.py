"""Facts about a file of pictures or sound that need no decoder to be known again: sizes, durations, tags."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final, Literal

from reelwork.values import Affine

Kind = Literal["still", "video", "audio"]
#: The curves of displays for HDR, by FFmpeg's words.
HDR_CURVES: Final = {"smpte2084": "PQ", "arib-std-b67": "HLG"}
#: Containers of pictures that may be animated; then they are videos.
ANIMATED: Final = ("gif", "webp", "png", "avif")
#: Which pictures of a video are of two fields, and which of these is first: as each of them says, none, or all; or as
#: each says, and both fields become pictures; or they are woven into the pictures of film that was telecined.
Fields = Literal["auto", "off", "top-first", "bottom-first", "double", "pulldown"]
#: Rates of NTSC, at which five pictures are four of film; and the highest that can be brought back to film.
NTSC_RATES: Final = (Fraction(30000, 1001), Fraction(30))


@dataclass(frozen=True)
class Reading:
    """How a director has a file read.

    :param stream: which of its streams of pictures, from 1; 0 for the one that players choose
    :param fields: which of its pictures are taken apart into fields
    :param sound: which of its streams of sound, as with ``stream``
    :param page: of a still, which of its pages or pictures, from 1; 0 for the one that viewers show
    :param part: of a still, which of its parts, by its name or its number; empty for the one that holds the layer
    :param layer: of a still, which of its layers, by its name; empty for the whole picture
    """

    stream: int = 0
    fields: Fields = "auto"
    sound: int = 0
    page: int = 0
    part: str = ""
    layer: str = ""

    @property
    def pictures(self) -> Reading:
        """What of it matters to pictures."""
        return replace(self, sound=0)

    @property
    def picks(self) -> tuple[str, ...]:
        """The keys that pick something out of a still."""
        return tuple(key for key in ("page", "part", "layer") if getattr(self, key))


#: As the file says.
READ: Final = Reading()


@dataclass(frozen=True)
class ColourTags:
    """What a file says of its colour, in FFmpeg's words (``bt709``, ``tv``); ``None`` where it is silent."""

    matrix: str | None = None
    range: str | None = None
    transfer: str | None = None
    primaries: str | None = None
    siting: str | None = None


@dataclass(frozen=True)
class AlphaLayer:
    """Alpha that a video's stream has as a layer beside its colours.

    :param number: of the layer
    :param premultiplied: whether colours were multiplied by it
    :param transparent: its sample where nothing is covered
    :param opaque: its sample where all is covered; ``None`` for the highest code
    :param increased: whether samples above the lower of these two count as one more
    """

    number: int
    premultiplied: bool = False
    transparent: int = 0
    opaque: int | None = None
    increased: bool = False


@dataclass(frozen=True)
class AudioFacts:
    """The sound of a file.

    :param codec: FFmpeg's name of the codec
    :param rate: samples a second, as stored
    :param channels: channels, as stored
    :param layout: FFmpeg's name of the layout, such as ``stereo`` or ``5.1(side)``
    :param samples: samples a channel at ``rate``, without the encoder's priming
    :param offset: seconds from the first picture to the first sample, negative where sound comes first;
        0 where there is no picture
    :param damage: what cannot be decoded and is silence: from when to when, in seconds from the first sample
    """

    codec: str
    rate: int
    channels: int
    layout: str
    samples: int
    offset: Fraction = Fraction(0)
    damage: tuple[tuple[Fraction, Fraction], ...] = ()

    @property
    def duration(self) -> Fraction:
        """Seconds of sound."""
        return Fraction(self.samples, self.rate)


@dataclass(frozen=True)
class MediaFacts:
    """Everything that the linker and the planner need to know of a file.

    :param kind: ``video`` has pictures (and perhaps sound), ``audio`` sound alone
    :param digest: sha256 of the file's bytes, 64 hexadecimal digits
    :param container: FFmpeg's or Pillow's name of the file's format
    :param codec: the codec of the pictures; of the sound where there are none
    :param width: columns as shown: upright, and of square pixels; 0 for sound
    :param height: rows as shown; 0 for sound
    :param stored_width: columns of a video as stored
    :param stored_height: rows of a video as stored
    :param orientation: how a video is stored, by EXIF's numbers: 1 upright, 3, 6 and 8 turned by 180, 90 and 270
        degrees, 2, 4, 5 and 7 mirrored as well. A photograph is turned upright when it is read
    :param turned: how a still stood before that, by the same numbers
    :param fields: which field of the first picture is first, ``top-first`` or ``bottom-first``; empty where it has none
    :param timecode: of the first picture, ``01:00:00:00``, or with ``;`` before the frames where it drops some; empty
        where the file says none
    :param streams: its streams of pictures, in words, where it has several
    :param captions: its streams of captions, in words
    :param pages: of a kind of still that has pages, or several pictures, how many there are; else 0
    :param parts: a still's parts, by their names, where it has several
    :param layers: a still's layers, in words, where it has any: the name, and what it is made of
    :param reading: how the director has it read
    :param scalable: whether it is a drawing that is sharp at any size (``width`` and ``height`` are then its nominal
        size, rounded up)
    :param duration: seconds from the first picture's (or sample's) start to the last one's end; ``None`` for a still
    :param frame_count: pictures; 1 for a still, 0 for sound
    :param frame_rate: pictures a second, the mean where the rate is variable; ``None`` for stills and sound
    :param variable_rate: whether pictures last differently long
    :param has_alpha: whether pictures can be transparent
    :param alpha: of a video, where its alpha is a layer of the stream, what that is
    :param pixel_format: how pixels are stored, in FFmpeg's words; empty for sound
    :param colour: the colour tags as they stand in the file
    :param said: what a still says of its colour, in words; empty where it says nothing
    :param audio: its sound, if it has any that can be decoded
    :param unheard: whether it has sound, and none that can be decoded
    """

    kind: Kind
    digest: str
    container: str
    codec: str
    width: int = 0
    height: int = 0
    stored_width: int = 0
    stored_height: int = 0
    orientation: int = 1
    turned: int = 1
    fields: str = ""
    timecode: str = ""
    streams: tuple[str, ...] = ()
    captions: tuple[str, ...] = ()
    pages: int = 0
    parts: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()
    reading: Reading = READ
    scalable: bool = False
    duration: Fraction | None = None
    frame_count: int = 0
    frame_rate: Fraction | None = None
    variable_rate: bool = False
    has_alpha: bool = False
    alpha: AlphaLayer | None = None
    pixel_format: str = ""
    colour: ColourTags = ColourTags()
    said: str = ""
    audio: AudioFacts | None = None
    unheard: bool = False

    @property
    def identity(self) -> str:
        """Its digest, and how it is read: what is equal has equal pictures."""
        reading = self.reading.pictures
        if reading == READ:
            return self.digest
        picked = "".join(f"-{key} {getattr(reading, key)!r}" for key in reading.picks)
        return f"{self.digest}-{reading.stream}-{reading.fields}{picked}"

    @property
    def hdr(self) -> str:
        """``PQ`` or ``HLG``, whose light may be far above white; empty of other pictures."""
        return HDR_CURVES.get(self.colour.transfer or "", "")

    @property
    def has_fields(self) -> bool:
        """Whether its pictures are taken apart into fields, as far as the first one says."""
        return self.reading.fields not in ("auto", "off") or (self.reading.fields == "auto" and self.fields != "")

    @property
    def is_doubled(self) -> bool:
        """Whether both fields of its pictures become pictures."""
        return self.reading.fields == "double" and self.kind == "video" and self.container not in ANIMATED

    @property
    def is_brought_back(self) -> bool:
        """Whether its fields are woven into pictures of film."""
        return self.reading.fields == "pulldown" and self.kind == "video" and self.container not in ANIMATED

    @property
    def stored_size(self) -> tuple[int, int]:
        """Columns and rows of pictures as they are decoded."""
        return (self.stored_width or self.width, self.stored_height or self.height)

    @property
    def is_stored_as_shown(self) -> bool:
        """Whether pictures are stored upright, in square pixels."""
        return self.orientation == 1 and self.stored_size == (self.width, self.height)

    def to_shown(self, width: int, height: int) -> Affine:
        """The map from pixels of a decoded picture of some size to pixels as they are shown."""
        across, down = (self.width, self.height) if self.orientation < _TURNED else (self.height, self.width)
        turned = _orientation(self.orientation, float(across), float(down))
        return turned if (width, height) == (across, down) else turned @ Affine.scaling(across / width, down / height)


# From this of EXIF's numbers on, rows are stored as columns.
_TURNED: Final = 5


def _orientation(number: int, width: float, height: float) -> Affine:
    """What turns and mirrors a box of that size as one of EXIF's numbers says (Exif 2.32, 4.6.4, tag 274)."""
    return {
        1: Affine.IDENTITY,
        2: Affine(-1.0, 0.0, 0.0, 1.0, width, 0.0),
        3: Affine(-1.0, 0.0, 0.0, -1.0, width, height),
        4: Affine(1.0, 0.0, 0.0, -1.0, 0.0, height),
        5: Affine(0.0, 1.0, 1.0, 0.0, 0.0, 0.0),
        6: Affine(0.0, 1.0, -1.0, 0.0, height, 0.0),
        7: Affine(0.0, -1.0, -1.0, 0.0, height, width),
        8: Affine(0.0, -1.0, 1.0, 0.0, 0.0, width),
    }[number]
