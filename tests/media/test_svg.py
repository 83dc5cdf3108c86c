import base64
import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from media.fuzzing import Peak
from media_table import media
from PIL import Image

from reelwork.errors import MediaError
from reelwork.media.probe import probe
from reelwork.media.stills import apart
from reelwork.media.stills.reading import load_still
from reelwork.media.stills.svg_text import with_families

SVG = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'


def drawing(path: Path, body: str, attributes: str = 'width="40" height="20"') -> Path:
    path.write_text(f'<?xml version="1.0"?>\n<svg {SVG} {attributes}>{body}</svg>', encoding="utf-8")
    return path


@media("stills", "SVG", "drawn anew at the size that is needed", read="the shapes")
def test_a_drawing_is_sharp_at_every_level(tmp_path: Path) -> None:
    path = drawing(tmp_path / "a.svg", '<rect x="10" width="20" height="20" fill="#ff8000" fill-opacity="0.5"/>')
    facts = probe(path)
    assert (facts.kind, facts.width, facts.height, facts.scalable, facts.has_alpha) == ("still", 40, 20, True, True)
    for level in (-1, 0, 1, 3):
        picture = load_still(path, level=level)
        assert (picture.width, picture.height) == (40 * 2**level, 20 * 2**level)
        alpha = picture.planes[3]
        left, right = round(10 * 2**level), round(30 * 2**level)
        assert not alpha[:, :left].any()
        assert not alpha[:, right:].any()
        assert (alpha[:, left:right] == 128).all()
        # Straight colour, as well as 8 bits of premultiplied colour allow.
        assert abs(int(picture.planes[1][0, left]) - 128) <= 1


@pytest.mark.parametrize(
    ("attributes", "size"),
    [
        ('width="40" height="20"', (40, 20)),
        ('width="40px" height="20.4"', (40, 20)),
        ('viewBox="0 0 30 15"', (30, 15)),
        ('viewBox="0,0,30,15" width="60"', (60, 30)),
        ('viewBox="0 0 30 15" height="60"', (120, 60)),
        ('viewBox="0 0 30 15" width="100%" height="200%"', (30, 30)),
        ('width="1in" height="25.4mm"', (96, 96)),
    ],
)
def test_the_nominal_size_is_that_of_the_drawing(tmp_path: Path, attributes: str, size: tuple[int, int]) -> None:
    path = drawing(tmp_path / "a.svg", '<rect width="3" height="3"/>', attributes)
    assert (probe(path).width, probe(path).height) == size
    picture = load_still(path, level=1)
    assert (picture.width, picture.height) == (2 * size[0], 2 * size[1])


@media("stills", "SVG that refers to files or the network", "refused", read="the message")
@pytest.mark.parametrize(
    "element",
    [
        '<image href="/etc/hostname" width="9" height="9"/>',
        '<image xlink:href="picture.png" width="9" height="9"/>',
        '<image href="http://127.0.0.1:9/a.png" width="9" height="9"/>',
        '<use href="other.svg#part"/>',
        '<image href="data:image/svg+xml;base64,PHN2Zy8+" width="9" height="9"/>',
        '<filter id="f"><feImage href="file:///etc/hostname"/></filter>',
    ],
)
def test_what_refers_outside_is_refused(tmp_path: Path, element: str) -> None:
    Image.new("RGB", (9, 9), "red").save(tmp_path / "picture.png")
    path = drawing(tmp_path / "a.svg", element)
    for action in (probe, load_still):
        with pytest.raises(MediaError, match=r"a\.svg: refers to .*, outside of itself"):
            action(path)


def test_what_refers_inside_is_drawn(tmp_path: Path) -> None:
    import base64
    import io

    buffer = io.BytesIO()
    Image.new("RGB", (9, 9), "red").save(buffer, "PNG")
    embedded = base64.b64encode(buffer.getvalue()).decode()
    path = drawing(
        tmp_path / "a.svg",
        f'<a href="https://example.org/"><image href="data:image/png;base64,{embedded}" width="20" height="20"/></a>'
        '<defs><rect id="r" width="5" height="5" fill="#00f"/></defs><use href="#r" x="30"/>',
    )
    picture = load_still(path)
    assert [int(plane[10, 10]) for plane in picture.planes] == [255, 0, 0, 255]
    assert [int(plane[2, 32]) for plane in picture.planes] == [0, 0, 255, 255]


