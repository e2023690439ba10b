"""Text, CSV, web pages, Markdown and e-mail."""

from pathlib import Path

import pytest

from phi3desk.library.documents import State
from tests.helpers.office import write_mail
from tests.helpers.reading import told_of

TEXTS = {
    "cp1250": "Črpalko pred zagonom napolnite s tekočino. Ležaj mažite vsakih 2000 ur, če tesnilo pušča, pa prej.",
    "cp1253": "Η αντλία πρέπει να γεμίσει με υγρό πριν από την εκκίνηση. Λιπαίνετε το ρουλεμάν κάθε 2000 ώρες.",
    "cp1251": "Перед пуском насос заповніть рідиною. Підшипник змащують кожні 2000 годин, її заміну виконує фахівець.",
    "cp1252": "Pumpen måste fyllas på före start. Smörj lagret var 2000:e timme.",
    "utf-8": "Ležaj, ρουλεμάν, підшипник – všechno v jednom.",
    "utf-8-sig": "Ležaj mažite redno.",
    "utf-16": "Підшипник змащують кожні 2000 годин.",
    "utf-16-le": "The bearing is greased – every 2000 hours.",
}


@pytest.mark.parametrize("charset", TEXTS)
def test_text_is_read_in_whatever_charset_it_is(tmp_path: Path, charset):
    path = tmp_path / "notes.txt"
    path.write_bytes(TEXTS[charset].encode(charset))
    assert told_of(path).text == TEXTS[charset]


@pytest.mark.parametrize("word", ["Насос", "Αντλία", "Črpalka"])
def test_even_a_single_word_is_read(tmp_path: Path, word):
    charset = {"Н": "cp1251", "Α": "cp1253", "Č": "cp1250"}[word[0]]
    (tmp_path / "a.txt").write_bytes(word.encode(charset))
    assert told_of(tmp_path / "a.txt").text == word


def test_one_damaged_byte_does_not_change_the_charset(tmp_path: Path):
    data = ("Ležaj mažite vsakih 2000 ur. " * 40).encode()
    (tmp_path / "a.txt").write_bytes(data[:500] + b"\xff" + data[500:])
    told = told_of(tmp_path / "a.txt")
    assert told.text.count("mažite") == 40
    assert "\ufffd" in told.text


def test_text_pages_are_ranges_of_lines(tmp_path: Path):
    path = tmp_path / "run.log"
    path.write_text("".join(f"line {n}\n" + ("\n" if n % 10 == 0 else "") for n in range(1, 301)), encoding="utf-8")
    told = told_of(path)
    assert told.labels == ["lines 1–120", "lines 121–241", "lines 242–330"]
    assert told.text.count("line ") == 300


def test_an_endless_line_is_divided(tmp_path: Path):
    (tmp_path / "a.txt").write_text("word " * 100_000)
    told = told_of(tmp_path / "a.txt")
    assert all(len(page.text) <= 20_000 for page in told.pages)
    assert told.text.count("word") == 100_000
    assert set(told.labels) == {"line 1"}


def test_csv_rows_keep_the_names_of_their_columns(tmp_path: Path):
    path = tmp_path / "dani.csv"
    path.write_bytes('Тип;Подача, м³/год;Примітка\r\nЦН 40;20,5;"так, ні"\r\n\r\nЦН 50;25;\r\n'.encode("utf-16"))
    told = told_of(path)
    assert told.labels == ["rows 2–4"]
    assert told.text.splitlines() == [
        "Тип: ЦН 40;\tПодача, м³/год: 20,5;\tПримітка: так, ні",
        "Тип: ЦН 50;\tПодача, м³/год: 25",
    ]


@pytest.mark.parametrize("text", ["a,b\n1,2\n", "a\tb\n1\t2\n", "a|b\n1|2\n", "sep=;\na;b\n1;2\n"])
def test_csv_finds_what_separates_the_cells(tmp_path: Path, text):
    (tmp_path / "a.csv").write_text(text)
    assert told_of(tmp_path / "a.csv").text == "a: 1;\tb: 2"


def test_csv_with_an_open_quotation_mark_is_read_to_its_end(tmp_path: Path):
    rows = "".join(f"{n},value {n}\n" for n in range(1000))
    (tmp_path / "a.csv").write_text('number,"name\n' + rows)
    told = told_of(tmp_path / "a.csv")
    assert "value 999" in told.text
    assert len(told.pages) == 20


PAGE = """<html><head><title>Navodila</title><style>p {color: red}</style></head><body><nav>menu</nav>
<h1>Črpalka</h1><p>Ena <b>dva</b>\ntri.</p><div style="display: none">skrito</div><p hidden>tudi</p>
<script>alert("x")</script><img src="http://example.invalid/pixel.png"><iframe src="http://example.invalid"></iframe>
<h2>Podatki</h2><table><thead><tr><th rowspan=2>Tip<th colspan=2>Pretok</tr><tr><th>min<th>max</tr></thead>
<tr><td rowspan=2>CP 40<td>1<td>2<tr><td>3<td>4</table><ol start=3><li>tri<li>štiri</ol></body></html>"""


