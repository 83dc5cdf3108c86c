import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelwork.scene.easing import EASES, eased

FAMILIES = [ease.removeprefix("in-out-") for ease in EASES if ease.startswith("in-out-")]
OVERSHOOTING = ("back", "elastic")


def test_there_are_all_of_them() -> None:
    assert len(FAMILIES) == 10
    assert len(EASES) == 2 + 3 * 10


@pytest.mark.parametrize("ease", EASES)
def test_ends_are_exact(ease: str) -> None:
    assert eased(ease, 0.0) == 0.0
    assert eased(ease, 1.0) == 1.0


@pytest.mark.parametrize("family", FAMILIES)
def test_out_is_in_backwards(family: str) -> None:
    for t in (0.1, 0.25, 0.5, 0.8):
        assert eased(f"out-{family}", t) == pytest.approx(1.0 - eased(f"in-{family}", 1.0 - t), abs=1e-15)


@pytest.mark.parametrize("family", FAMILIES)
def test_in_out_is_symmetric_about_the_middle(family: str) -> None:
    assert eased(f"in-out-{family}", 0.5) == pytest.approx(0.5, abs=1e-9)
    for t in (0.1, 0.25, 0.4):
        left, right = eased(f"in-out-{family}", t), eased(f"in-out-{family}", 1.0 - t)
        assert left + right == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize("ease", [e for e in EASES if not e.endswith((*OVERSHOOTING, "bounce"))])
def test_never_turns_back(ease: str) -> None:
    values = [eased(ease, n / 200) for n in range(201)]
    assert values == sorted(values)


@pytest.mark.parametrize("ease", [e for e in EASES if not e.endswith(OVERSHOOTING)])
def test_stays_between_the_ends(ease: str) -> None:
    assert all(0.0 <= eased(ease, n / 200) <= 1.0 for n in range(201))


@pytest.mark.parametrize("ease", [e for e in EASES if e.endswith(OVERSHOOTING)])
def test_swings_over(ease: str) -> None:
    values = [eased(ease, n / 200) for n in range(201)]
    assert min(values) < -0.01 or max(values) > 1.01


@pytest.mark.parametrize(
    ("ease", "t", "value"),
    [
        ("in-quad", 0.5, 0.25),
        ("in-cubic", 0.5, 0.125),
        ("in-sine", 0.5, 0.2928932188134524),
        ("in-circ", 0.6, 0.2),
        ("in-expo", 0.5, 0.03125),
        ("in-back", 0.5, -0.0876975),
        ("out-bounce", 0.5, 0.765625),
        ("out-bounce", 0.9, 0.988125),
        ("in-elastic", 0.5, -0.015625),
        ("in-elastic", 0.9, -0.25),
        ("hold", 0.999, 0.0),
        ("linear", 0.3, 0.3),
    ],
)
def test_known_values(ease: str, t: float, value: float) -> None:
    # from the formulas of easings.net, worked out by hand
    assert eased(ease, t) == pytest.approx(value, abs=1e-12)


def test_css_ease() -> None:
    # the curve that CSS calls `ease`, sampled by hand at u = 0.5: x = 0.3125, y = 0.5375
    assert eased((0.25, 0.1, 0.25, 1.0), 0.3125) == pytest.approx(0.5375, abs=1e-12)


@given(st.floats(0, 1), st.floats(-2, 3), st.floats(0, 1), st.floats(-2, 3), st.floats(0, 1))
def test_css_curves_end_where_they_say(x1: float, y1: float, x2: float, y2: float, t: float) -> None:
    curve = (x1, y1, x2, y2)
    assert eased(curve, 0.0) == 0.0
    assert eased(curve, 1.0) == 1.0
    assert min(0.0, y1, y2) - 1e-9 <= eased(curve, t) <= max(1.0, y1, y2) + 1e-9


@given(st.floats(0.001, 0.999))
def test_the_straight_css_curve_is_linear(t: float) -> None:
    assert eased((1 / 3, 1 / 3, 2 / 3, 2 / 3), t) == pytest.approx(t, abs=1e-12)
