"""Takes a question apart that sheets may answer: what is done with which rows, by the words of its language."""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection, Sequence

from phi3desk.chat.sheets.bounds import SIGNS, comparisons_of, numbers_alone, periods_of
from phi3desk.chat.sheets.question_words import (
    QuestionWords,
    beginning_of,
    count_in,
    find,
    first_of,
    is_in,
    is_neutral,
    take_all,
)
from phi3desk.chat.sheets.relative_periods import has_vague_period
from phi3desk.chat.sheets.words import WORDS, SheetWords
from phi3desk.chat.wording.function_words import WORDS as FUNCTION_WORDS
from phi3desk.chat.wording.tokens import language_of_words
from phi3desk.library.sheets.question import AskedWord, Operation, Role, SheetQuestion
from phi3desk.library.sheets.units import is_known
from phi3desk.library.text import fold

#: a longer question is no question to a table
_MOST_WORDS = 40
#: a larger number beside “largest” is not how many are wanted
_MOST_WANTED = 100
_TOKEN = re.compile(
    r"[<>]=?|[€$£₴%]|\d{4}-\d\d-\d\d(?![\w-])|\d+(?=-\d+[^\W\d_]*(?![\w-]))"
    r"|\d[\d.,\u00a0\u202f' ]*\d(?:[^\W\d_][^\W_]*(?:/[^\W\d_]+)?)?"
    r"|[^\W_]+(?:(?:['’](?!s\b)|[.,/:·&+-])[^\W_]+)*(?:°C?|[²³%])?(?:/[^\W\d_]+)?|°C"
)
#: languages whose verb stands before what is counted: “Koliko je naročil?”
_VERB_FIRST = frozenset(("sl", "uk"))
#: words between “how many” and the things that some are counted of, folded
_PART_OF = frozenset(("of", "among", "von", "unter", "od", "izmed", "απο", "з", "із", "серед", "din", "dintre", "av"))
#: endings of nouns with their article, folded: “pumparna”, “pompele”; and adjectives that end so, too
_WITH_ARTICLE = {"sv": ("arna", "erna", "orna"), "ro": ("ele", "ile", "ii")}
_ADJECTIVES = {
    "sv": ("interna", "externa", "moderna"),
    "ro": ("bile", "utile", "fragile", "civile", "ostile", "facile", "ficile", "grele", "rele", "paralele", "proprii"),
}
#: letters at the end of a German word that a form of it may have
_LONGEST_ENDING = 3
#: those of whom “у нас” or “bei uns” tells: what is counted may stand behind that
_PERSONS = "us|you|them|uns|euch|ihnen|nas|vas|njih|εμάς|εσάς|μας|σας|нас|вас|них|нього|неї|noi|voi|ei|ele|oss|er|dem"
_CALCULATED = (Operation.SUM, Operation.AVERAGE, Operation.LARGEST, Operation.SMALLEST)
_CONTRACTED_NOT = "n't"
_MINUS = ("-", "−", "–")
_CURRENCIES = ("€", "$", "£", "₴")


def sheet_question(text: str, today: datetime.date | None = None) -> SheetQuestion | None:
    """Return a question taken apart, None for one that is too long or empty; “last year” is told from `today`."""
    last = re.split(r"(?<=[?!;\u037e])\s+", text.strip())[-1]
    words = _words_of(last)
    if words is None:
        return None
    known = WORDS[words.language]
    comparisons = [*periods_of(words, known, today or datetime.date.today()), *comparisons_of(words, known)]
    is_vague = has_vague_period(words) or words.doubtful
    money = bool(find(words, known.money))
    dated = [*find(words, known.newest), *find(words, known.oldest)]
    operation, newest, most, first = _operation(words, known)
    ranking = tuple(at for span in dated for at in span if words.roles[at] is Role.OPERATION) if newest else ()
    _mark_each(words, known, operation is not None)
    refused, refusing = _refused(words, known, is_vague=is_vague)
    parts = {at for each in comparisons for at in each.part}
    _mark_little(words, known, parts)
    comparisons += numbers_alone(words, known)
    _mark_nouns(words, {at for each in comparisons for at in each.places}, parts)
    return SheetQuestion(
        last,
        words.language,
        operation,
        _asked(words, known, operation),
        tuple(comparisons),
        newest=newest,
        most=most,
        refused=refused,
        first=first,
        money=money,
        refusing=refusing,
        ranking=ranking,
    )


