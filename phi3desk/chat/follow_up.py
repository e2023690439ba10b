"""A question that leans on what was said before it, completed so that it can be searched by itself.

A pronoun gets what it stands for in brackets behind it, a property the name it belongs to, a name or a figure alone
the question that was asked of the one before; where none of these is found the earlier question is put before.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from phi3desk.chat.intent import intent_of
from phi3desk.chat.wording.figures import PERIOD, figures_in, measures_in
from phi3desk.chat.wording.pointers import Pointer, PointsTo, pointer_in
from phi3desk.chat.wording.question_parts import Kind, QuestionParts, Word
from phi3desk.chat.wording.tokens import language_of_words
from phi3desk.library.text import fold

#: earlier questions that are looked at
_MOST_TURNS = 8
#: characters; a longer chain of questions is cut down to the one it began with
_LONGEST_BEFORE = 240
#: with so many words of its own a question that opens with “and” and names nothing stands alone
_ALONE_FROM = 4
_MOST_IN_FRAGMENT = 3
#: letters in which a noun is the same in another form
_SAME_NOUN = 5
_MOST_MEASURES = 2


def _folded(words: str) -> frozenset[str]:
    return frozenset(fold(word) for word in words.split())


_WHO = _folded("who what wer was kdo kaj ποιος хто cine vem vad")
_HOW = _folded("how wie kako πώς як hur cum")
_HOW_MANY = _folded("wieviel wieviele koliko πόσοι πόσες πόσα скільки câți câte")
_HERE = _folded("here hier tukaj tu εδώ тут aici här")
#: the passive, where it is not made with “to be”
_IS_DONE = frozenset(("wird", "werden", "se"))
_WHAT = _folded("what was kaj τι що ce vad")
_YES_OR_NO = _folded("ali άραγε чи oare")
#: what asks for a thing to be explained, and what does so with a preposition alone: “tell me about asbestos”
_EXPLAIN = _folded("explain erkläre erklären razloži εξήγησε поясни explică förklara")
_TELL = _folded("tell say sage sag povej πες скажи spune berätta")
#: verbs behind “what” that are hardly a noun: “what causes corrosion?”
_DOES = _folded("causes caused drives affects prevents προκαλεί cauzează")
_MAY_BE = _folded("allowed permitted erlaubt zulässig dovoljeno επιτρέπεται дозволено permis tillåtet")
#: languages that leave a pronoun out where it is the subject
_WITHOUT_SUBJECT = frozenset(("sl", "el", "ro"))
#: what keywords without a function word are taken for
_ANY_LANGUAGE = "en"
_END = re.compile(r"[\s.?!;:…]*$")


@dataclass(frozen=True)
class FollowUp:
    """A question as it was typed, the completed question before it and the answer to that."""

    question: str
    before: str
    answer: str


@dataclass(frozen=True)
class Completed:
    """A question as it is searched.

    `leans` tells that it cannot be understood without what came before, `changed` that something was added to it:
    a question may lean, and nothing be found to add. Where more than one thing could be meant, `doubt` is what a
    model may be asked.
    """

    text: str
    changed: bool
    leans: bool
    doubt: FollowUp | None = None


@dataclass(frozen=True)
class _Before:
    """What was asked before: completed, the question that its chain began with, the names in it, and its answer."""

    text: str
    root: str
    names: tuple[str, ...]
    answer: str


def complete(question: str, history: Sequence[tuple[str, str]]) -> Completed:
    """Return a question with what it takes from earlier questions and their answers, oldest first, written out.

    A question that stands alone comes back as it is. Takes milliseconds, without a model.
    """
    before: _Before | None = None
    for asked, answered in history[-_MOST_TURNS:]:
        asked = " ".join(asked.split())
        if asked:
            completed = _completed(asked, before)
            root = before.root if before is not None and completed.leans else completed.text
            before = _Before(completed.text, root, _names_of(completed.text, answered, question), answered)
    return _completed(question, before)


def _completed(question: str, before: _Before | None) -> Completed:
    asked = intent_of(question)
    if asked is not None and asked.certain:
        # which documents are meant is looked up in the catalogue, by what was spoken of
        return Completed(question, changed=False, leans=False)
    if before is None or not question.strip():
        return Completed(question, changed=False, leans=False)
    language = language_of_words(question, f"{before.text} {before.answer}") or _ANY_LANGUAGE
    return _Completion(QuestionParts(question, language, [fold(name) for name in before.names]), before).complete()


def _names_of(asked: str, answered: str, follow_up: str) -> tuple[str, ...]:
    """Return what an earlier question names, or what its answer names where the question asked for just that."""
    language = language_of_words(asked, f"{answered} {follow_up}") or _ANY_LANGUAGE
    parts = QuestionParts(asked, language)
    if parts.name_texts:
        return parts.name_texts
    if parts.bare_subject:
        return (parts.bare_subject,)
    if not (parts.begins_choosing or (parts.words and parts.words[0].key in _WHO)):
        return ()
    named = QuestionParts(answered, language_of_words(answered, asked) or language).name_texts
    return named if len(named) == 1 else ()


class _Completion:
    """One question on its way to a complete one."""

    def __init__(self, parts: QuestionParts, before: _Before) -> None:
        self._parts = parts
        self._before = before

    def complete(self) -> Completed:
        """Return the completed question."""
        parts, before = self._parts, self._before
        if parts.name_texts and not parts.content:
            return self._of_another_name()
        pointer = pointer_in(parts, bool(before.names))
        if pointer is not None:
            about_document = self._asks_for_holdings() and not (before.names and pointer.to is PointsTo.THING)
            return self._alone() if about_document else self._pointing(pointer)
        if parts.name_texts:
            return self._with_topic() if self._only_measures() and not self._names_known() else self._alone()
        if not parts.outside and not (parts.begins_choosing and before.names):
            return (
                self._alone() if self._asks_for_holdings() else self._of_another_figure() or self._joined(before.text)
            )
        if self._is_of_another_case():
            return self._joined(before.text)
        opened = parts.opened > 0 and (parts.asks_about or len(parts.content) < _ALONE_FROM)
        return self._with_topic() if opened or self._is_implied() else self._alone()

    # what tells that a question leans

    def _is_of_another_case(self) -> bool:
        """Return whether a question is a preposition and a noun: “and for short work?”, “und bei Hautkontakt?”."""
        parts = self._parts
        rest = parts.words[parts.opened :]
        if parts.opened != 1 or not rest or not parts.is_a("prepositions", rest[0]):
            return False
        return not any(parts.is_a("choosing", word) or parts.is_a("asking", word) for word in rest)

    def _is_implied(self) -> bool:
        """Return whether a question asks for a property and does not say whose."""
        parts = self._parts
        if not self._before.names or parts.opened or self._asks_for_holdings():
            return False
        if self._is_fragment():
            return parts.text.rstrip().endswith(("?", ";")) and len(parts.content) <= _MOST_IN_FRAGMENT
        if self._is_whole():
            return False
        if len(parts.outside) > 1:
            return self._says_nothing_of_whom() or self._asks_for_one_property()
        if not parts.outside or parts.beside:
            # “which tubes are used for glucose” says what of
            return not (parts.beside and parts.begins_choosing)
        at = parts.words.index(parts.outside[0])
        before = parts.before(at)
        return not (before is not None and parts.is_a("indefinite", before)) and not self._asks_what_it_is(at)

    def _is_whole(self) -> bool:
        """Return whether a question says itself what it is about: what is to be explained, what causes it."""
        parts = self._parts
        if parts.begins_choosing:
            first, *others = parts.words
            counts = first.key in _HOW_MANY or (bool(others) and parts.is_a("quantities", others[0]))
            does = first.key in _WHAT and bool(others) and others[0].key in _DOES and len(parts.content) > 1
            return does or (counts and parts.words[-1].key in _HERE)
        if len(parts.outside) != 1:
            return False
        at = parts.words.index(parts.outside[0])
        return self._is_to_be_explained(at) or self._is_asked_whether_allowed(at)

    def _is_to_be_explained(self, at: int) -> bool:
        """Return whether a thing is to be explained that was not spoken of: “explain photosynthesis”."""
        parts = self._parts
        before = parts.before(at)
        asking = {word.key for word in parts.words[:at]}
        if before is None or not (asking & _EXPLAIN or (asking & _TELL and parts.beside)):
            return False
        # only where a noun may stand without an article does one point back
        points = parts.language == "en" and parts.is_a("definite", before)
        return not points and not self._was_spoken_of(parts.words[at])

    def _is_asked_whether_allowed(self, at: int) -> bool:
        """Return whether all that a question asks is whether something may be done: “is smoking allowed?”."""
        parts = self._parts
        others = [word for word in parts.words if word is not parts.words[at]]
        small = [word for word in others if word.key not in _MAY_BE]
        return len(small) < len(others) and all(
            parts.is_a("copulas", word)
            or word.key in _YES_OR_NO
            or (parts.language == "el" and parts.is_a("definite", word))
            for word in small
        )

    def _asks_for_holdings(self) -> bool:
        """Return whether a question is about the documents themselves."""
        return any(self._parts.is_a("holdings", word) for word in self._parts.content)

    def _only_measures(self) -> bool:
        """Return whether a question has words only that tell how a figure comes about, or compares to another."""
        content = self._parts.content
        return bool(content) and all(self._parts.is_a("measuring", word) for word in content)

    def _names_known(self) -> bool:
        known = {fold(name) for name in self._before.names}
        return any(fold(name) in known for name in self._parts.name_texts)

    def _is_fragment(self) -> bool:
        """Return whether a question is a heading rather than a sentence: “first aid after contact with the eyes?”."""
        parts = self._parts
        small = ("prepositions", "definite", "indefinite")
        return all(word.kind is Kind.CONTENT or any(parts.is_a(kind, word) for kind in small) for word in parts.words)

    def _says_nothing_of_whom(self) -> bool:
        """Return whether a question of yes or no has no subject: “este periculos pentru ochi?”."""
        parts = self._parts
        first, outside = parts.words[0], parts.outside
        asks = parts.language in _WITHOUT_SUBJECT and (parts.is_a("copulas", first) or first.key in _YES_OR_NO)
        return asks and len(outside) == 2 and parts.beside == outside[1:]

    def _asks_for_one_property(self) -> bool:
        """Return whether a question asks for one thing of several words: “what is the effective tax rate?”."""
        parts = self._parts
        first, last = (parts.words.index(parts.outside[at]) for at in (0, -1))
        before = parts.before(first)
        if before is None or last != len(parts.words) - 1 or last - first != len(parts.outside) - 1:
            return False
        if self._asks_how_it_is_done():
            return False
        chosen = bool(parts.choice) and parts.is_a("copulas", before)
        asks_what = (bool(parts.choice) and not parts.begins_choosing) or parts.words[0].key in _WHAT
        named = chosen or (asks_what and parts.is_a("definite", before))
        return named and len(parts.outside) <= _MOST_IN_FRAGMENT

    def _asks_how_it_is_done(self) -> bool:
        """Return whether a question asks for the way of doing something it names: “how is the pump primed?”."""
        parts = self._parts
        first, second, last = parts.words[0], parts.words[1], parts.words[-1]
        is_done = parts.is_a("copulas", second) or second.key in _IS_DONE
        # “wie ist die relative Dichte?” asks for a property: a noun, and no participle, is the last word
        is_noun = parts.language == "de" and last.text[0].isupper()
        return first.key in _HOW and is_done and not is_noun

    def _asks_what_it_is(self, at: int) -> bool:
        """Return whether a question asks what something is that stands at a place: “what is cavitation?”."""
        parts = self._parts
        first = parts.words[0]
        return 0 < at <= 2 and first.key in _WHAT and (at == 1 or parts.is_a("copulas", parts.words[1]))

    # how it is completed

    def _alone(self) -> Completed:
        return Completed(self._parts.text, changed=False, leans=False)

    def _of_another_name(self) -> Completed:
        """Return the earlier question, asked of another name: “and the AD8612?”."""
        parts, before = self._parts, self._before
        known = {fold(name) for name in before.names}
        new = [name for name in parts.name_texts if fold(name) not in known]
        names = [name for name in before.names if _whole(name).search(before.text)]
        alike = names if len(names) == 1 else [name for name in names if new and _shape(name) == _shape(new[0])]
        if not new or len(alike) != 1:
            return self._joined(before.text, sure=not new)
        typed = parts.text[parts.names[0][0] : parts.names[-1][1]]
        return Completed(_whole(alike[0]).sub(lambda _: typed, before.text), changed=True, leans=True)

    def _of_another_figure(self) -> Completed | None:
        """Return the earlier question, asked of another year or value: “and in 2019?”; None where it cannot be."""
        parts, before = self._parts, self._before.text
        typed = figures_in(parts.text)
        asks = any(parts.is_a(kind, word) for word in parts.words for kind in ("choosing", "asking"))
        if not (parts.opened or len(parts.words) == 1) or asks or len(typed) != 1:
            return None
        (start, end), kind = typed[0]
        alike = [span for span, known in figures_in(before) if known == kind]
        if len(alike) != 1:
            return None
        text = before[: alike[0][0]] + parts.text[start:end] + before[alike[0][1] :]
        return Completed(text, changed=True, leans=True)

    def _pointing(self, pointer: Pointer) -> Completed:
        """Return the question with what a word of it points to in brackets, or behind the earlier one."""
        names = self._before.names
        if pointer.to in (PointsTo.FACT, PointsTo.ANOTHER):
            return self._joined(self._before.text)
        if len(names) != 1 or (pointer.to is PointsTo.THING and self._only_measures()):
            return self._joined(self._before.text, sure=len(names) < 2)
        meant = self._topic()
        if pointer.to is PointsTo.NOUN:
            meant = (*meant, *self._measures_of(pointer.word))
        return self._bracketed(meant, pointer.word.end)

    def _with_topic(self) -> Completed:
        """Return the question with the name it is about behind it, or behind the question that the talk began with."""
        if len(self._before.names) != 1:
            return self._joined(self._before.root, sure=False)
        end = _END.search(self._parts.text)
        assert end is not None
        return self._bracketed(self._topic(), end.start())

    def _bracketed(self, meant: Sequence[str], at: int) -> Completed:
        text = self._parts.text
        return Completed(f"{text[:at]} ({', '.join(meant)}){text[at:]}", changed=True, leans=True)

    def _joined(self, before: str, *, sure: bool = True) -> Completed:
        """Return the question behind an earlier one."""
        if len(before) > _LONGEST_BEFORE:
            before = self._before.root
        mark = "" if _END.sub("", before) != before else ";" if self._parts.language == "el" else "?"
        doubt = None if sure else FollowUp(self._parts.text, self._before.text, self._before.answer)
        return Completed(f"{before}{mark} {self._parts.text.strip()}", changed=True, leans=True, doubt=doubt)

    def _topic(self) -> tuple[str, ...]:
        """Return the name that was spoken of, and the year where one was and the question has none."""
        before = self._before.text
        periods = {before[start:end] for (start, end), kind in figures_in(before) if kind == PERIOD}
        has_own = any(kind == PERIOD for _, kind in figures_in(self._parts.text))
        return (*self._before.names[:1], *(periods if len(periods) == 1 and not has_own else ()))

    def _measures_of(self, noun: Word) -> tuple[str, ...]:
        """Return the figures of the earlier answer, where the noun was spoken of: “above that temperature”."""
        return measures_in(self._before.answer)[:_MOST_MEASURES] if self._was_spoken_of(noun) else ()

    def _was_spoken_of(self, noun: Word) -> bool:
        beginning = noun.key[:_SAME_NOUN]
        spoken = f"{fold(self._before.text)} {fold(self._before.answer)}"
        return len(beginning) == _SAME_NOUN and beginning in spoken


def _whole(name: str) -> re.Pattern[str]:
    """Return what finds a name, and not the beginning of a longer one: PT100 is not in PT1000."""
    return re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")


def _shape(name: str) -> str:
    """Return a name with its letters and digits alike: AD8611 and LM3914 have one shape."""
    return re.sub(r"\d", "9", re.sub(r"[^\W\d_]", "a", name))
