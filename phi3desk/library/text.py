"""Text as the library treats it: joined lines, folded letters, sentences, and where a sentence stands on a page.

Everything here is pure and light: the window imports it as the reader processes do.
"""

from __future__ import annotations

import bisect
import itertools
import re
import unicodedata
from functools import lru_cache

from phi3desk.library.hyphens import HYPHEN_MARKS, without_hyphens

Span = tuple[int, int]

_GROUP, _ALIKE = 5, 0.75

_COMBINING = re.compile("[\u0300-\u036f]+")
_UNDECOMPOSED = str.maketrans({"ł": "l", "đ": "d", "ø": "o", "æ": "ae", "œ": "oe", "ı": "i", "ð": "d", "þ": "th"})
_APOSTROPHE_IN_CYRILLIC = re.compile(r"(?<=[\u0400-\u04ff])['’ʼ`‘](?=[\u0400-\u04ff])")

_LINE = re.compile(r"[^\r\n]+")
_BULLET = re.compile(r"\s*(?:[•▪■●◦‣·○□–—*-]\s+|\(?\d{1,3}[.)]\s|\(?[a-zA-Z][.)]\s|\d+(?:\.\d+)+\.?\s)")
_NUMBER = re.compile(r"[-+−(]?[$€£]?\d[\d.,]*[%)]?")
#: What may stand between the stop of a sentence and the space behind it: quotes, brackets, the mark of a footnote.
_BEHIND_STOP = "\"'”“»’)]⁰¹²³⁴⁵⁶⁷⁸⁹"
_STOP = re.compile(rf"(?<![.·])[.!?…;。]{{1,3}}[{re.escape(_BEHIND_STOP)}]*(?=\s|$)")
_LEADERS = re.compile(r"(?:[.·_…][ \t]?){5,}")
_NEXT = re.compile(r"\s+[\"'„“”«»‘’(\[¿¡–—-]*\s*([^\W_])")
_SEEN = re.compile(r"\S")
#: Characters beside a full stop that tell whether a sentence ends with it.
_NEAR = 80
_LAST_WORD = re.compile(r"([^\W_][\w.'’-]*|\d+)$")

