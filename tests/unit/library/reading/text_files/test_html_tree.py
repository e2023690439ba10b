"""Web pages whose text a parser's limits or an element without an end would cut off."""

import random
from pathlib import Path

import pytest

from phi3desk.library.documents import State
from tests.helpers.reading import Told, told_of

HEAD = "<!doctype html><html><head><meta charset='utf-8'><title>Report</title></head><body><p>First.</p>"


def read(tmp_path: Path, page: str, name: str = "a.html") -> Told:
    (tmp_path / name).write_text(page, encoding="utf-8")
    return told_of(tmp_path / name)


@pytest.mark.parametrize(
    "large",
    [
        f"<img src='data:image/png;base64,{'iVBO' * 3_000_000}'>",
        f"<script>{'x = 1; ' * 1_600_000}</script>",
        f"<style>{'p {} ' * 2_200_000}</style>",
        f"<!-- {'note ' * 2_200_000} -->",
        f"<p>{'word ' * 2_200_000}</p>",
        f"<p title='{'word ' * 2_200_000}'>A</p>",
    ],
    ids=["picture", "script", "style", "comment", "paragraph", "attribute"],
)
def test_what_follows_something_large_is_read(tmp_path: Path, large: str) -> None:
    told = read(tmp_path, f"{HEAD}{large}<h1>Findings</h1><p>Groove wear of 4.7 millimetres.</p>")
    assert told.text.endswith("Groove wear of 4.7 millimetres.")
    assert (told.state, told.reason) == (State.READ, "")


def test_pictures_do_not_count_for_what_is_read_of_a_large_page(tmp_path: Path) -> None:
    picture = f'<img src="data:image/jpeg;charset=x;base64,{"/9j/" * 2_000_000}">'
    told = read(tmp_path, HEAD + picture * 5 + "<p>The end.</p>")
    assert told.text.endswith("The end.")
    assert told.reason == ""
    note = f"# A\n\n![photo]({picture[10:-2]})\n\n[p]: <{picture[10:-2]}>\n\nThe end."
    assert read(tmp_path, note, "a.md").text == "A\n\nThe end."


@pytest.mark.parametrize("depth", [280, 1_500, 20_000])
@pytest.mark.parametrize(
    ("opening", "end"),
    [
        ("<div>", "</div>"),
        ("<table><tr><td>", "</td></tr></table>"),
        ("<ul><li>", "</li></ul>"),
        ("<b><i>", ""),
        ("<div><p>", ""),
        ("<blockquote>", "</blockquote >"),
    ],
)
def test_text_is_read_at_every_depth(tmp_path: Path, depth: int, opening: str, end: str) -> None:
    told = read(tmp_path, f"{HEAD}{opening * depth}Inside.{end * depth}<p>Behind.</p>")
    assert [word for word in told.text.replace("•", "").split() if word] == ["First.", "Inside.", "Behind."]
    assert (told.state, told.reason) == (State.READ, "")


def test_every_word_is_read_whatever_is_never_closed(tmp_path: Path) -> None:
    chance = random.Random(3)
    names = """
        div p b i table tr td ul li dl dt dd span font a h2 section nav select center form pre blockquote
    """.split()  # noqa: SIM905
    for trial in range(40):
        words = [f"w{trial}x{number}" for number in range(300)]
        pieces = []
        for word in words:
            name = chance.choice(names)
            closing = f"</{chance.choice(names[:12])}>" if chance.random() < 0.3 else ""
            pieces.append(f"<{name}>{word}{closing} ")
        told = read(tmp_path, HEAD + "".join(pieces))
        found = set(told.text.replace(";", " ").replace(":", " ").split())
        assert not [word for word in words if word not in found], trial


@pytest.mark.parametrize("name", ["nav", "select", "title", "textarea", "button", "noscript"])
def test_an_element_that_is_not_shown_hides_nothing_where_it_is_never_closed(tmp_path: Path, name: str) -> None:
    told = read(tmp_path, f"<html><body><p>First.</p><{name} class='x'>Inside.<h1>Findings</h1><p>Behind.</p>")
    assert all(word in told.text for word in ("First.", "Inside.", "Findings", "Behind."))
    told = read(tmp_path, f"<html><body><p>First.</p><{name}>Inside.</{name}><p>Behind.</p>")
    # what is filled into a field is read
    assert told.text.split() == ["First.", *(["Inside."] if name == "textarea" else []), "Behind."]