def _words_of(text: str) -> QuestionWords | None:
    """Return the words of a question, none of which does anything yet; None where there are none, or too many."""
    found = list(_TOKEN.finditer(text.replace("’", "'")))
    texts = [token.group().strip() for token in found]
    if not texts or len(texts) > _MOST_WORDS:
        return None
    language = language_of_words(text)
    language = language if language in WORDS else "en"
    ends = (0, *(token.end() for token in found))
    gaps = [text[end : token.start()] for end, token in zip(ends, found, strict=False)]
    negative = _negative(texts, gaps)
    gaps = [gap.strip() for gap in gaps]
    keys = [fold(each) for each in texts]
    return QuestionWords(texts, keys, gaps, negative, [Role.WORD] * len(texts), set(), language)


def _refused(words: QuestionWords, known: SheetWords, *, is_vague: bool) -> tuple[bool, tuple[int, ...]]:
    """Return whether there are words that are not understood, and where those are that a column may be called by.

    There are none of these where something else is not understood, too: a period that `is_vague`, “aren't”.
    """
    others = find(words, known.other)
    is_vague = is_vague or any(key.endswith(_CONTRACTED_NOT) for key in words.keys)
    may_be_names = not is_vague and all(span in find(words, known.in_names) for span in others)
    refusing = tuple(at for span in others for at in span) if may_be_names else ()
    return is_vague or bool(others), refusing


def _mark_little(words: QuestionWords, known: SheetWords, parts: Collection[int]) -> None:
    """Mark the words that say nothing, but for those that are parts of a period, describe rows or may be names."""
    for at, key in enumerate(words.keys):
        if words.roles[at] is Role.WORD and at not in parts and not _is_degree(words, at, known):
            if is_neutral(key, known) and not _may_be_name(words, at, known):
                words.roles[at] = Role.NEUTRAL
            elif FUNCTION_WORDS[words.language].is_function(key):
                words.roles[at] = Role.FUNCTION


def _asked(words: QuestionWords, known: SheetWords, operation: Operation | None) -> tuple[AskedWord, ...]:
    """Return the words with all that was told of them."""
    return tuple(
        AskedWord(
            text,
            key,
            role,
            at in words.nouns,
            beginning_of(key, known) if role is Role.NEUTRAL else "",
            counts=role is Role.OPERATION and is_in(key, known.how_many),
            names=role is Role.NEUTRAL and operation in _CALCULATED and _is_written_as_noun(words, at),
            paying=is_in(key, known.paying),
        )
        for at, (text, key, role) in enumerate(zip(words.texts, words.keys, words.roles, strict=True))
    )


def _negative(texts: Sequence[str], gaps: list[str]) -> set[int]:
    """Return the places of the numbers behind a minus sign, and take the signs out of what stands before them."""
    found: set[int] = set()
    for at, text in enumerate(texts):
        # -€500
        is_amount = text in _CURRENCIES and at + 1 < len(texts) and not gaps[at + 1] and texts[at + 1][0].isdigit()
        if (text[0].isdigit() or is_amount) and _is_minus(texts, gaps[at], at):
            gaps[at] = gaps[at][:-1]
            found.add(at + 1 if is_amount else at)
    return found


def _is_minus(texts: Sequence[str], gap: str, at: int) -> bool:
    """Return whether what stands before a number ends with a minus sign, and not with a hyphen or the dash of a range.

    That one is set apart from what is before it, other than in 5-10, and touches its number, other than in 5 - 10.
    """
    if not gap.endswith(_MINUS):
        return False
    before = gap[:-1]
    if before.strip():
        return before[-1].isspace() or before[-1] == "("
    if not at or texts[at - 1] in SIGNS or texts[at - 1] in _CURRENCIES:
        return True
    behind_number = texts[at - 1][0].isdigit() or (at > 1 and texts[at - 2][0].isdigit() and is_known(texts[at - 1]))
    return bool(before) and not behind_number


