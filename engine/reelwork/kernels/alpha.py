"""Alpha: the scalar arithmetic between premultiplied and straight colour that generated kernels share.

What a formula leaves as it was keeps its bits: where the straight (or display-encoded) value comes out as it went in,
the premultiplied one that it was made from is taken, not what dividing and multiplying again would give.
"""

from __future__ import annotations

from typing import Any

from numpy import float32

from reelwork.kernels.decorator import kernel

_LARGEST: Any = float32(3.4028234663852886e38)


@kernel(inline=True)
def reciprocal(alpha: Any) -> Any:
    """What premultiplied colour is multiplied by to be straight; 0 where nothing is covered, or next to nothing."""
    return float32(1.0) / alpha if alpha > float32(1e-12) else float32(0.0)


@kernel(inline=True)
def changed(premultiplied: Any, before: Any, after: Any, light: Any, alpha: Any, new_alpha: Any) -> Any:
    """The premultiplied channel once its straight value ``before`` became ``after``; transparent pixels stay.

    :param light: what ``after`` is in scene-linear light
    """
    same = (after == before) & (new_alpha == alpha)
    return premultiplied if same | (alpha <= float32(0.0)) else light * new_alpha


@kernel(inline=True)
def limited(value: Any) -> Any:
    """A number, no farther from 0 than the largest float; what is none stays."""
    value = _LARGEST if value > _LARGEST else value
    return -_LARGEST if value < -_LARGEST else value


@kernel(inline=True)
def held(value: Any, given: Any) -> Any:
    """A number that was made of ``given``, no farther from 0 than the largest float; what is made of an infinity, or is
    no number, stays for whoever looks for such pixels."""
    return limited(value) if abs(given) <= _LARGEST else value


@kernel(inline=True)
def added(one: Any, other: Any) -> Any:
    """The sum of two numbers, no farther from 0 than the largest float; where one of them is infinite, or no number, it
    is seen in the sum."""
    total = one + other
    return limited(total) if (abs(one) <= _LARGEST) & (abs(other) <= _LARGEST) else total


@kernel(inline=True)
def straight(premultiplied: Any, alpha: Any) -> Any:
    """A premultiplied channel by its alpha, exactly divided; 0 where nothing is covered."""
    return premultiplied / alpha if alpha > float32(0.0) else float32(0.0)


@kernel(inline=True)
def blank(alphas: Any, first: Any, last: Any) -> Any:
    """Whether a part of a row covers nothing."""
    covered = False
    for i in range(first, last):
        covered |= alphas[i] > float32(0.0)
    return not covered


@kernel(inline=True)
def over(backdrop_alpha: Any, source_alpha: Any) -> Any:
    """The alpha of a source over a backdrop."""
    return source_alpha + backdrop_alpha * (float32(1.0) - source_alpha)


@kernel(inline=True)
def composite(backdrop: Any, source: Any, backdrop_alpha: Any, source_alpha: Any, blended: Any) -> Any:
    """W3C's ``co = cs as (1 - ab) + cb ab (1 - as) + as ab B(cb, cs)`` for one premultiplied channel.

    Where one of the two covers nothing, ``blended`` is not looked at.
    """
    one = float32(1.0)
    outside = source * (one - backdrop_alpha) + backdrop * (one - source_alpha)
    both = source_alpha * backdrop_alpha
    return outside + both * blended if both > float32(0.0) else outside


@kernel(inline=True)
def settle(
    backdrop: Any,
    source: Any,
    backdrop_alpha: Any,
    source_alpha: Any,
    backdrop_display: Any,
    source_display: Any,
    mixed: Any,
    light: Any,
    alpha: Any,
) -> Any:
    """A premultiplied linear channel from the premultiplied display-encoded value ``mixed``.

    ``backdrop_display`` and ``source_display`` are what it was mixed from, ``light`` is what ``mixed`` is when made
    straight and decoded.
    """
    is_source = (mixed == source_display) & (alpha == source_alpha)
    is_backdrop = (mixed == backdrop_display) & (alpha == backdrop_alpha)
    linear = source if is_source else held(light, mixed) * alpha
    return backdrop if is_backdrop else linear