def test_html_reads_what_is_shown(tmp_path: Path):
    (tmp_path / "a.html").write_bytes(PAGE.replace("<head>", '<head><meta charset="windows-1250">').encode("cp1250"))
    told = told_of(tmp_path / "a.html")
    assert told.title == "Navodila"
    assert told.labels == ["Črpalka", "Črpalka › Podatki"]
    assert told.pages[0].text == "Črpalka\n\nEna dva tri."
    assert told.pages[1].text.splitlines()[2:] == [
        "Tip: CP 40;\tPretok min: 1;\tPretok max: 2",
        "Tip: CP 40;\tPretok min: 3;\tPretok max: 4",
        "",
        "3. tri",
        "4. štiri",
    ]


def test_markdown_is_cut_at_its_headings(tmp_path: Path):
    (tmp_path / "a.md").write_text(
        "---\ntitle: Handbook\nauthor: x\n---\nIntro.\n\n# Care\n\nText *here* [there](http://example.invalid).\n\n"
        "## Grease\n\n- one\n- two\n\n| Type | Flow |\n|---|---|\n| CP 40 | 20 |\n\n<script>x</script>\n"
    )
    told = told_of(tmp_path / "a.md")
    assert told.title == "Handbook"
    assert told.labels == ["part 1", "Care", "Care › Grease"]
    assert told.pages[1].text == "Care\n\nText here there."
    assert told.pages[2].text == "Grease\n\n• one\n• two\n\nType: CP 40;\tFlow: 20"


@pytest.mark.parametrize(
    "beginning",
    [
        "---\n\nGrease the bearing.\n\n---\n",
        "---\nGrease the bearing.\n\n---\n",
        "---\nCare of pumps\n---\n\nGrease the bearing.\n",
        "---\n\nNote: Grease the bearing.\n---\n",
    ],
)
def test_markdown_that_begins_with_a_rule_loses_nothing(tmp_path: Path, beginning):
    (tmp_path / "a.md").write_text(beginning + "\nStop the motor first.\n")
    told = told_of(tmp_path / "a.md")
    assert "Grease the bearing." in told.text
    assert "Stop the motor first." in told.text


def test_front_matter_of_all_kinds_of_lines_is_not_read_as_text(tmp_path: Path):
    (tmp_path / "a.md").write_text(
        "---\n# of the editor\ntitle: 'Handbook'\ntags:\n- pump\n- care\nabstract: |\n  Some\n\n  more.\n"
        '"og:title": x\nDate created: 2024-05-01\nempty:\n---\nIntro.\n'
    )
    told = told_of(tmp_path / "a.md")
    assert told.title == "Handbook"
    assert told.text.strip() == "Intro."


def test_formula_is_read_without_its_source(tmp_path: Path):
    (tmp_path / "a.html").write_text(
        "<p>It is <math><semantics><mrow><mi>x</mi><mo>=</mo><mn>5</mn></mrow>"
        '<annotation encoding="application/x-tex">\\mathrm{x}=5</annotation>'
        '<annotation-xml encoding="MathML-Content"><apply><eq/><ci>x</ci><cn>5</cn></apply></annotation-xml>'
        "</semantics></math> bar.</p>"
    )
    assert told_of(tmp_path / "a.html").text.strip() == "It is x=5 bar."


def test_mail_has_one_page_and_names_its_attachments(tmp_path: Path):
    told = told_of(write_mail(tmp_path / "a.eml"))
    assert told.state == State.READ
    assert told.title == "Ležaj črpalke CP 40"
    (page,) = told.pages
    assert page.label == told.title
    assert "From:\tAna Črnič <ana@example.com>\nTo:\tIvan Ковальчук <ivan@example.com>\nDate:\tWed, 01 May" in page.text
    assert page.text.count("mažite") == 1
    assert "alert" not in page.text
    assert page.text.endswith("Attachments (not read): ponudba.pdf")
    assert "ponudba.pdf" in told.reason


def test_mail_without_plain_text_is_read_from_html(tmp_path: Path):
    (tmp_path / "a.eml").write_bytes(
        b"From: a@example.com\nSubject: =?utf-8?Q?Le=C5=BEaj?=\nContent-Type: text/html; charset=windows-1250\n\n"
        + "<p>Ležaj</p><p>mažite.<img src='http://example.invalid/p.gif'></p>".encode("cp1250")
    )
    assert told_of(tmp_path / "a.eml").text == "Ležaj\n\nFrom:\ta@example.com\n\nLežaj\n\nmažite."