def may_be_answered(asked: SheetQuestion | None) -> bool:
    """Return whether a question can be one to sheets: it has words that could name something in a table."""
    return asked is not None and any(word.role is Role.WORD or word.names for word in asked.words)


# what is done


def _operation(words: QuestionWords, known: SheetWords) -> tuple[Operation | None, bool, bool, int]:
    """Return what is done, whether newest or oldest is meant, whether “most”, and how many of the first are wanted."""
    first = 0
    for phrase, operation in ((known.inside_total, Operation.SUM), (known.inside_average, Operation.AVERAGE)):
        for at, key in enumerate(words.keys):
            for beginning in fold(phrase).split():
                rest = key.removeprefix(beginning)
                if rest != key and len(rest) >= 4 and not is_in(key, known.total):
                    words.keys[at] = rest
                    return operation, False, False, first
    listing = first_of(words, known.listing)
    many = first_of(words, known.how_many)
    much = first_of(words, known.how_much) if known.how_much != known.how_many else None
    average = first_of(words, known.average)
    if average is not None:
        words.take(average, Role.OPERATION)
        take_all(words, known.total, known.how_much, known.how_many)
        return Operation.AVERAGE, False, False, first
    for ranking, operation, newest, most in (
        (known.newest, Operation.LARGEST, True, False),
        (known.oldest, Operation.SMALLEST, True, False),
        (known.most, Operation.LARGEST, False, True),
        (known.largest, Operation.LARGEST, False, False),
        (known.smallest, Operation.SMALLEST, False, False),
    ):
        found = first_of(words, ranking)
        # “die größte Anzahl”: of a column that is called so
        if found is not None and (many is None or (len(many) == 1 and found.stop == many.start)):
            if listing is not None:
                words.take(listing, Role.OPERATION)
                words.nouns.add(listing.stop)
            words.take(found, Role.OPERATION)
            take_all(words, known.how_much)
            first = _number_beside(words, found)
            return operation, newest, most, first
    total = first_of(words, known.total)
    if many is not None and known.how_many.split("|")[0] == known.how_much.split("|")[0]:
        # one word asks how many and how much: a verb behind it asks how much
        if many.stop < len(words.keys) and is_neutral(words.keys[many.stop], known) and total is None:
            words.take(many, Role.OPERATION)
            return None, False, False, first
        if total is not None:
            words.take(many, Role.OPERATION)
            words.take(total, Role.OPERATION)
            words.nouns.add(many.stop)
            return Operation.SUM, False, False, first
    if many is not None:
        words.take(many, Role.OPERATION)
        words.nouns.add(many.stop)
        different = first_of(words, known.different)
        if different is not None:
            words.take(different, Role.OPERATION)
            words.nouns.add(different.stop)
        take_all(words, known.total)
        return (Operation.DIFFERENT if different is not None else Operation.COUNT), False, False, first
    if total is not None or much is not None:
        for span in (total, much):
            if span is not None:
                words.take(span, Role.OPERATION)
        return (Operation.SUM if total is not None else None), False, False, first
    if listing is not None:
        words.take(listing, Role.OPERATION)
        words.nouns.add(listing.stop)
        return Operation.LIST, False, False, first
    return None, False, False, first


def _number_beside(words: QuestionWords, found: range) -> int:
    """Return how many of the first are wanted: “the three largest”, “top 5”; 0 where that is not said."""
    for at in (found.start - 1, found.stop):
        count = count_in(words.texts[at], words.language) if 0 <= at < len(words.texts) else 0
        if 1 <= count <= _MOST_WANTED and words.free(range(at, at + 1)):
            words.roles[at] = Role.OPERATION
            return count
    return 0


def _mark_each(words: QuestionWords, known: SheetWords, has_operation: bool) -> None:
    """Mark what stands before that which a result is wanted for each of; it is one only where a word follows."""
    for span in find(words, known.each):
        if has_operation and span.stop < len(words.keys) and not words.keys[span.stop][0].isdigit():
            words.take(span, Role.GROUP)