#: Abbreviations after which a sentence goes on, in English, German, Slovenian, Greek, Ukrainian, Romanian and Swedish.
_ABBREVIATIONS = frozenset(
    """
    dr prof mr mrs ms st jr sr inc ltd co corp nr vs etc eg ie e.g i.e cf al fig figs eq sec vol pp ca approx dept
    est max min abs bzw usw z z.b d.h u.a o.ä ggf inkl evtl vgl bspw str tel mio mrd sog zzgl gem bzgl abb kap tab anm
    abschn geb gegr npr itd oz tj t.j ipd mag sv št čl prim t.i inž spec hrsg π.χ κ.λπ κλπ δηλ αρ σελ βλ κ.ά π.δ κ κα
    т.д т.п т.е тис млн млрд грн див рис табл ст п пп м вул акад доц канд обл р рр ім напр т зб с
    dvs t.ex m.m bl.a s.k ev osv kl fr.o.m t.o.m resp jfr ang mfl m.fl dl dna art alin lit pag ex sf d.hr î.hr jud
    incl excl exkl
    """.split()  # noqa: SIM905 - a list of 150 literals is harder to read
)
#: Those that a sentence may end with, too: it goes on where a figure follows. The first stand before what they name
#: (behind a figure they are its unit), which may be a code (No. A-12), the others in dates.
_BEFORE_FIGURE = frozenset(
    "no nos p ver vers bd pribl cca ga odst l c ung aprox άρθ αρθ παρ ν ч буд кв".split()  # noqa: SIM905
)
_FIGURE_OR_CODE = re.compile(r"[^\W\d_]{0,3}[-/]?\d")
_IN_DATES = frozenset(
    "jan jän ian feb mar mär apr jun jul aug avg sep sept oct okt nov dec dez".split()  # noqa: SIM905
)
#: Units of time that a smaller one follows in “2 год. 30 хв.”, and how that looks.
_HOURS = frozenset(("год", "хв", "сек"))
_MINUTES = re.compile(r"\d+(?:[.,]\d+)?\s*(?:хв(?:илин\w*)?|сек(?:унд\w*)?|с)\b")
#: Titles as they are written before a name; one that is a unit behind a figure.
_TITLES = frozenset(("Hr", "Hrn", "Fr"))
_CITIZEN = "гр"
#: “FCC v. Pacifica Foundation”: what stands before the sign between two parties
_AGAINST, _PARTY = "v", re.compile(r"(?:^|\s)[A-Z][^\s\d]*\s+$")
#: The letters before the last one of “u. a.”, “d. o. o.”, “bl. a.”
_SPACED_LETTERS = re.compile(r"(?<![^\s(])(?:[^\W\d_]|bl)\.\s?$")
#: What stands before a German ordinal number, and what a sentence behind a figure begins with. A figure behind “bis”,
#: “ab” or “den” ends a sentence as well (“bis 20.”, Swedish “den 5.”).
_BEFORE_ORDINAL = re.compile(r"\b(?:im|am|ins|zum|zur|vom|beim|der|die|das|dem|des|jede[rsmn]?)\s+$", re.IGNORECASE)
_OPENERS = frozenset(
    """
    der die das dem den des ein eine einen einem einer dann danach darauf daher dort dabei dazu es sie er wir ich man
    in im am an auf aus bei beim mit nach vor für von zu zum zur wenn falls sobald ist sind wird werden hat haben nun
    jetzt dies diese dieser dieses alle bitte als und oder aber auch nur sonst hier
    the then it this these if when there a an
    """.split()  # noqa: SIM905
)
_MONTHS = frozenset(
    "januar jänner februar märz april mai juni juli august september oktober november dezember absatz".split()  # noqa: SIM905
)
#: “15. 3. 2024”: a day with what follows it, the month alone before what cannot begin a sentence; a month with its year
_DAY = re.compile(r"(?:0?[1-9]|[12]\d|3[01])")
_AFTER_DAY = re.compile(
    r"(?:0?[1-9]|1[0-2])\.(?:\s?(?:19|20)\d\d(?!\d)|[,;)–-]|\s+(?P<next>[^\W\d_])|\s*(?:\[\d{1,3}\])*\.?\s*$)"
)
_BEFORE_YEAR, _YEAR = re.compile(r"(?<!\d)\d{1,2}\.\s?$"), re.compile(r"(?:19|20)\d\d(?!\d)")
#: A beginning with fewer letters may be that of anything.
_SHORTEST_BEGINNING = 8
_WHITE_SPACE = str.maketrans("\r\n\t", "   ")
_CAPITALS_MATTER = re.compile(r"[A-Za-zÀ-ɏͰ-ϿЀ-ӿ]")


def fold(text: str) -> str:
    """Return the text with case and diacritic marks folded away, for indexes and comparisons.

    Compatibility forms (ligatures, full-width letters) are taken apart; an apostrophe inside a Cyrillic word is
    dropped, since three different signs are in use for it.
    """
    if text.isascii():
        return text.replace("\x02", "").lower()
    apart = unicodedata.normalize("NFKD", text.translate({ord(mark): None for mark in HYPHEN_MARKS}))
    bare = _COMBINING.sub("", apart).casefold().translate(_UNDECOMPOSED)
    return _APOSTROPHE_IN_CYRILLIC.sub("", bare)


def line_spans(text: str) -> list[Span]:
    """Return the start and end of every line that holds more than white space."""
    return [match.span() for match in _LINE.finditer(text) if not match.group().isspace()]


def is_row(line: str) -> bool:
    """Return whether a line looks like a row of a table: several numbers, or cells set apart by wide gaps."""
    words = line.split()
    numbers = sum(1 for word in words if _NUMBER.fullmatch(word))
    if numbers >= 2 and numbers * 2 >= len(words):
        return True
    return numbers >= 3 or "\t" in line.strip() or line.strip().count("   ") >= 2


def is_bullet(line: str) -> bool:
    """Return whether a line begins an item of a list."""
    return _BULLET.match(line) is not None


