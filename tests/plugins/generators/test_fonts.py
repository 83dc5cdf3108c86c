"""Fonts are found by name, characters by font; what no font has is named."""

from collections.abc import Iterator

import pytest

from reelwork import font_packages
from reelwork.errors import SceneError
from reelwork.font_packages import CJK, COLOUR_EMOJI, OUTLINE_EMOJI, SCRIPTS, SYMBOLS, families
from reelwork_generators.fonts import (
    Wanted,
    assign,
    coverage,
    describe_missing,
    east_asian,
    family,
    missing_glyphs,
)
from reelwork_generators.scripts import clusters, is_ignorable


def test_the_pinned_families_are_installed() -> None:
    assert {"Inter", "Noto Sans", "Noto Sans Arabic", "Noto Sans Devanagari"} <= {f.name for f in families().values()}


@pytest.mark.parametrize("name", ["Inter", "inter", " INTER "])
def test_case_does_not_matter(name: str) -> None:
    assert family(name).name == "Inter"


def test_an_unknown_family_is_told_with_the_nearest() -> None:
    with pytest.raises(SceneError, match="there is no font 'Nota Sans'") as caught:
        family("Nota Sans")
    assert caught.value.problems[0].remedy == "did you mean 'Noto Sans'?"


def test_an_unknown_family_far_from_all_is_told_what_there_is() -> None:
    with pytest.raises(SceneError, match="Noto Sans Devanagari") as caught:
        family("Zapfino")
    assert "install" in caught.value.problems[0].remedy
    assert str(caught.value).count("Inter") == 1


def test_italics_have_a_file_of_their_own() -> None:
    assert family("Inter").file(400.0, True).italic
    assert not family("Noto Sans Arabic").file(400.0, True).italic


def test_what_the_italics_lack_is_taken_from_the_upright_file() -> None:
    upright, italic = family("Inter").file(400.0, False), family("Inter").file(400.0, True)
    lacking = chr(
        min(coverage(upright.path) - coverage(italic.path) - coverage(family("Noto Sans").file(400.0, True).path))
    )
    assert assign(lacking, Wanted(italic=True)) == ([upright], {})


def _families_of(text: str, font: str = "Inter") -> list[str]:
    files, missing = assign(text, Wanted(font))
    assert not missing
    names = {f: found.name for found in families().values() for f in found.files}
    return [names[f] for f in files]


def test_each_cluster_takes_the_first_font_that_has_all_of_it() -> None:
    assert _families_of("aع") == ["Inter", "Noto Sans Arabic"]
    assert _families_of("aа", "Noto Sans Arabic") == ["Noto Sans Arabic", "Inter"]
    assert len(set(_families_of("मा"))) == 1


def test_marks_that_languages_share_are_the_language_s() -> None:
    files = {
        language: assign("他“说”…", Wanted(language=language))[0][1] for language in ("zh-Hans", "ja", "ko", "en", "")
    }
    assert files["zh-Hans"] == family("Noto Sans CJK SC").files[0]
    assert files["ja"] == family("Noto Sans CJK JP").files[0]
    assert files["ko"] == files["en"] == files[""] == family("Inter").file(400.0, False)


def test_spaces_and_joiners_stay_with_what_stands_before_them() -> None:
    assert _families_of("مر حب") == ["Noto Sans Arabic"] * 5
    assert _families_of("مر\u200dحب") == ["Noto Sans Arabic"] * 5
    assert _families_of(" a") == ["Inter", "Inter"]


@pytest.mark.parametrize(
    "cluster", [".\ufe0f", "ב\ufe0f", "é\U0001f3fd", "😀\u0301", "1\ufe0f", "\ufe0f", "\U0001f1eb\u0e33"]
)
def test_selectors_and_skin_tones_after_other_letters_do_no_harm(cluster: str) -> None:
    assert missing_glyphs(cluster) == ()
    assert missing_glyphs(cluster, Wanted(emoji="outline")) == ()
    assert _families_of(".\ufe0f") == ["Inter", "Inter"]


def test_a_mark_is_never_parted_from_its_letter() -> None:
    assert len(set(_families_of("q\u0303\u0324"))) == 1


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("", ()),
        ("Ελληνικά, Кириллица, مرحبا, हिन्दी", ()),
        ("line\none\r\n\ttwo\u2028", ()),
        ("joiner \u200d mark \u200e bom \ufeff soft\u00adhyphen", ()),
        ("thin\u2009space no\u2011break\u202fhere", ()),
        ("\u1e69 = s\u0323\u0307", ()),
        ("漢字かな 한글 ไทย עברית தமிழ்", ()),
        ("🎬 ❤️ ❤︎ 👩🏽‍🚀", ()),
        ("\U00010fb0a\U00010fb0\U00010fb1", ("\U00010fb0", "\U00010fb1")),
        ("bell\x07", ("\x07",)),
    ],
)
def test_missing_glyphs(text: str, missing: tuple[str, ...]) -> None:
    assert missing_glyphs(text) == missing