def _mark_nouns(words: QuestionWords, measured: Collection[int], parts: Collection[int]) -> None:
    """Leave of the words behind “how many” or “which” the last one before anything else as what rows may stand for.

    What is `measured` is the number of a bound and its unit, `parts` are months of a year that is told from today.
    """
    for start in list(words.nouns):
        words.nouns.discard(start)
        at = _noun_begins(words, start)
        while (
            at + 1 < len(words.roles)
            and words.roles[at + 1] is Role.WORD
            and words.roles[at] is Role.WORD
            and at + 1 not in parts
            and not _has_article(words.keys[at], words.language)
        ):
            at += 1
        is_word = at < len(words.roles) and words.roles[at] is Role.WORD
        if is_word and at not in measured and not _is_number(words, at) and not _describes(words, start, at):
            words.nouns.add(at)


def _describes(words: QuestionWords, start: int, at: int) -> bool:
    """Return whether a word behind “how many” tells which rows are meant, and not what they are: “yellow items”."""
    known = WORDS[words.language]
    around = words.keys[start : at + 2]
    is_noun = is_known(words.texts[at]) or _is_written_as_noun(words, at)
    is_noun = is_noun and not is_in(words.keys[at], known.degrees)
    return not is_noun or any(is_in(key, known.things) for key in around)


def _noun_begins(words: QuestionWords, start: int) -> int:
    """Return the place of the first word that may name what rows stand for, or of the one that tells there is none.

    “Items” is a name, too, which says nothing: a word behind “items were” is a condition, and so it is behind “which
    are” and “how many in”, but not behind “скільки у нас”. One with an article before it or at its end is a name.
    """
    known = FUNCTION_WORDS[words.language]
    is_named = has_verb = False
    for at in range(start, len(words.roles)):
        key = words.keys[at]
        if words.roles[at] not in (Role.FUNCTION, Role.NEUTRAL):
            return len(words.roles) if has_verb and not _has_article(key, words.language) else at
        if not known.is_function(key):
            is_named = True
        elif is_named or (known.has("prepositions", key) and key not in _PART_OF and not _tells_persons(words, at)):
            break
        elif known.has("definite", key):
            has_verb = False
        elif words.language not in _VERB_FIRST and (known.has("copulas", key) or known.has("having", key)):
            has_verb = True
    return len(words.roles)


def _may_be_name(words: QuestionWords, at: int, known: SheetWords) -> bool:
    """Return whether a word that begins as one that says nothing may be a name: Novak, Standard, Nyköping, Wertheim.

    A capital letter within a question tells that; in German, where all nouns have one, an end that is none of a form.
    """
    beginning = beginning_of(words.keys[at], known)
    if not beginning:
        return False
    if words.language == "de":
        return len(words.keys[at]) - len(beginning) > _LONGEST_ENDING
    return at > 0 and words.texts[at][0].isupper() and not all(text.isupper() for text in words.texts)


def _is_degree(words: QuestionWords, at: int, known: SheetWords) -> bool:
    """Return whether a word such as “large” describes rows: it does not stand behind “how” or “most”."""
    is_asked = at > 0 and is_in(words.keys[at - 1], f"{known.how}|{known.most}|{known.largest}|{known.smallest}")
    return is_in(words.keys[at], known.degrees) and not is_asked


def _is_written_as_noun(words: QuestionWords, at: int) -> bool:
    """Return whether a word may be a noun; in German its capital tells, in a question that is not all in small letters.

    “Was kosten alle Pumpen?” names no column “Kosten”.
    """
    is_small = all(text == text.lower() for text in words.texts)
    return words.language != "de" or is_small or (at > 0 and words.texts[at][0].isupper())


def _has_article(key: str, language: str) -> bool:
    return key.endswith(_WITH_ARTICLE.get(language, ())) and not key.endswith(_ADJECTIVES.get(language, ()))


def _tells_persons(words: QuestionWords, at: int) -> bool:
    return at + 1 < len(words.keys) and is_in(words.keys[at + 1], _PERSONS)


def _is_number(words: QuestionWords, at: int) -> bool:
    return words.keys[at][0].isdigit() or count_in(words.texts[at], words.language) > 0
