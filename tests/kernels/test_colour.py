"""Conversion at the edge: against the numpy twin, there and back for every code, alpha, HDR, and any window."""

from __future__ import annotations

import itertools
import warnings
from dataclasses import replace

import numpy as np
import pytest
from reference import colour as twin

from reelwork.image import Window
from reelwork.image.frame import Frame
from reelwork.image.storage import StorageFormat
from reelwork.kernels import colour

YUV = [
    StorageFormat(depth=depth, subsampling=subsampling, full_range=full, matrix=matrix, siting=siting)
    for depth, subsampling, full, matrix, siting in [
        (8, (2, 2), False, "bt709", "left"),
        (8, (2, 2), False, "bt601", "left"),
        (8, (2, 2), True, "bt709", "center"),
        (8, (2, 2), True, "bt601", "topleft"),
        (10, (2, 2), False, "bt709", "left"),
        (10, (2, 2), True, "bt601", "center"),
        (10, (2, 1), False, "bt2020", "left"),
        (8, (1, 1), False, "bt709", "left"),
        (8, (1, 1), True, "bt601", "left"),
        (12, (1, 1), False, "bt709", "left"),
        (16, (2, 1), True, "bt601", "center"),
    ]
]
SIZE = (39, 23)


def _noise(storage: StorageFormat, width: int, height: int, seed: int = 0) -> tuple[np.ndarray, ...]:
    random = np.random.default_rng(seed)
    planes = colour.empty_planes(storage, width, height)
    for plane in planes:
        plane[:] = (
            random.integers(0, 2**storage.depth, plane.shape) if storage.depth < 32 else random.random(plane.shape)
        )
    return planes


def _decoded(planes, storage: StorageFormat, width: int, height: int, window: Window | None = None) -> Frame:
    out = Frame.empty(window or Window(0, 0, width, height))
    out.data.fill(np.nan)
    colour.decode(planes, storage, width, height, out)
    return out


def _encoded(frame: Frame, storage: StorageFormat, width: int, height: int) -> tuple[np.ndarray, ...]:
    planes = colour.empty_planes(storage, width, height)
    colour.encode(frame, storage, width, height, planes)
    return planes


@pytest.mark.parametrize("storage", YUV, ids=str)
def test_decoding_is_the_twins(storage):
    planes = _noise(storage, *SIZE)
    exact = twin.yuv_to_rgb(planes, storage, *SIZE)
    frame = _decoded(planes, storage, *SIZE)
    assert twin.light_to_srgb(frame.data[:3].astype(float)) == pytest.approx(exact, abs=3e-6)
    assert (frame.data[3] == 1.0).all()


@pytest.mark.parametrize("storage", YUV, ids=str)
def test_encoding_is_the_twins(storage):
    light = np.random.default_rng(1).random((4, SIZE[1], SIZE[0])).astype(np.float32) * 1.2 - 0.1
    planes = _encoded(Frame(light, Window(0, 0, *SIZE)), storage, *SIZE)
    exact = twin.rgb_to_yuv(twin.light_to_srgb(light[:3].astype(float)), storage)
    for plane, ideal in zip(planes, exact, strict=True):
        assert np.abs(plane - np.clip(ideal, 0, 2**storage.depth - 1)).max() <= 0.5 + 2e-6 * 2**storage.depth


@pytest.mark.parametrize("storage", [s for s in YUV if s.subsampling == (1, 1)], ids=str)
def test_what_nothing_changes_keeps_every_code(storage):
    """All luma codes against chroma codes over the whole range, sampled so that every pair of codes comes up."""
    top = 2**storage.depth
    random = np.random.default_rng(2)
    codes = np.arange(top, dtype=np.int64)
    planes = colour.empty_planes(storage, 1024, 512)
    for plane in planes:
        plane[:] = random.permutation(np.resize(codes, plane.size)).reshape(plane.shape)
    for plane, back in zip(planes, _encoded(_decoded(planes, storage, 1024, 512), storage, 1024, 512), strict=True):
        assert (plane == back).all()