def test_missing_characters_are_named_with_their_places() -> None:
    said = describe_missing({"\u0378": 2, "\x07": 5}, "a\n\u0378 b\x07").message
    assert said == (
        "no font has a glyph for U+0378 unnamed character (line 2, character 1), "
        "U+0007 unnamed character (line 2, character 4)"
    )
    many = {chr(0x1DF00 + n): n for n in range(42)}
    assert describe_missing(many, "".join(many)).message.endswith("and 2 more")


@pytest.fixture
def base_alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As if the extra with rare fonts were not installed."""
    found = font_packages._folder
    monkeypatch.setattr(font_packages, "_folder", lambda name: None if name == "dynamic_font" else found(name))
    families.cache_clear()
    yield
    families.cache_clear()


@pytest.mark.usefixtures("base_alone")
@pytest.mark.parametrize(
    ("text", "brings"),
    [("a 👩🏽‍🚀", "Noto Color Emoji"), ("བོད", "Noto Sans Tibetan"), ("\U00010330", "Noto Sans Gothic")],
)
def test_what_the_extra_would_bring_is_said(text: str, brings: str) -> None:
    _, missing = assign(text, Wanted())
    said = describe_missing(missing, text)
    assert said.remedy.startswith(f"pip install 'reelwork[fonts]' brings {brings};")
    assert said.message.startswith("no font has a glyph for")
    assert ("emoji: outline" in said.remedy) == ("Emoji" in brings)


def test_the_extra_changes_nothing_that_the_base_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    outlines, symbols = (coverage(family(name).files[0].path) for name in (OUTLINE_EMOJI, SYMBOLS[1]))
    words = "".join(f"{chr(code)}\ufe0e" for code in sorted(outlines & symbols)) + "★漢ก"
    full = assign(words, Wanted())
    assert len(words) > 100
    found = font_packages._folder
    monkeypatch.setattr(font_packages, "_folder", lambda name: None if name == "dynamic_font" else found(name))
    families.cache_clear()
    try:
        assert assign(words, Wanted()) == full
    finally:
        families.cache_clear()


@pytest.mark.usefixtures("base_alone")
def test_a_family_of_the_extra_is_told_with_the_extra() -> None:
    with pytest.raises(SceneError, match="there is no font 'noto color emoji'") as caught:
        family("noto color emoji")
    assert caught.value.problems[0].remedy == "pip install 'reelwork[fonts]' brings Noto Color Emoji"


@pytest.mark.usefixtures("base_alone")
def test_the_base_alone_shows_emoji_as_outlines() -> None:
    assert missing_glyphs("👩🏽‍🚀 漢字 ไทย") == ("👩🏽‍🚀",)
    assert missing_glyphs("👩🏽‍🚀 漢字 ไทย", Wanted(emoji="outline")) == ()


@pytest.mark.parametrize("name", sorted({*SCRIPTS.values(), *CJK.values(), *SYMBOLS, COLOUR_EMOJI, OUTLINE_EMOJI}))
def test_each_listed_family_is_there(name: str) -> None:
    assert all(len(coverage(file.path, file.index)) > 10 for file in family(name).files)


@pytest.mark.parametrize(
    ("language", "text", "found"),
    [
        ("ja-JP", "", "ja"),
        ("zh", "", "zh-Hans"),
        ("zh-TW", "", "zh-Hant"),
        ("zh-Hant-HK", "", "zh-HK"),
        ("yue", "", "zh-HK"),
        ("", "骨", "zh-Hans"),
        ("", "骨の", "ja"),
        ("", "骨과", "ko"),
        ("en", "骨ㄅ", "zh-Hant"),
    ],
)
def test_for_which_language_chinese_characters_are_drawn(language: str, text: str, found: str) -> None:
    assert east_asian(language, text) == found


def test_invisible_characters() -> None:
    assert is_ignorable("\u200d")
    assert is_ignorable("\ufe0f")
    assert not is_ignorable("a")
    assert not is_ignorable("\u0600")


def test_clusters_hold_marks_and_conjuncts_together() -> None:
    assert clusters("ae\u0301") == [(0, 1), (1, 3)]
    assert clusters("क्षि") == [(0, 4)]
    assert clusters("") == []
