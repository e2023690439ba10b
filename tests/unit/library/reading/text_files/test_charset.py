"""Bytes to text: a table of charsets and languages with what has to be right, and what is no text."""

import random
import struct
import zlib

import pytest

from phi3desk.library.reading.limits import Refusal
from phi3desk.library.reading.text_files.charset import decode
from tests.unit.library.reading.text_files.charset_texts import SAMPLES, Sample

CELLS = [pytest.param(sample, name, id=f"{sample.language}-{name}") for sample in SAMPLES for name in sample.charsets]
#: Of the single lines of all languages in a charset, so many may be wrong at most.
WRONG_LINES = 0.05


def read(data: bytes, declared: str = "") -> str:
    try:
        return decode(data, declared)
    except Refusal as refusal:
        return str(refusal)


@pytest.mark.parametrize(("sample", "charset"), CELLS)
def test_a_page_is_read_in_its_charset(sample: Sample, charset: str) -> None:
    page = "\n".join(sample.lines_in(charset))
    assert read(page.encode(charset)) == page


@pytest.mark.parametrize("charset", sorted({name for sample in SAMPLES for name in sample.charsets}))
def test_single_lines_are_read_in_their_charset(charset: str) -> None:
    lines = [line for sample in SAMPLES if charset in sample.charsets for line in sample.lines_in(charset)]
    wrong = [line for line in lines if read(line.encode(charset)) != line]
    assert len(wrong) <= max(1, len(lines) * WRONG_LINES), wrong


@pytest.mark.parametrize(
    "line",
    [
        "35 m³/h",
        "Ø 42 mm",
        'a ½" pipe',
        "±5 %",
        "40 °C",
        "12 m² × 3",
        "Débit",
        "Größe",
        "Smörjning av lager",
        "The pump is rated for 35 m³/h at 40 °C, shaft Ø 42 mm. " * 2 + "It runs for years without a word. " * 60,
    ],
)
def test_units_and_single_words_of_western_europe_are_read(line: str) -> None:
    assert read(line.encode("cp1252")) == line


@pytest.mark.parametrize(
    ("line", "charset"),
    [
        ("A-1001,深沟球轴承,24\nA-1002,骨架油封,130\n", "gbk"),
        ("Model,名称,Qty\nCP 40,离心泵,3\n", "gbk"),
        ("The pump is called 離心泵 in the drawings of its maker.", "big5"),
        ("品番:CP-40 単価:1200円", "cp932"),
        ("주식회사 서울공장", "cp949"),
        ("油圧", "euc_jp"),
    ],
)
def test_few_signs_of_east_asia_are_read(line: str, charset: str) -> None:
    assert read(line.encode(charset)) == line


@pytest.mark.parametrize(
    ("text", "charset", "declared"),
    [
        ("Ležaj črpalke", "cp1250", "windows-1250"),
        ("点検の結果、①軸受に摩耗。", "cp932", "shift_jis"),
        ("軸受の点検", "iso2022_jp", "ISO-2022-JP"),
        ("离心泵维护", "gb18030", "gb2312"),
        ("离心泵维护", "hz", "hz-gb-2312"),
        ("Größe ½", "utf-7", "utf-7"),
        ("“35 m³/h” – Ø", "cp1252", "iso-8859-1"),
        # declared wrongly
        ("Ležaj črpalke mažite, če tesnilo pušča.", "cp1250", "iso-8859-1"),
        ("Ležaj črpalke mažite, če tesnilo pušča.", "utf-8", "iso-8859-1"),
        ("Ležaj črpalke mažite, če tesnilo pušča.", "cp1250", "utf-8"),
        ("Підшипник змащують кожні 2000 годин.", "cp1251", "us-ascii"),
        ("轴承每运行两千小时加注一次润滑脂。", "gbk", "iso-8859-1"),
        ("Ležaj črpalke mažite.", "cp1250", "no-such-charset"),
        ("Plain text", "ascii", "utf-16"),
    ],
)
def test_what_is_declared_comes_first_unless_it_is_plainly_wrong(text: str, charset: str, declared: str) -> None:
    assert read(text.encode(charset), declared) == text


def test_a_damaged_place_does_not_change_the_charset() -> None:
    page = "\n".join(next(sample for sample in SAMPLES if sample.language == "zh").lines * 5)
    for charset in ("gb18030", "utf-16-le"):
        data = page.encode(charset)
        found = read(data[:400] + b"\xff\xff" + data[400:])
        assert found.count("密封件泄漏时应立即更换") >= 4


def test_colours_of_a_terminal_are_no_charset() -> None:
    log = "\x1b[31mError\x1b[0m: valve ~{open}~ $B x\n" * 5
    assert read(log.encode()) == log


def test_binary_data_is_refused() -> None:
    chance = random.Random(7)
    packed = [
        chance.randbytes(40),
        chance.randbytes(9000),
        b"".join(struct.pack("<h", int(chance.gauss(0, 300))) for _ in range(2000)),
        b"".join(struct.pack("<I", chance.randrange(70_000)) for _ in range(900)),
        b"".join(struct.pack("<H", chance.randrange(32, 700)) for _ in range(900)),
        b"".join(struct.pack("<f", chance.random()) for _ in range(900)),
        zlib.compress(chance.randbytes(3000)),
        bytes(3000),
        bytes(range(256)) * 4,
    ]
    for data in packed:
        with pytest.raises(Refusal):
            decode(data)


@pytest.mark.parametrize(
    ("line", "charset"),
    [
        ("המשאבה נבדקת כל שלושה חודשים", "cp1255"),
        ("יש להחליף את השמן במשאבה כל 500 שעות", "iso8859_8"),
        ("يتم فحص المضخة كل ثلاثة أشهر", "cp1256"),
        ("يجب تغيير الزيت كل خمسمائة ساعة تشغيل.", "cp1256"),
    ],
)
def test_hebrew_and_arabic_are_no_greek_and_no_russian(line: str, charset: str) -> None:
    assert read(line.encode(charset)) == line