@pytest.mark.parametrize("storage", [s for s in YUV if s.subsampling != (1, 1)], ids=str)
def test_subsampled_pictures_keep_luma_and_even_chroma(storage):
    luma, *chroma = _noise(storage, *SIZE)
    for pair in itertools.product(np.linspace(0, 2**storage.depth - 1, 5).astype(int), repeat=2):
        for plane, code in zip(chroma, pair, strict=True):
            plane[:] = code
        planes = (luma, *chroma)
        for plane, back in zip(planes, _encoded(_decoded(planes, storage, *SIZE), storage, *SIZE), strict=True):
            assert (plane == back).all()


@pytest.mark.parametrize("storage", [s for s in YUV if s.subsampling != (1, 1)], ids=str)
def test_subsampled_pictures_keep_smooth_chroma_within_one_code(storage):
    width, height = 320, 240
    planes = _noise(storage, width, height)
    for number, plane in enumerate(planes[1:]):
        rows, columns = np.mgrid[: plane.shape[0], : plane.shape[1]]
        wave = 0.5 + 0.4 * np.sin(columns / 40 + number) * np.cos(rows / 30)
        plane[:] = wave * (2**storage.depth - 1)
    one = 2 ** (storage.depth - 8)
    luma, *chroma = _encoded(_decoded(planes, storage, width, height), storage, width, height)
    assert (luma == planes[0]).all()
    for plane, back in zip(planes[1:], chroma, strict=True):
        # A linear ramp comes back; at the edges, which are repeated, and at the top of the wave it is flattened a bit.
        assert np.abs(plane.astype(int) - back)[2:-2, 2:-2].max() <= one


@pytest.mark.parametrize("storage", YUV[:1] + YUV[3:4] + YUV[6:8], ids=str)
def test_any_window_gives_the_same_pixels(storage):
    planes = _noise(storage, *SIZE)
    whole = _decoded(planes, storage, *SIZE)
    for window in (
        Window(0, 0, 1, 1),
        Window(7, 5, 30, 22),
        Window(38, 0, 39, 23),
        Window(-3, -2, 50, 4),
        Window(50, 0, 60, 9),
    ):
        part = _decoded(planes, storage, *SIZE, window)
        assert part.data.tobytes() == whole.crop(window).data.tobytes()


@pytest.mark.parametrize("storage", YUV[:1] + YUV[3:4] + YUV[6:8], ids=str)
def test_encoding_in_parts_gives_the_same_codes(storage):
    light = np.random.default_rng(1).random((4, SIZE[1], SIZE[0])).astype(np.float32)
    frame = Frame(light, Window(0, 0, *SIZE))
    whole = _encoded(frame, storage, *SIZE)
    parts = colour.empty_planes(storage, *SIZE)
    for y in range(0, SIZE[1], 6):
        for x in range(0, SIZE[0], 10):
            window = Window(x, y, x + 10, y + 6)
            around = frame.crop(window.expand(2, 2, 2, 2) & frame.window)
            colour.encode(around, storage, *SIZE, parts, window)
    for one, two in zip(whole, parts, strict=True):
        assert one.tobytes() == two.tobytes()


@pytest.mark.parametrize("full", [True, False])
@pytest.mark.parametrize(("old", "new"), [(8, 10), (10, 8), (8, 8), (16, 8)])
def test_other_codes_for_the_same_samples_are_rounded_once(old, new, full):
    source = StorageFormat(depth=old, full_range=True, alpha="straight")
    target = StorageFormat(depth=new, full_range=full, alpha="straight")
    planes = _noise(source, *SIZE)
    for number, (plane, found) in enumerate(zip(planes, colour.recode(planes, source, target, *SIZE), strict=True)):
        value = plane / (2.0**old - 1) if number in (0, 3) else (plane - 2.0 ** (old - 1)) / (2.0**old - 1)
        if full or number == 3:
            ideal = value * (2.0**new - 1) + (0 if number in (0, 3) else 2.0 ** (new - 1))
        else:
            step = 2 ** (new - 8)
            ideal = value * 219 * step + 16 * step if number == 0 else value * 224 * step + 128 * step
        assert np.abs(found - np.clip(ideal, 0, 2**new - 1)).max() <= 0.5 + 1e-3


def test_other_codes_do_not_hide_another_meaning():
    with pytest.raises(ValueError, match="other samples"):
        colour.recode(_noise(StorageFormat(), 4, 4), StorageFormat(), StorageFormat(matrix="bt601"), 4, 4)