#: a figure with what it counts, and no number of a section
_FIGURE_OF = re.compile(r"\d+(?:[.,]\d+)?\s?(?:[%°]|[a-zµ])")
#: share of a line's words that hold no figure where it is prose
_PROSE = 0.75
#: what a sentence or a clause ends with
_ENDS = (".", "!", "?", ";", ":")


def block_ends(text: str) -> list[int]:
    """Return the offsets of those line ends that end a paragraph, a heading, a list item or a row of a table.

    PDF text has a break at every printed line. A break is kept where the line is clearly shorter than the lines
    around it and the next one does not go on in lower case, or where either of the two is a row or a list item.
    """
    lines = line_spans(text)
    lengths = sorted(end - start for start, end in lines)
    if not lengths:
        return []
    full = 0.62 * lengths[min(len(lengths) - 1, int(len(lengths) * 0.85))]
    rows = [is_row(text[start:end].strip()) for start, end in lines]
    ends = []
    for number, ((start, end), (following, following_end)) in enumerate(itertools.pairwise(lines)):
        line, after = text[start:end].strip(), text[following:following_end].strip()
        # a printed line may begin with a figure in the middle of a sentence
        goes_on = end - start >= full and _is_prose(line) and not line.endswith(_ENDS) and after.endswith(_ENDS)
        is_table = (rows[number] or rows[number + 1]) and not goes_on
        is_item = is_bullet(after) and not (goes_on and _FIGURE_OF.match(after))
        if is_table or is_item or re.search(r"\n\s*\n", text[end:following]):
            ends.append(end)
        elif after[:1].islower() or line.endswith((",", "-", "–", "(")):
            continue
        elif end - start < full:
            ends.append(end)
    return ends


def _is_prose(line: str) -> bool:
    """Return whether a line has more words than figures by far, as rows have not."""
    words = line.split()
    return sum(1 for word in words if word.strip(".,;()").isalpha()) >= _PROSE * len(words)


def reflow(text: str, breaks: list[int] | None = None, start: int = 0, end: int | None = None) -> str:
    """Return a range of a page's text as it is shown: words whole, lines of a paragraph joined, other breaks kept.

    `breaks` are the page's `block_ends` (found in the text itself where None); unreadable characters are left out.
    """
    end = len(text) if end is None else end
    kept = block_ends(text) if breaks is None else breaks
    paragraphs, at = [], start
    for stop in kept[bisect.bisect_left(kept, start) : bisect.bisect_right(kept, end)]:
        paragraphs.append(text[at:stop])
        at = stop
    paragraphs.append(text[at:end])
    clean = (" ".join(_LEADERS.sub(" … ", _printable(without_hyphens(paragraph))).split()) for paragraph in paragraphs)
    return "\n".join(paragraph for paragraph in clean if paragraph)


def _printable(text: str) -> str:
    plain = text.translate(_WHITE_SPACE)
    if plain.isprintable():
        return plain
    return "".join(
        c if c.isprintable() else " " if c.isspace() or unicodedata.category(c) != "Cf" else "" for c in text
    )


def is_unseen(letter: str) -> bool:
    """Tell whether a character shows nothing, or turns text round; joiners belong to words and emoji."""
    return letter not in "\u200c\u200d" and unicodedata.category(letter) in ("Cc", "Cf", "Zl", "Zp", "Cs")


def seen(name: str) -> str:
    """Return a name on one line, without what shows nothing or would have it read as another name."""
    if name.isprintable():
        return name
    return "".join(" " if c.isspace() else "" if is_unseen(c) else c for c in name)


def readable_share(text: str) -> float:
    """Return the share of characters that are letters, digits or ordinary marks, 0 to 1; 1 for a text without any.

    Fonts without a map to Unicode come out as control characters and those for private use.
    """
    signs = [c for c in text if not c.isspace() and c not in HYPHEN_MARKS]
    if not signs:
        return 1.0
    bad = sum(1 for c in signs if c == "\ufffd" or unicodedata.category(c) in ("Cc", "Co", "Cn", "Cs"))
    return 1.0 - bad / len(signs)


def has_text(text: str) -> bool:
    """Return whether a text holds at least one letter or digit."""
    return any(c.isalnum() for c in text)