def test_entities_do_not_reach_files(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    text = f'<!DOCTYPE svg [<!ENTITY x SYSTEM "secret.txt">]><svg {SVG} width="9" height="9"><text>&x;</text></svg>'
    (tmp_path / "a.svg").write_text(text)
    with pytest.raises(MediaError, match=r"a\.svg: cannot be drawn"):
        load_still(tmp_path / "a.svg")
    text = (
        f'<!DOCTYPE svg [<!ENTITY x "file:///etc/hostname">]><svg {SVG} width="9" height="9"><image href="&x;"/></svg>'
    )
    (tmp_path / "b.svg").write_text(text)
    with pytest.raises(MediaError, match="outside of itself"):
        load_still(tmp_path / "b.svg")


@media("stills", "SVG with entities", "refused where they explode or name files", read="the message")
def test_entities_that_explode_are_an_error(tmp_path: Path) -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    text = f'<!DOCTYPE svg [<!ENTITY e0 "lol">{entities}]><svg {SVG} width="9" height="9"><desc>&e9;</desc></svg>'
    (tmp_path / "a.svg").write_text(text)
    with pytest.raises(MediaError, match=r"a\.svg"):
        probe(tmp_path / "a.svg")


@media("stills", "SVG: text", "in the pinned fonts alone", read="the fonts' files")
def test_text_is_set_in_pinned_fonts_alone(tmp_path: Path) -> None:
    def ink(family: str, words: str = "Reelwork") -> np.ndarray:
        body = f'<text x="2" y="30" font-size="24" font-family="{family}">{words}</text>'
        return load_still(drawing(tmp_path / "t.svg", body, 'width="160" height="40"')).planes[3]

    inter = ink("Inter")
    assert inter.any()
    assert np.array_equal(ink("No Such Family"), inter)
    assert not np.array_equal(ink("Noto Sans"), inter)
    assert ink("Inter", "سلام").any()
    missing = ink("Inter", "\U0002fa1e\U0002fa1e")  # no font has it
    for words in ("שלום", "สวัสดี", "你好", "&#x4f60;&#22909;"):
        assert ink("Inter", words).any()
        assert not np.array_equal(ink("Inter", words), missing)


@media("stills", "SVG: text of mixed directions", "picture", read="the same with a font named for each script")
def test_words_of_mixed_directions_have_their_letters(tmp_path: Path) -> None:
    def ink(body: str) -> np.ndarray:
        words = f'<text x="2" y="30" font-size="24">{body}</text>'
        return load_still(drawing(tmp_path / "t.svg", words, 'width="420" height="40"')).planes[3]

    def of(script: str, words: str) -> str:
        return f'<tspan font-family="Noto Sans {script}">{words}</tspan>'

    hebrew, chinese, thai, arabic = "שלום עולם", "漢字", "ไทย", "مرحبا بكم"
    plain = ink(f"abc {hebrew} {chinese} 12 {thai} {arabic} x")
    named = (of("Hebrew", hebrew), of("CJK SC", chinese), of("Thai", thai), of("Arabic", arabic))
    assert np.array_equal(plain, ink("abc {} {} 12 {} {} x".format(*named)))
    assert not np.array_equal(plain, ink(f"abc {hebrew} 12 {arabic} x"))


def test_only_words_of_mixed_directions_are_told_their_fonts() -> None:
    mixed = "<svg><text>abc שלום, <a>漢 字</a>!</text>{}</svg>"
    told = with_families(mixed.format("<text>שלום</text><desc>שלום 漢</desc>"))
    assert told == mixed.format("<text>שלום</text><desc>שלום 漢</desc>").replace(
        "abc שלום", 'abc <tspan font-family="Noto Sans Hebrew">שלום</tspan>'
    ).replace("漢 字", '<tspan font-family="Noto Sans CJK SC">漢 字</tspan>')
    for left in ("", "<style>tspan { fill: red }</style>"):
        one = f"<svg>{left}<text>漢字 ไทย Ω</text><text><![CDATA[שלום 漢]]></text></svg>"
        assert with_families(one) == one
    styled = mixed.format("<style>a tspan { fill: red }</style>")
    assert with_families(styled) == styled
    assert with_families(mixed.format(""), ["Noto Sans Hebrew"]) == mixed.format("")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("<svg><rect></svg>", r"a\.svg:1:14: is no drawing that can be read"),
        (f"<svg {SVG}/>", "does not say how large it is"),
        (f'<svg {SVG} width="900000" height="900000"/>', "too large"),
        (f'<svg {SVG} width="-5" height="5"/>', "does not say how large"),
        ("<!-- <svg> --><html/>", "no SVG drawing"),
    ],
)
def test_broken_drawings_are_errors(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "a.svg").write_text(content)
    with pytest.raises(MediaError, match=message):
        probe(tmp_path / "a.svg")