@pytest.mark.parametrize("opening", ["<script>", "<style>", "<!--"])
def test_what_an_open_script_or_comment_hides_is_said(tmp_path: Path, opening: str) -> None:
    told = read(tmp_path, f"{HEAD}{opening} x = 1; <p>Behind.</p>")
    assert told.text == "First."
    assert "without an end" in told.reason
    assert read(tmp_path, f"{HEAD}<script> a <!-- b </script><p>Behind.</p>").text.endswith("Behind.")


def test_elements_of_xhtml_that_close_themselves_hide_nothing(tmp_path: Path) -> None:
    page = (
        "<?xml version='1.0' encoding='utf-8'?><html xmlns='http://www.w3.org/1999/xhtml'><head><title/>"
        "<script src='a/b.js' /><style/></head><body><a id='x'/><p>First.<br/>Second.</p><textarea/><p>Behind.</p>"
    )
    assert read(tmp_path, page, "a.xhtml").text == "First.\nSecond.\n\nBehind."


@pytest.mark.parametrize("quote", ['"', "'"])
def test_a_quote_without_an_end_hides_no_words(tmp_path: Path, quote: str) -> None:
    page = f"<script>a = '<p x={quote}';</script><p>one</p><p title={quote}abc>two</p><p>three <b>four</b></p>"
    assert read(tmp_path, page).text.split() == ["one", "two", "three", "four"]


def test_what_is_filled_in_ticked_and_drawn_is_read(tmp_path: Path) -> None:
    page = """<p>Serial <input value="KX-9"> tested <input type="checkbox" checked> rejected <input type="radio">
        <input type="hidden" value="no"><input type="password" value="no"><input type="submit" value="no">
        Hall <select><option>2</option><option selected>3</option></select> <textarea>Brake slips</textarea>
        <svg><title>no</title><g><text>Tank T-6</text></g></svg></p>
        <table><tr><th>Part</th><th>Stock</th></tr>
        <tr><td>Ring</td><td><input type="number" value="4"></td></tr></table>"""
    text = " ".join(read(tmp_path, page).text.split())
    assert text == "Serial KX-9 tested ☑ rejected ☐ Hall 3 Brake slips Tank T-6 Part: Ring; Stock: 4"


def test_signs_with_their_reading_beside_them_stay_a_word(tmp_path: Path) -> None:
    page = "<p>軸受の<ruby>給<rp>(</rp><rt>きゅう</rt><rp>)</rp>油<rt>ゆ</rt></ruby>は半年ごと</p>"
    assert read(tmp_path, page).text.strip() == "軸受の給油は半年ごと (きゅう ゆ)"


def test_a_style_hides_text_only_by_the_property_that_does(tmp_path: Path) -> None:
    shown = "-webkit-backface-visibility: hidden; backface-visibility:hidden; --display: none; overflow: hidden"
    page = f"<body style='{shown}'><p>Shown.</p><p style='color: red; visibility : hidden'>no</p>"
    assert read(tmp_path, f"{page}<p style='DISPLAY:none'>no</p>").text == "Shown."


@pytest.mark.parametrize(
    "head",
    [
        "<tr><th></th><th></th></tr><tr><th>Type</th><th>Flow</th></tr>",
        "<tr style='display:none'><th>Type</th><th>l/s</th></tr><tr><th>Type</th><th>Flow</th></tr>",
        "<tr><th>Type</th><th>Flow</th></tr><tr hidden><th>text</th><th>number</th></tr>",
    ],
    ids=["empty", "hidden", "hidden behind"],
)
def test_a_row_of_the_head_that_says_nothing_takes_no_row_of_figures_into_it(tmp_path: Path, head: str) -> None:
    rows = "<tr><td>CP 40</td><td>20</td></tr><tr><td>CP 50</td><td>30</td></tr>"
    text = read(tmp_path, f"<table><thead>{head}</thead><tbody>{rows}</tbody></table>").text
    assert text.splitlines() == ["Type: CP 40;\tFlow: 20", "Type: CP 50;\tFlow: 30"]