def sentence_spans(text: str, breaks: list[int] | None = None) -> list[Span]:
    """Return the start and end of every sentence; a block of the text (see `block_ends`) ends one too."""
    kept = block_ends(text) if breaks is None else breaks
    spans: list[Span] = []
    at = 0
    for stop in [*kept, len(text)]:
        spans.extend(_sentences_of_block(text, at, stop))
        at = stop
    return spans


def line_ends(text: str) -> list[int]:
    """Return where the lines of a text that was reflowed already end: no sentence goes beyond one."""
    return [match.start() for match in re.finditer(r"\n", text)]


def sentences(text: str) -> list[str]:
    """Return the sentences of a text that was reflowed already, each without white space around it."""
    return [text[start:end] for start, end in sentence_spans(text, line_ends(text))]


def _sentences_of_block(text: str, start: int, end: int) -> list[Span]:
    spans, at = [], start
    for match in _STOP.finditer(text, start, end):
        if _ends_sentence(text, at, match, end):
            spans.append((at, match.end()))
            at = match.end()
    spans.append((at, end))
    return [span for span in (_stripped(text, *span) for span in spans) if span[0] < span[1]]


def _stripped(text: str, start: int, end: int) -> Span:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _ends_sentence(text: str, start: int, stop: re.Match[str], end: int) -> bool:
    mark = stop.group()[0]
    before = text[max(start, stop.start() - _NEAR) : stop.start()]
    if mark == ";" and not ("\u0370" <= before[-1:] <= "\u03ff"):
        return False
    following = _NEXT.match(text, stop.end(), end)
    if following is None:
        return mark in "!?…" or _SEEN.search(text, stop.end(), end) is None
    first = following.group(1)
    if not (first.isupper() or first.isdigit() or not _CAPITALS_MATTER.match(first)):
        return False
    if stop.group().rstrip(_BEHIND_STOP) != ".":
        return True
    word = _LAST_WORD.search(before)
    after = text[following.start(1) : min(end, following.start(1) + _NEAR)]
    return word is None or not _goes_on(word.group(1), before[: word.start()], after)


def _goes_on(word: str, before: str, after: str) -> bool:
    """Return whether the full stop after `word` belongs to the word: an abbreviation, an initial, an ordinal number."""
    low = word.casefold()
    if low in _ABBREVIATIONS or word in _TITLES:
        return True
    is_counted = before.rstrip()[-1:].isdigit()
    if low == _CITIZEN and not is_counted:
        return True
    if word == _AGAINST and _PARTY.search(before) is not None and after[:1].isupper():
        return True
    if after[:1].isdigit() and low in _IN_DATES:
        return True
    if low in _HOURS and _MINUTES.match(after):
        return True
    if low in _BEFORE_FIGURE and not is_counted and _FIGURE_OR_CODE.match(after):
        return True
    if len(word) == 1 and word.isalpha():
        is_initial = word.isupper() and not before.endswith("°")
        return is_initial or not before.strip() or _SPACED_LETTERS.search(before) is not None
    if word.isdigit() and len(word) <= 2:
        return not before.strip() or _is_ordinal(before, after) or _is_in_date(word, before, after)
    return bool(re.fullmatch(r"(?:\w\.)+\w", word))


def _is_ordinal(before: str, after: str) -> bool:
    """Return whether a number with a full stop counts what follows: “am 3. Mai”, “in der 2. Stufe”."""
    match = re.match(r"\w+", after)
    following = match.group().casefold() if match is not None else ""
    if following in _MONTHS or (following in _IN_DATES and after.startswith(".", len(following))):
        return True
    is_noun = len(following) > 1 and following.isalpha() and following not in _OPENERS
    return is_noun and _BEFORE_ORDINAL.search(before) is not None


def _is_in_date(number: str, before: str, after: str) -> bool:
    """Return whether a number with a full stop is the day or month of a date: “15. 3. 2024”, “do 15. 3. opoldne”."""
    if _BEFORE_YEAR.search(before) is not None and _YEAR.match(after) is not None:
        return True
    month = _AFTER_DAY.match(after) if _DAY.fullmatch(number) else None
    return month is not None and (month["next"] is None or month["next"].islower())


