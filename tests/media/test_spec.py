from fractions import Fraction

import pytest

from reelwork.errors import OutputError
from reelwork.media.formats import pixel_format_of, planar_storage, tag_numbers
from reelwork.media.video.avframes import base_storage
from reelwork.media.writing.spec import Light, Rate, Tuning, sound_spec, video_spec
from reelwork.scene.files import FILMS, PIXEL_FORMATS, SOUNDS

FPS = Fraction(24)


def test_the_defaults_are_those_of_the_scene_format() -> None:
    spec = video_spec(".mp4", size=(1920, 1080), fps=FPS)
    assert (spec.codec, spec.crf, spec.preset, spec.pixel_format) == ("h264", 18, "medium", "yuv420p")
    storage = spec.storage
    assert (storage.matrix, storage.full_range, storage.transfer, storage.primaries) == (
        "bt709",
        False,
        "srgb",
        "bt709",
    )
    assert tag_numbers(storage) == (1, 1, 1, 1)
    broadcast = video_spec(".mp4", size=(1920, 1080), fps=FPS, display="bt1886").storage
    assert (broadcast.transfer, tag_numbers(broadcast)) == ("bt1886", (1, 1, 1, 1))
    sound = sound_spec(".mp4")
    assert (sound.codec, sound.bitrate) == ("aac", 192_000)
    assert sound_spec(".webm").codec == "opus"
    assert video_spec(".webm", size=(2, 2), fps=FPS).codec == "vp9"


def test_alpha_chooses_a_format_that_keeps_it() -> None:
    for suffix, codec in ((".webm", None), (".mov", "prores"), (".mkv", "ffv1")):
        assert video_spec(suffix, size=(2, 2), fps=FPS, codec=codec, alpha=True).storage.alpha == "straight"


def test_every_pixel_format_has_its_storage() -> None:
    for formats in PIXEL_FORMATS.values():
        for name in formats:
            storage = planar_storage(name)
            assert storage is not None
            assert pixel_format_of(storage) == name
            assert base_storage(name) == storage


@pytest.mark.parametrize(
    ("suffix", "options", "message"),
    [
        (".ogv", {}, "cannot be written as '.ogv'; use one of"),
        (".webm", {"codec": "h264"}, "cannot hold h264; it can hold vp9, av1"),
        (".mp4", {"alpha": True}, "h264 cannot keep alpha; use prores"),
        (".mp4", {"codec": "vp9", "alpha": True}, "cannot hold vp9's alpha"),
        (".mp4", {"pixel_format": "rgb24"}, "h264 cannot store rgb24; it can store yuv420p"),
        (
            ".mov",
            {"codec": "prores", "pixel_format": "yuv422p10", "alpha": True},
            "yuv422p10le has no alpha; use yuva444",
        ),
        (
            ".mov",
            {"codec": "prores", "alpha": True, "tuning": Tuning(profile="hq")},
            "no alpha in the profile hq; use `profile: 4444` or `profile: 4444xq`, or give the output a `background`",
        ),
        (".mp4", {"depth": 12}, "h264 cannot store 12 bits a sample; it can store yuv420p"),
        (".mkv", {"codec": "av1", "chroma": "4:4:4"}, "av1 cannot store 4:4:4; it can store yuv420p, yuv420p10le"),
        (".mp4", {"codec": "vp9", "transfer": "pq"}, "pq and hlg need 10 bits or more"),
        (".mp4", {"pixel_format": "yuv420p", "transfer": "hlg"}, "8 bits a sample, too few for pq and hlg"),
        (".mp4", {"tuning": Tuning(profile="proxy")}, "h264 has no profile proxy; it has main, high"),
        (
            ".mp4",
            {"tuning": Tuning(profile="high"), "depth": 10},
            "cannot store the profile high with 10 bits a sample",
        ),
        (".mp4", {"tuning": Tuning(level="3.1"), "size": (1920, 1080)}, "level 4.0 does"),
        (".mp4", {"codec": "hevc", "tuning": Tuning(level="4.0"), "size": (3840, 2160)}, "level 5.0 does"),
        (".mp4", {"codec": "av1", "tuning": Tuning(level="4.0")}, "av1 has no level 4.0; leave it out"),
        (".mp4", {"codec": "hevc", "tuning": Tuning(tune="film")}, "hevc has no tune film; it has animation"),
        (".mov", {"codec": "prores", "tuning": Tuning(gop=12)}, "can begin at every frame of prores"),
        (".mov", {"codec": "prores", "rate": Rate(4_000_000)}, "prores takes no bitrate"),
        (".mov", {"codec": "dnxhr"}, "cannot store 64x48: it begins at 256x120"),
        (".mp4", {"codec": "hevc", "size": (48, 32)}, "hevc cannot store 48x32: it begins at 64x16"),
        (".mp4", {"rate": Rate(4_000_000), "crf": 20}, "a bitrate or a crf, not to both"),
        (".mp4", {"rate": Rate(4_000_000, 2_000_000)}, "the highest bitrate, 2,000,000, is below the average"),
        (".mp4", {"light": Light(content=(1000, 400))}, "is for pq and hlg; say `transfer: pq`"),
        (".mov", {"codec": "dnxhd"}, "it is for 1920x1080 at 23.976, 24, 25, 29.97, 50 and 59.94; use dnxhr"),
        (".mp4", {"crf": 52}, "crf 52; it goes from 0"),
        (".mp4", {"preset": "quick"}, "no preset 'quick'"),
        (".mp4", {"size": (641, 480)}, "make the sides even"),
        (".mp4", {"size": (0, 480)}, "sides go from 1"),
        (".mp4", {"size": (20_000, 480)}, "16,384"),
        (".mp4", {"fps": Fraction(0)}, "cannot run at 0"),
    ],
)
def test_what_cannot_be_written_says_what_can(suffix: str, options: dict, message: str) -> None:
    with pytest.raises(OutputError, match=message):
        video_spec(suffix, **{"size": (64, 48), "fps": FPS, **options})


def test_sound_that_cannot_be_written_says_what_can() -> None:
    with pytest.raises(OutputError, match=r"cannot be written as '\.ogg'"):
        sound_spec(".ogg")
    with pytest.raises(OutputError, match="cannot hold aac; it can hold opus"):
        sound_spec(".webm", codec="aac")
    with pytest.raises(OutputError, match="16,000 to 512,000"):
        sound_spec(".mp4", bitrate=4000)


def test_every_film_can_have_sound() -> None:
    assert set(FILMS) <= set(SOUNDS)


def test_odd_sizes_are_fine_where_colour_is_not_shared() -> None:
    assert video_spec(".mp4", size=(641, 481), fps=FPS, pixel_format="yuv444p").width == 641
