from pathlib import Path

import pytest

from reelwork.errors import SceneError
from reelwork.scene.compose import compose, read_text
from reelwork.scene.nodes import Mapping, Scalar, Sequence
from reelwork.scene.report import Report


def composed(text: str) -> Mapping:
    report = Report()
    root = compose(text, "scene.yaml", report)
    assert report.problems == []
    assert root is not None
    return root


def problems(text: str) -> list[str]:
    report = Report()
    compose(text, "scene.yaml", report)
    return [problem.message for problem in report.problems]


def test_scalars_keep_their_text() -> None:
    root = composed("a: 1984\nb: 007\nc: no\nd: 0.10\ne: 2027-01-31\nf: ~\ng: 'it''s'\n")
    assert {key.text: value.text for key, value in root.pairs if isinstance(value, Scalar)} == {
        "a": "1984", "b": "007", "c": "no", "d": "0.10", "e": "2027-01-31", "f": "~", "g": "it's",
    }  # fmt: skip


def test_scalars_know_whether_they_were_quoted() -> None:
    root = composed("a: x\nb: 'x'\nc: \"x\"\nd: |\n  x\n")
    assert [value.quoted for _, value in root.pairs if isinstance(value, Scalar)] == [False, True, True, True]


def test_places_count_from_one() -> None:
    root = composed("one:\n  two: [a, bcd]\n")
    inner = root.get("one")
    assert isinstance(inner, Mapping)
    two = inner.get("two")
    assert isinstance(two, Sequence)
    assert str(two.items[1].place) == "scene.yaml:2:12"
    assert two.items[1].place.width == 3
    assert two.items[1].place.text == "  two: [a, bcd]"


def test_json_reads_alike() -> None:
    json = '{\n\t"reelwork": 1,\n\t"title": "caf\\u00e9 \\ud83d\\ude00",\n\t"list": [1, {"a": null}]\n}\n'
    root = composed(json)
    title = root.get("title")
    assert isinstance(title, Scalar)
    assert title.text == "café 😀"
    assert str(title.place) == "scene.yaml:3:11"


def test_aliases_stand_for_what_they_name() -> None:
    root = composed("a: &x {b: 1}\nc: *x\n")
    assert root.get("a") == root.get("c")


def test_windows_and_old_mac_line_ends() -> None:
    assert str(composed("a: 1\r\nb: 2\r\n").pairs[1][0].place) == "scene.yaml:2:1"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: 1\n" * 2, "stands twice"),
        ('a: "\\ud800"', "half of a character"),
        ('a: "\\U00110000"', "not YAML"),
        ("a: \x00", "control character"),
        (": x", "a key is missing"),
    ],
)
def test_problems(text: str, says: str) -> None:
    assert says in problems(text)[0]


def test_all_duplicate_keys_are_reported() -> None:
    assert len(problems("a: 1\na: 2\nb: {c: 1, c: 2}\na: 3\n")) == 3


@pytest.mark.parametrize(
    "text",
    [
        "a: " + "[" * 100_000,
        "a: " + "{b: " * 100_000,
        "- " * 100_000,
        "a: &a [x]\n" + "".join(f"k{i}: &b{i} [{', '.join(['*a'] * 9)}]\n" for i in range(20_000)),
        "\n".join(f"{' ' * i}k:" for i in range(3000)),
    ],
)
def test_hostile_nesting_ends_soon(text: str) -> None:
    assert problems(text)  # in a second or two; without the bounds it takes minutes


def test_a_file_of_10_mb_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "scene.yaml"
    path.write_bytes(b"a: 1\n" * 2_000_000)
    with pytest.raises(SceneError, match="at most 2 MB"):
        read_text(path)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"a: caf\xe9\n", "scene.yaml:1:7: error: byte 0xe9 is not UTF-8"),
        ("a: 1".encode("utf-16"), "the file is in UTF-16"),
    ],
)
def test_other_encodings(tmp_path: Path, data: bytes, says: str) -> None:
    path = tmp_path / "scene.yaml"
    path.write_bytes(data)
    with pytest.raises(SceneError, match=says):
        read_text(path)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(SceneError, match="cannot be read"):
        read_text(tmp_path / "scene.yaml")


def test_a_byte_order_mark_moves_no_place(tmp_path: Path) -> None:
    path = tmp_path / "scene.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\n")
    assert str(composed(read_text(path)).pairs[0][0].place) == "scene.yaml:1:1"


def test_lines_are_shown_without_what_a_terminal_would_obey() -> None:
    report = Report()
    compose("a: 1\na: \u202ekcattack\n", "scene.yaml", report)
    assert "\u202e" not in str(report.problems[0])