def test_a_level_that_would_be_too_large_is_lowered(tmp_path: Path) -> None:
    path = drawing(tmp_path / "a.svg", '<rect width="5000" height="5000"/>', 'width="5000" height="5000"')
    facts = probe(path)
    from reelwork.media.stills import svg

    image = svg.rasterise(svg.read_svg(path), -3, path)
    assert image.size == (625, 625)
    assert facts.width == 5000


@pytest.mark.parametrize(
    "body",
    [
        "<g>" * 900 + '<rect width="9" height="9"/>' + "</g>" * 900,
        "<g>" * 100_000 + "</g>" * 100_000,
        "<text>" + "<tspan>" * 3000 + "x" + "</tspan>" * 3000 + "</text>",
        "<defs>"
        + "".join(f'<use id="u{number}" xlink:href="#u{number + 1}"/>' for number in range(900))
        + '<rect id="u900" width="9" height="9"/></defs><use xlink:href="#u0"/>',
        "<defs>"
        + "".join(
            f'<pattern id="p{number}" width="9" height="9">'
            f'<rect fill="url(#p{number + 1})" width="9" height="9"/></pattern>'
            for number in range(1900)
        )
        + '<rect id="p1900"/></defs><rect width="9" height="9" fill="url(#p0)"/>',
    ],
    ids=["groups", "too many groups", "text", "uses", "patterns"],
)
def test_a_deep_drawing_does_not_end_the_process(tmp_path: Path, body: str) -> None:
    path = drawing(tmp_path / "a.svg", body)
    code = f"""
from pathlib import Path
from reelwork.errors import MediaError
from reelwork.media.stills.reading import load_still
try:
    load_still(Path({str(path)!r}))
except MediaError as error:
    assert "goes too deep" in str(error) or "cannot be drawn" in str(error), error
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


HEAD = '<svg xmlns="http://www.w3.org/2000/svg" width="99" height="99">'


@media("stills", "SVG that asks for too much", "refused, whatever it asks for", read="the message")
@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD.replace("99", "1e9") + "</svg>", "is too large"),
        (HEAD + "<defs>" + "".join(
            f'<g id="u{n}">{(f"<use href=%s#u{n - 1}%s/>" % (chr(34), chr(34)) if n else "<path/>") * 10}</g>'
            for n in range(12)) + '</defs><use href="#u11"/></svg>', "limit"),
    ],
    ids=["huge", "uses"],
)  # fmt: skip
def test_a_drawing_that_asks_for_too_much_is_refused(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "a.svg").write_text(text)
    with pytest.raises(MediaError, match=rf"a\.svg.*{said}"):
        load_still(tmp_path / "a.svg")


def test_a_drawing_that_takes_for_ever_is_ended_and_others_are_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apart, "SECONDS", 1.5)  # starting the process counts
    endless = '<filter id="f"><feTurbulence numOctaves="1000000000" baseFrequency="0.1"/></filter>'
    (tmp_path / "a.svg").write_text(f'{HEAD}{endless}<rect filter="url(#f)" width="99" height="99"/></svg>')
    with pytest.raises(MediaError, match=r"a\.svg: cannot be drawn: it takes more than 1.5 s of processor time"):
        load_still(tmp_path / "a.svg")
    (tmp_path / "b.svg").write_text(f'{HEAD}<rect fill="red" width="99" height="99"/></svg>')
    assert load_still(tmp_path / "b.svg").planes[0].all()


@media("stills", "SVG that asks for too much", "refused, whatever it asks for", read="the message")
def test_a_drawing_that_takes_too_much_memory_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = drawing(tmp_path / "a.svg", '<circle r="2000"/>', 'width="2500" height="2500"')
    monkeypatch.setattr(apart, "MEMORY", 80 << 20)
    with pytest.raises(MediaError, match=r"a\.svg: cannot be drawn: it takes more than 80 MiB of memory to draw"):
        load_still(path)
    assert load_still(path, level=-4).planes[3].any()


@pytest.mark.soak
@pytest.mark.parametrize("wide", [5000, 8000])
def test_drawings_in_drawings_take_no_more_than_they_may(tmp_path: Path, wide: int) -> None:
    nested = "<g opacity='0.9' filter='url(#f)'>" * 30 + "<circle r='9000'/>" + "</g>" * 30
    blur = "<filter id='f'><feGaussianBlur stdDeviation='50'/></filter>"
    path = drawing(tmp_path / "a.svg", blur + nested, f'width="{wide}" height="{wide}"')
    with Peak() as peak, pytest.raises(MediaError, match=r"a\.svg: cannot be drawn: it takes more than"):
        load_still(path)
    print(f"{wide}x{wide}: {peak.bytes >> 20} MiB")
    assert peak.bytes < apart.MEMORY


@media("stills", "SVG: gradients, filters, embedded pictures, clipping, masks", "pixels", read="what the words mean")
def test_what_drawings_are_made_of(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (2, 2), (0, 0, 255)).save(buffer, "PNG")
    embedded = base64.b64encode(buffer.getvalue()).decode()
    (tmp_path / "a.svg").write_text(
        f"""<svg xmlns="http://www.w3.org/2000/svg" width="100" height="20"><defs>
        <linearGradient id="g"><stop stop-color="#000"/><stop offset="1" stop-color="#fff"/></linearGradient>
        <filter id="f"><feColorMatrix values="0 0 0 0 0  0 0 0 0 1  0 0 0 0 0  0 0 0 1 0"/></filter>
        <clipPath id="c"><rect x="60" width="10" height="20"/></clipPath>
        <mask id="m"><rect x="80" width="20" height="20" fill="#fff"/></mask></defs>
        <rect width="20" height="20" fill="url(#g)"/><rect x="20" width="20" height="20" fill="red" filter="url(#f)"/>
        <image x="40" width="20" height="20" href="data:image/png;base64,{embedded}"/>
        <rect x="60" width="20" height="20" fill="red" clip-path="url(#c)"/>
        <rect x="70" width="30" height="20" fill="lime" mask="url(#m)"/></svg>"""
    )
    drawn = np.stack(load_still(tmp_path / "a.svg").planes, -1)
    ramp = drawn[10, :20, 0].astype(int)
    assert (np.diff(ramp) > 8).all()
    assert ramp[0] < 20
    assert ramp[-1] > 235
    assert (drawn[10, 30] == (0, 255, 0, 255)).all()
    assert (drawn[10, 50] == (0, 0, 255, 255)).all()
    assert (drawn[10, 65] == (255, 0, 0, 255)).all()
    assert drawn[10, 75, 3] == 0
    assert (drawn[10, 90] == (0, 255, 0, 255)).all()