@lru_cache(maxsize=8192)
def _folded_letter(letter: str) -> str:
    return "".join(c for c in fold(letter) if c.isalnum())


@lru_cache(maxsize=4)
def _letters(text: str) -> tuple[str, list[int]]:
    """Return the folded letters and digits of a text, and the offset each one comes from."""
    letters: list[str] = []
    offsets: list[int] = []
    for offset, sign in enumerate(text):
        if sign.isalnum():
            for letter in _folded_letter(sign):
                letters.append(letter)
                offsets.append(offset)
    return "".join(letters), offsets


def locate(page_text: str, quote: str, start: int = 0, end: int | None = None) -> Span | None:
    """Return where a sentence stands in a page's text, or None.

    Only letters and digits are compared, folded: white space, hyphenation, marks and case do not matter, nor does it
    matter that another version of PDFium counts a few characters differently. `start` and `end` say where it is
    expected; among several places the one nearest to them is taken. Where the sentence is not found as a whole, its
    beginning and its end are looked for, so that a few letters an extractor reads differently do no harm.
    """
    needle = _letters(quote)[0]
    if not needle:
        return None
    letters, offsets = _letters(page_text)
    expected = bisect.bisect_left(offsets, start)
    last = len(letters) if end is None else bisect.bisect_left(offsets, end)
    at = letters.find(needle, expected, last)
    if at < 0:
        at = _nearest(letters, needle, expected)
    if at >= 0:
        return offsets[at], offsets[at + len(needle) - 1] + 1
    return _by_both_ends(letters, offsets, needle, expected)


def occurrences(page_text: str, quote: str) -> list[Span]:
    """Return all places where a text stands on a page as `locate` compares them, or the one that it takes for it."""
    needle = _letters(quote)[0]
    letters, offsets = _letters(page_text)
    found = [match.start() for match in re.finditer(re.escape(needle), letters)] if needle else []
    if not found:
        place = locate(page_text, quote)
        return [place] if place is not None else []
    return [(offsets[at], offsets[at + len(needle) - 1] + 1) for at in found]


def locate_beginning(page_text: str, quote: str) -> Span | None:
    """Return where a quote begins that goes on behind the end of a page's text, as with what its form holds, or None.

    Letters and digits are compared as by `locate`.
    """
    needle = _letters(quote)[0]
    letters, offsets = _letters(page_text)
    at = letters.find(needle[:_SHORTEST_BEGINNING], max(0, len(letters) - len(needle)))
    while len(needle) >= _SHORTEST_BEGINNING and at >= 0:
        if needle.startswith(letters[at:]):
            return offsets[at], offsets[-1] + 1
        at = letters.find(needle[:_SHORTEST_BEGINNING], at + 1)
    return None


def _nearest(letters: str, needle: str, expected: int) -> int:
    after = letters.find(needle, expected)
    before = letters.rfind(needle, 0, min(len(letters), expected + len(needle)))
    if after < 0 or before < 0:
        return max(after, before)
    return after if after - expected <= expected - before else before


def _by_both_ends(letters: str, offsets: list[int], needle: str, expected: int) -> Span | None:
    for size in (24, 12, 8):
        if size * 3 <= len(needle):
            found = _between_ends(letters, offsets, needle, expected, size)
            if found is not None:
                return found
    return None


def _between_ends(letters: str, offsets: list[int], needle: str, expected: int, size: int) -> Span | None:
    head = _nearest(letters, needle[:size], expected)
    if head < 0:
        return None
    tail = letters.find(needle[-size:], head + size, head + int(len(needle) * 1.4))
    if tail < 0 or tail + size - head < len(needle) * 0.6 or not _alike(letters[head : tail + size], needle):
        return None
    return offsets[head], offsets[tail + size - 1] + 1


def _alike(found: str, needle: str) -> bool:
    """Return whether little stands in what was found but what is looked for: lines of another column would."""
    groups = [found[at : at + _GROUP] for at in range(len(found) - _GROUP + 1)]
    return sum(group in needle for group in groups) >= _ALIKE * len(groups)