HEADED = "<tr><th>Type</th><th>Flow</th></tr>"


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        (f"{HEADED}<tr><form><td>CP</td><td>20</td></form></tr>", "Type: CP;\tFlow: 20"),
        (f"<form>{HEADED}<tr><td>CP<td>20</tr></form>", "Type: CP;\tFlow: 20"),
        ("<thead><tr><form><td>Type<td>Flow</form></thead><tr><td>CP<td>20", "Type: CP;\tFlow: 20"),
        (f"{HEADED}<td>CP</td><td>20</td></tr><td>CR<td>30</tr>", "Type: CP;\tFlow: 20\nType: CR;\tFlow: 30"),
        ("<td>Type<td>Flow</tr><td>CP<td>20</tr><td>CR<td>30", "Type: CP;\tFlow: 20\nType: CR;\tFlow: 30"),
        (f"<p>At 20 °C</p>{HEADED}<tr><td>CP<td>20</tr>", "At 20 °C\n\nType: CP;\tFlow: 20"),
        (f"{HEADED}<input type='hidden' value='no'><tr><th>l<th>l/s</tr><tr><td>CP<td>20", "Type l: CP;\tFlow l/s: 20"),
        (
            f"{HEADED}<tr><td>CP<td rowspan=2>20</tr><center>Out of <b>use</b>:</center>see <i>list</i><tr><td>CR</tr>"
            "<div hidden>no</div><tbody style='display:none'><tr><td>no<td>no</tbody>"
            "<p>The end.</p>",
            "Type: CP;\tFlow: 20\nOut of use:\n\nsee list\nType: CR;\tFlow: 20\nThe end.",
        ),
        (f"{HEADED}<tr>outside<td>CP<td>20</tr>", "outside\nType: CP;\tFlow: 20"),
    ],
)
def test_what_a_misnested_table_shows_is_read(tmp_path: Path, rows: str, text: str) -> None:
    assert read(tmp_path, f"<html><body><table>{rows}</table></body></html>").text == text


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        ("<pre>Pressure 10<br>20 bar</pre>", "Pressure 10\n20 bar"),
        ("<pre><code>def f():<br>    return 1\n</code></pre>", "def f():\n    return 1"),
        ("<pre><div>  line 1</div><div>  line 2</div><div>3</div></pre>", "  line 1\n  line 2\n3"),
        ("<pre><div><table><tr><td>1<td>x<tr><td>2<td>y</table></div></pre>", "1\tx\n2\ty"),
        ("<pre>Load 10<sup>4</sup> N <button>Copy</button></pre>", "Load 10^4 N"),
        ("<p>Load 10<sup>4<br>5</sup> N</p>", "Load 10^(4 5) N"),
        ("<table><caption>Table 3<br>2024</caption><tr><td>a<td>1</table>", "Table 3 2024\n\na:\t1"),
        ("<table><caption><p>Load</p>10<sup>4</sup> N</caption><tr><td>a<td>1</table>", "Load 10^4 N\n\na:\t1"),
    ],
)
def test_a_line_break_parts_words_and_figures_wherever_it_stands(tmp_path: Path, shown: str, text: str) -> None:
    assert read(tmp_path, f"<html><body>{shown}</body></html>").text == text


@pytest.mark.parametrize("heading", ["Pump<br>CP 40", "<div>Pump</div><div>CP 40</div>", "Pump <span>CP\n40</span>"])
@pytest.mark.parametrize("name", ["a.html", "a.md"])
def test_a_title_from_the_first_heading_keeps_its_words_apart(tmp_path: Path, heading: str, name: str) -> None:
    assert read(tmp_path, f"<h1>{heading}</h1><p>Text.</p>", name).title == "Pump CP 40"


def test_a_long_cell_of_a_layout_is_read_to_its_end(tmp_path: Path) -> None:
    told = read(tmp_path, f"<table><tr><td>Menu</td><td>{'<p>Grease it weekly.</p>' * 3_000}The end.</td></tr></table>")
    assert told.text.count("Grease it weekly.") == 3_000
    assert told.text.endswith("The end.")
    assert (told.state, told.reason) == (State.READ, "")