def test_a_part_that_starts_between_chroma_samples_is_refused():
    frame = Frame.transparent(Window(0, 0, 8, 8))
    storage = StorageFormat()
    with pytest.raises(ValueError, match="chroma sample"):
        colour.encode(frame, storage, 8, 8, colour.empty_planes(storage, 8, 8), Window(1, 0, 5, 4))


def test_padding_beyond_the_picture_means_nothing():
    storage = StorageFormat()
    planes = _noise(storage, *SIZE)
    padded = tuple(np.pad(plane, ((0, 0), (0, 9)), constant_values=77) for plane in planes)
    assert _decoded(padded, storage, *SIZE).data.tobytes() == _decoded(planes, storage, *SIZE).data.tobytes()


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("full", [True, False])
def test_rgb_and_grey_keep_every_code(depth, full):
    for model in ("rgb", "grey"):
        storage = StorageFormat(model=model, depth=depth, full_range=full, subsampling=(1, 1))
        planes = colour.empty_planes(storage, 256, 256)
        for number, plane in enumerate(planes):
            plane[:] = np.roll(np.resize(np.arange(2**depth), plane.size), number * 1001).reshape(plane.shape)
        for plane, back in zip(planes, _encoded(_decoded(planes, storage, 256, 256), storage, 256, 256), strict=True):
            assert (plane == back).all()


def test_a_still_and_a_video_of_equal_rgb_are_equal():
    video = StorageFormat(subsampling=(1, 1))
    still = StorageFormat(model="rgb", full_range=True, subsampling=(1, 1))
    white, black = (np.full((1, 1), code, np.uint8) for code in (235, 16))
    neutral = np.full((1, 1), 128, np.uint8)
    for luma, code in ((white, 255), (black, 0)):
        one = _decoded((luma, neutral, neutral), video, 1, 1)
        two = _decoded((np.full((1, 1), code, np.uint8),) * 3, still, 1, 1)
        assert one.data.tobytes() == two.data.tobytes()


@pytest.mark.parametrize("alpha", ["straight", "premultiplied"])
@pytest.mark.parametrize("transfer", ["srgb", "linear"])
def test_alpha_is_multiplied_in_light(alpha, transfer):
    storage = StorageFormat(model="rgb", full_range=True, subsampling=(1, 1), alpha=alpha, transfer=transfer)
    codes = tuple(np.array([[code]], np.uint8) for code in (100, 50, 0, 128))
    stored = np.array([100, 50, 0]) / 255
    share = 128 / 255
    if alpha == "premultiplied":
        stored = stored / share
    light = (twin.srgb_to_light(stored) if transfer == "srgb" else stored) * share
    frame = _decoded(codes, storage, 1, 1)
    assert frame.data[:, 0, 0] == pytest.approx([*light, share], abs=1e-6)
    assert [plane[0, 0] for plane in _encoded(frame, storage, 1, 1)] == [100, 50, 0, 128]


def test_straight_colour_keeps_every_code_that_alpha_leaves_it():
    storage = StorageFormat(model="rgb", full_range=True, subsampling=(1, 1), alpha="straight")
    planes = _noise(storage, 64, 64)
    planes[3][planes[3] == 0] = 1
    for plane, back in zip(planes, _encoded(_decoded(planes, storage, 64, 64), storage, 64, 64), strict=True):
        assert (plane == back).all()


def test_video_with_alpha_comes_back():
    storage = StorageFormat(depth=10, subsampling=(1, 1), alpha="straight")
    planes = _noise(storage, 32, 32)
    planes[3][planes[3] == 0] = 1
    for plane, back in zip(planes, _encoded(_decoded(planes, storage, 32, 32), storage, 32, 32), strict=True):
        assert (plane == back).all()


def test_floats_are_kept_as_they_are():
    storage = StorageFormat(
        model="rgb", depth=32, full_range=True, subsampling=(1, 1), transfer="linear", alpha="premultiplied"
    )
    planes = tuple(plane * 7 - 1 for plane in _noise(storage, 16, 8))
    frame = _decoded(planes, storage, 16, 8)
    assert frame.data.tobytes() == np.stack(planes).tobytes()
    for plane, back in zip(planes, _encoded(frame, storage, 16, 8), strict=True):
        assert plane.tobytes() == back.tobytes()


