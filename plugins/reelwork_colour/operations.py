"""Operations: OpenColorIO's transforms go in, stages of a point effect that give the same come out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from reelwork import maths
from reelwork.stage import Stage
from reelwork_colour import steps
from reelwork_colour.light import MOST

_Stages = list[Stage]
_IDENTITY: Final = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)
_LUMA: Final = (0.2126, 0.7152, 0.0722)
#: What limits are where there are none.
_FAR: Final = 3.0e38
_LARGEST: Final = float(np.finfo(np.float32).max)


class UnknownError(ValueError):
    """A transform that no stage gives."""


def opencolorio() -> Any:
    """The library, loaded where a scene first asks for it, and silent."""
    import PyOpenColorIO

    PyOpenColorIO.SetLoggingLevel(PyOpenColorIO.LOGGING_LEVEL_NONE)
    return PyOpenColorIO


def stages(transforms: Iterable[Any]) -> tuple[Stage, ...]:
    """The stages of some transforms, one after the other, as ``Processor.createGroupTransform`` gives them.

    :raises UnknownError: one of them is none that this module knows
    :raises ValueError: one has numbers that are infinite or none, of which no picture can be made
    """
    made = tuple(chain.from_iterable(map(_stages, transforms)))
    for stage in made:
        _finite(stage.uniforms)
    return made


def _finite(numbers: Any) -> None:
    if not (np.abs(numbers) <= _LARGEST).all():
        raise ValueError("it has numbers that are infinite, or none at all (NaN)")


def _stages(transform: Any) -> _Stages:
    name = type(transform).__name__.removesuffix("Transform")
    make = _MAKERS.get(name)
    if make is None:
        raise UnknownError(f"the operation {name}")
    return make(transform, "INVERSE" in str(transform.getDirection()))


def _matrix(transform: Any, inverse: bool) -> _Stages:
    rows, moved = np.reshape(transform.getMatrix(), (4, 4)), np.array(transform.getOffset())
    if rows[3].tolist() != [0.0, 0.0, 0.0, 1.0] or rows[:3, 3].any() or moved[3]:
        raise UnknownError("a matrix of alpha")
    rows, moved = rows[:3, :3], moved[:3]
    if inverse:
        rows = np.linalg.inv(rows)
        moved = -rows @ moved
    return _by_matrix(rows.ravel().tolist(), moved.tolist())


def _by_matrix(rows: Iterable[float], moved: Iterable[float] = (0.0, 0.0, 0.0)) -> _Stages:
    numbers = (*map(float, rows), *map(float, moved))
    return [] if numbers == (*_IDENTITY, 0.0, 0.0, 0.0) else [Stage(steps.matrix, numbers)]


def _range(transform: Any, inverse: bool) -> _Stages:
    has_low, has_high = transform.hasMinInValue(), transform.hasMaxInValue()
    before = (transform.getMinInValue(), transform.getMaxInValue())
    after = (transform.getMinOutValue(), transform.getMaxOutValue())
    if inverse:
        before, after = after, before
    scale = (after[1] - after[0]) / (before[1] - before[0]) if has_low and has_high else 1.0
    offset = after[0] - before[0] * scale if has_low else after[1] - before[1]
    clamps = "NO_CLAMP" not in str(transform.getStyle())
    low, high = after[0] if has_low and clamps else -_FAR, after[1] if has_high and clamps else _FAR
    return [Stage(steps.limits, (scale, offset, low, high))]


def _exponent(transform: Any, inverse: bool) -> _Stages:
    powers = [1.0 / value if inverse else value for value in transform.getValue()[:3]]
    return [_power(powers, str(transform.getNegativeStyle()))]


def _power(powers: Iterable[float], style: str) -> Stage:
    known = {"CLAMP": steps.power_clamped, "MIRROR": steps.power_mirrored, "PASS_THRU": steps.power_above}
    return Stage(next(step for word, step in known.items() if style.endswith(word)), tuple(powers))


def _monitor(transform: Any, inverse: bool) -> _Stages:
    mirrored = "MIRROR" in str(transform.getNegativeStyle())
    channels = []
    for gamma, offset in zip(transform.getGamma()[:3], transform.getOffset()[:3], strict=True):
        gamma, offset = max(gamma, 1.000001), max(offset, 1e-6)
        at = offset / (gamma - 1.0)
        slope = maths.power(offset * gamma / ((gamma - 1.0) * (1.0 + offset)), gamma) / at
        if inverse:
            channels.append((at * slope, 1.0 / slope, 1.0 + offset, offset, 1.0 / gamma))
        else:
            channels.append((at, slope, 1.0 / (1.0 + offset), offset / (1.0 + offset), gamma))
    decode = steps.monitor_decode_mirrored if mirrored else steps.monitor_decode
    encode = steps.monitor_encode_mirrored if mirrored else steps.monitor_encode
    return [Stage(encode if inverse else decode, _by_kind(channels))]


def _log(transform: Any, inverse: bool) -> _Stages:
    by = maths.log2(transform.getBase())
    if inverse:
        return [Stage(steps.log_decode, _by_kind([(by, 0.0, 1.0, 0.0)] * 3))]
    return [Stage(steps.log_encode, _by_kind([(1.0, 0.0, 1.0 / by, 0.0)] * 3))]


def _log_affine(transform: Any, inverse: bool) -> _Stages:
    return [Stage(steps.log_decode if inverse else steps.log_encode, _by_kind(_logs(transform, inverse)))]


def _logs(transform: Any, inverse: bool) -> list[tuple[float, ...]]:
    """For each channel, the slopes and offsets of ``log_encode``, or of its inverse."""
    by = maths.log2(transform.getBase())
    channels: list[tuple[float, ...]] = []
    for slope, offset, log_slope, log_offset in zip(
        transform.getLinSideSlopeValue(),
        transform.getLinSideOffsetValue(),
        transform.getLogSideSlopeValue(),
        transform.getLogSideOffsetValue(),
        strict=True,
    ):
        if inverse:
            channels.append((by / log_slope, -log_offset * by / log_slope, 1.0 / slope, -offset / slope))
        else:
            channels.append((slope, offset, log_slope / by, log_offset))
    return channels


def _log_camera(transform: Any, inverse: bool) -> _Stages:
    logs = _logs(transform, inverse)
    given = transform.getLinearSlopeValue() if transform.isLinearSlopeValueSet() else [None] * 3
    channels = []
    for log, (slope, offset, log_slope, log_offset), at, linear in zip(
        logs, _logs(transform, False), transform.getLinSideBreakValue(), given, strict=True
    ):
        light = slope * at + offset
        if linear is None:
            linear = log_slope * slope / (light * maths.log(2.0))
        value = log_slope * maths.log2(light) + log_offset
        start = value - linear * at
        line = (value, 1.0 / linear, -start / linear) if inverse else (at, linear, start)
        channels.append((*log, *line))
    return [Stage(steps.camera_decode if inverse else steps.camera_encode, _by_kind(channels))]


def _lut1d(transform: Any, inverse: bool) -> _Stages:
    if "NONE" not in str(transform.getHueAdjust()):
        raise UnknownError("a 1D LUT that keeps hues")
    if inverse:
        return _sampled(transform, inverse)
    data = np.reshape(transform.getData(), (-1, 3)).T
    if transform.getInputHalfDomain():
        return _by_halves(data)  # what is no number may become none
    _finite(data)
    if data.shape[1] == 1:
        data = data.repeat(2, axis=1)
    return [Stage(steps.curves, (float(data.shape[1]),), (_flat(data),))]


def _lut3d(transform: Any, inverse: bool) -> _Stages:
    if inverse:
        raise UnknownError("the inverse of a 3D LUT")
    data = np.asarray(transform.getData())
    _finite(data)
    return [Stage(steps.cube, (float(transform.getGridSize()),), (_flat(data),))]


def _sampled(transform: Any, inverse: bool) -> _Stages:
    """A curve for each channel that OpenColorIO works out, by its values for all half-precision numbers."""
    ocio = opencolorio()
    halves = np.arange(65536, dtype=np.uint16).view(np.float16).astype(np.float32)
    grey = np.repeat(np.nan_to_num(halves, nan=0.0)[:, None], 3, axis=1)
    ocio.Config.CreateRaw().getProcessor(transform).getOptimizedCPUProcessor(ocio.OPTIMIZATION_NONE).applyRGB(grey)
    return _by_halves(grey.T)


def _by_halves(data: npt.NDArray[np.float32]) -> _Stages:
    return [Stage(steps.half_curves, (), (_flat(np.clip(data, -MOST, MOST)),))]


def _cdl(transform: Any, inverse: bool) -> _Stages:
    clamped = "NO_CLAMP" not in str(transform.getStyle())
    slope, offset, power = (
        np.array(value) for value in (transform.getSlope(), transform.getOffset(), transform.getPower())
    )
    spread = _saturating(transform.getSat())
    clamp = [Stage(steps.limits, (1.0, 0.0, 0.0, 1.0))] if clamped else []
    if not inverse:
        bent = [] if (power == 1.0).all() else [_power(power.tolist(), "PASS_THRU")]
        return [*_by_matrix(np.diag(slope).ravel(), offset), *clamp, *bent, *_by_matrix(spread.ravel()), *clamp]
    bent = [] if (power == 1.0).all() else [_power((1.0 / power).tolist(), "PASS_THRU")]
    back = _by_matrix(np.diag(1.0 / slope).ravel(), -offset / slope)
    return [*clamp, *_by_matrix(np.linalg.inv(spread).ravel()), *clamp, *bent, *back, *clamp]


def _saturating(amount: float) -> npt.NDArray[np.float64]:
    return np.eye(3) * amount + np.array([_LUMA] * 3) * (1.0 - amount)


def _fixed(transform: Any, inverse: bool) -> _Stages:
    style, params = str(transform.getStyle()).rpartition("FIXED_FUNCTION_")[2], transform.getParams()
    make = (_INVERSE_FUNCTIONS if inverse else _FUNCTIONS).get(style)
    if make is None:
        raise UnknownError(f"{'the inverse of ' if inverse else ''}the function {style}")
    return [make(params)]


def _compression(params: list[float]) -> Stage:
    distances, thresholds, power = params[:3], params[3:6], params[6]
    scales = []
    for most, threshold in zip(distances, thresholds, strict=True):
        at_edge = maths.power((1.0 - threshold) / (most - threshold), -power) - 1.0
        scales.append((most - threshold) / maths.power(at_edge, 1.0 / power))
    return Stage(steps.gamut_compressed, (*thresholds, *scales, power))


def _dim(exponent: float) -> Stage:
    """The Academy's step from dark to dim surroundings (ACES 1, AP1's luminance)."""
    weights = (0.27222871678091454, 0.67408176581114831, 0.053689517407937051)
    return Stage(steps.surround, (*weights, 1.0, 1e-10, exponent - 1.0))


def _hlg(gamma: float, least: float) -> Stage:
    """ITU-R BT.2100's optical-optical transfer function, with Rec.2020's luminance."""
    return Stage(steps.surround, (0.2627, 0.6780, 0.0593, -1.0, least, gamma - 1.0))


_DIM: Final = 0.9811
_LEAST: Final = 1e-4
_Makers = dict[str, Callable[[list[float]], Stage]]
_FUNCTIONS: Final[_Makers] = {
    "ACES_GLOW_03": lambda params: Stage(steps.glow, (0.075, 0.1)),
    "ACES_GLOW_10": lambda params: Stage(steps.glow, (0.05, 0.08)),
    "ACES_RED_MOD_10": lambda params: Stage(steps.red_modifier),
    "ACES_DARK_TO_DIM_10": lambda params: _dim(_DIM),
    "ACES_GAMUT_COMP_13": _compression,
    "REC2100_SURROUND": lambda params: _hlg(params[0], _LEAST),
}
_INVERSE_FUNCTIONS: Final[_Makers] = {
    "ACES_DARK_TO_DIM_10": lambda params: _dim(1.0 / _DIM),
    "REC2100_SURROUND": lambda params: _hlg(1.0 / params[0], maths.power(_LEAST, params[0])),
}
_MAKERS: Final[dict[str, Callable[[Any, bool], _Stages]]] = {
    "Matrix": _matrix,
    "Range": _range,
    "Exponent": _exponent,
    "ExponentWithLinear": _monitor,
    "Log": _log,
    "LogAffine": _log_affine,
    "LogCamera": _log_camera,
    "Lut1D": _lut1d,
    "Lut3D": _lut3d,
    "GradingRGBCurve": _sampled,
    "CDL": _cdl,
    "FixedFunction": _fixed,
}


def _by_kind(channels: Iterable[tuple[float, ...]]) -> tuple[float, ...]:
    """Numbers for each channel, those of one kind beside each other."""
    return tuple(chain.from_iterable(zip(*channels, strict=True)))


def _flat(data: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    return np.ascontiguousarray(data, np.float32).ravel()
