"""Which text of a PDF is taken for words, and which for the cipher of a font without a map to Unicode."""

from collections.abc import Callable
from pathlib import Path

import pytest

from phi3desk.library.documents import State
from phi3desk.library.reading.pdf.legibility import legible_part
from tests.helpers.pdf import stream, write_objects
from tests.helpers.reading import told_of

ENGLISH = (
    "The supplier pays a late fee of 4200 euro for every week of delay.\r\n"
    "Spare parts are kept in the store room behind the workshop.\r\n"
    "Report each accident to the head of safety on the same day."
)
WORDS = {
    "en": ENGLISH,
    "de": "Vor jeder Arbeit an der Pumpe ist der Hauptschalter auszuschalten und gegen Einschalten zu sichern.",
    "sl": "Pred vsakim posegom na črpalki izklopite glavno stikalo in ga zavarujte proti ponovnemu vklopu.",
    "ro": "Înainte de orice lucrare la pompă opriți întrerupătorul principal și asigurați-l împotriva pornirii.",
    "sv": "Före varje arbete på pumpen ska huvudbrytaren stängas av och säkras mot återinkoppling.",
    "el": "Πριν από κάθε εργασία στην αντλία κλείστε τον κεντρικό διακόπτη και ασφαλίστε τον.",
    "uk": "Перед будь-якою роботою на насосі вимкніть головний вимикач і захистіть його від увімкнення.",
    "ko": "펌프를 시작하기 전에 밸브가 열려 있는지 확인하십시오. 주 베어링은 이천 시간마다 그리스를 주입해야 합니다.",
    "zh": "启动泵之前，请确认阀门已打开。主轴承每运行两千小时必须加注润滑脂。请阅读安全说明并佩戴防护手套。",
    "ar": "قبل تشغيل المضخة تأكد من أن الصمامات مفتوحة. يجب إعادة تشحيم المحمل الرئيسي كل ألفي ساعة عمل.",
    "vi": "Trước khi khởi động máy bơm, hãy đảm bảo rằng các van đã được mở. Ổ trục chính phải được bôi trơn lại.",
    "fj": "Na kalou sa bulia na lomalagi kei vuravura e na ivakatekivu. Ia sa lala tu ko vuravura ka sega na kena.",
    "haw": "I kinohi hana ke Akua i ka lani a me ka honua. He ano ole ka honua, ua olohelohe; a maluna no o ka.",
    "parts": "KX-3A ZTR 4711 QVWX BRT-99 GHKL PLMN 0815 XKCD WQRT MNBV LKJH PQWZ VBNM TRWQ KLPS DFGH JKLM NBVC XZWQ",
    "timing": "tLHLL ALE pulse tLLIV tPLIV tLLAX tPXIZ tPLPH tPLAZ tPXAV tAVLL tLLPL tAVIV tPXIX PSEN tWHLH tRLRH",
    "code": "for (int i = 0; i < len; i++) { buf[i] ^= 0x5a; memcpy(dst, src, n); } return strncmp(a, b, n) ? -1 : 0;",
    "base64": "TG9yZW0gaXBzdW0gZG9sb3Igc2l0IGFtZXQsIGNvbnNlY3RldHVyIGFkaXBpc2NpbmcgZWxpdCwg c2VkIGRvIGVpdXNtb2Q=",
    "figures": "72,099,690.00 75,360,671.25 383,280,068.30 406,311,509.32 873,370,000.00 -2,050,714,277.05 1,3 % 0.5",
    "genes": "acgtacgtga ttgacctgaa ccgtagctaa gctagctagc ttagcgatcg atcgatcgta gctagctaac gatcgatcgg ctagctagct",
}


@pytest.mark.parametrize("name", WORDS)
def test_words_of_any_language_numbers_and_code_are_legible(name: str) -> None:
    assert legible_part(WORDS[name]) == WORDS[name]


def numbered(text: str) -> str:
    """Give letters in the order of their first use the signs from "!" on, as a font of a few glyphs does."""
    signs: dict[str, str] = {}
    return "".join(c if c.isspace() else signs.setdefault(c, chr(33 + len(signs))) for c in text)


def moved(by: int) -> Callable[[str], str]:
    return lambda text: "".join(c if c.isspace() or not ord(c) + by > 0 else chr(ord(c) + by) for c in text)


CIPHERS: dict[str, tuple[str, Callable[[str], str]]] = {
    "numbers of glyphs": (ENGLISH, moved(-29)),
    "next letters": (WORDS["de"] + WORDS["sl"], lambda text: moved(1)(text.lower())),
    "private use": (ENGLISH, moved(0xE000)),
    "Chinese letters": (ENGLISH, moved(0x4E00)),
    "Korean letters": (WORDS["uk"], moved(0xD000)),
    "glyphs in order of use": (ENGLISH, numbered),
    "Cyrillic as Latin": (WORDS["uk"], lambda text: text.encode("cp1251").decode("latin-1")),
    "Greek as Latin": (WORDS["el"], lambda text: text.encode("cp1253").decode("latin-1")),
}


@pytest.mark.parametrize("name", CIPHERS)
def test_letters_that_make_no_words_are_not_legible(name: str) -> None:
    text, cipher = CIPHERS[name]
    assert legible_part(cipher(text)) == ""


def test_the_lines_of_a_page_that_are_words_stay_where_they_are() -> None:
    text = f"{WORDS['sl']}\r\n{moved(-29)(ENGLISH)}\r\n{WORDS['de']}"
    left = legible_part(text)
    assert len(left) == len(text)
    assert left.split("\r\n")[0] == WORDS["sl"]
    assert left.split("\r\n")[-1] == WORDS["de"]
    assert left[len(WORDS["sl"]) : -len(WORDS["de"])].isspace()


def write_with_cipher(path: Path, plain: str, ciphered: str) -> Path:
    """Write a page with lines in a plain font, and lines in one that claims to hold other letters than it shows."""
    to_other_letters = (
        b"begincmap 1 begincodespacerange <00> <FF> endcodespacerange "
        b"3 beginbfrange <00> <20> <0000> <21> <40> <00A1> <41> <7E> <0024> endbfrange endcmap"
    )
    lines = [(b"/P", line) for line in plain.splitlines()] + [(b"/C", line) for line in ciphered.splitlines()]
    shown = b" ".join(
        b"BT %s 11 Tf 60 %d Td (%s) Tj ET" % (font, 780 - 15 * number, line.encode())
        for number, (font, line) in enumerate(lines)
    )
    return write_objects(
        path,
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</C 5 0 R/P 7 0 R>>>>>>",
            stream(shown),
            b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 6 0 R>>",
            stream(to_other_letters),
            b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        ],
    )


def test_a_page_in_cipher_is_left_to_text_recognition(tmp_path: Path) -> None:
    told = told_of(write_with_cipher(tmp_path / "cipher.pdf", "", ENGLISH))
    assert (told.state, told.text, told.pages[0].pictures) == (State.NEEDS_OCR, "", True)


def test_of_a_page_partly_in_cipher_the_words_are_kept_and_the_rest_is_told(tmp_path: Path) -> None:
    told = told_of(write_with_cipher(tmp_path / "half.pdf", "Terms of the supply contract", ENGLISH))
    assert (told.state, told.text.strip(), told.pages[0].pictures) == (State.READ, "Terms of the supply contract", True)
    assert "On 1 of 1 pages" in told.reason