@pytest.mark.parametrize("transfer", ["bt1886", "pq", "hlg"])
def test_other_transfers_keep_ten_bits(transfer):
    storage = StorageFormat(depth=10, subsampling=(1, 1), matrix="bt2020", transfer=transfer)
    planes = _noise(storage, 64, 64)
    # What a signal may hold: beyond it, HLG's display light of saturated colours is not one to one.
    planes[0][:] = planes[0] % 800 + 100
    for plane in planes[1:]:
        plane[:] = 512 + (plane.astype(int) - 512) // 16
    for plane, back in zip(planes, _encoded(_decoded(planes, storage, 64, 64), storage, 64, 64), strict=True):
        assert np.abs(plane.astype(int) - back).max() <= 1


@pytest.mark.parametrize(
    ("transfer", "signal", "light"),
    [("pq", 0.5806889, 1.0), ("pq", 1.0, 10000 / 203), ("hlg", 0.75, 1.0), ("hlg", 1.0, 1000 / 203)],
)
def test_white_is_at_203_nits(transfer, signal, light):
    """ITU-R BT.2408: diffuse white is 58 % PQ and 75 % HLG."""
    storage = StorageFormat(model="grey", depth=32, full_range=True, subsampling=(1, 1), transfer=transfer)
    frame = _decoded((np.full((1, 1), signal, np.float32),), storage, 1, 1)
    assert frame.data[0, 0, 0] == pytest.approx(light, rel=2e-3)


@pytest.mark.parametrize("primaries", ["bt601-525", "bt601-625", "bt2020", "p3-d65"])
def test_primaries_keep_white_and_come_back(primaries):
    storage = StorageFormat(model="rgb", full_range=True, subsampling=(1, 1), primaries=primaries)
    white = _decoded((np.full((1, 1), 255, np.uint8),) * 3, storage, 1, 1)
    assert white.data[:3, 0, 0] == pytest.approx(1.0, abs=1e-6)
    planes = _noise(storage, 32, 32)
    for plane, back in zip(planes, _encoded(_decoded(planes, storage, 32, 32), storage, 32, 32), strict=True):
        assert (plane == back).all()


def test_primaries_are_those_of_colour_science():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it misses packages that this test does not need
        import colour as science

    rgb = np.random.default_rng(0).random((1, 20, 3)).astype(np.float32)
    storage = StorageFormat(
        model="rgb", depth=32, full_range=True, subsampling=(1, 1), transfer="linear", primaries="bt2020"
    )
    frame = _decoded(tuple(np.ascontiguousarray(rgb[..., c]) for c in range(3)), storage, 20, 1)
    spaces = science.RGB_COLOURSPACES
    expected = science.RGB_to_RGB(rgb.astype(float), spaces["ITU-R BT.2020"], spaces["ITU-R BT.709"])
    assert np.moveaxis(frame.data[:3], 0, -1) == pytest.approx(expected, abs=2e-4)


def test_light_falls_on_black_without_alpha():
    frame = Frame(np.full((4, 2, 2), 0.5, np.float32), Window(0, 0, 2, 2))
    storage = StorageFormat(model="rgb", full_range=True, subsampling=(1, 1))
    planes = _encoded(frame, storage, 3, 2)
    assert planes[0].tolist() == [[188, 188, 0]] * 2


def test_grey_is_the_luminance_of_light():
    frame = Frame(np.array([1.0, 0.0, 0.0, 1.0], np.float32).reshape(4, 1, 1), Window(0, 0, 1, 1))
    storage = StorageFormat(model="grey", full_range=True, subsampling=(1, 1))
    (plane,) = _encoded(frame, storage, 1, 1)
    assert plane[0, 0] == round(float(twin.light_to_srgb(np.float64(0.2126))) * 255)


def test_no_number_is_stored_as_black():
    frame = Frame(np.full((4, 2, 2), np.nan, np.float32), Window(0, 0, 2, 2))
    storage = replace(StorageFormat(), model="rgb", full_range=True, subsampling=(1, 1), transfer="linear")
    assert all((plane == 0).all() for plane in _encoded(frame, storage, 2, 2))
