"""Which documents the words of a question name: "the pump manual", "das Pumpenhandbuch", a file name, a title."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from pathlib import PurePath

from phi3desk.library.documents import Document
from phi3desk.library.text import fold

_TOKEN = re.compile(r"[^\W_]+")
#: Words that name the same kind of document, one kind a line: beginnings of folded words.
_KINDS = tuple(
    tuple(fold(line).split())
    for line in (
        "manual handbook handbuch anleitung betriebsanleitung bedienungsanleitung priročnik navodil εγχειριδι οδηγι "
        "посібник інструкці керівництв instrucțiun handbok bruksanvisning instruktion instruction",
        "contract vertrag pogodb συμβασ σύμβασ договір договор контракт avtal agreement vereinbarung sporazum acord",
        "report bericht poročil έκθεσ αναφορ звіт raport rapport",
        "sheet blatt datenblatt list φύλλ лист паспорт fiș blad datablad datasheet sds msds",
        "procedure verfahren postop διαδικασ процедур порядок procedur rutin förfarand",
        "terms bedingungen pogoj όρο όρων ορο умов condiți termen villkor conditions",
        "tender ausschreibung razpis διαγωνισμ тендер licitați upphandling anbud",
        "policy richtlinie politik πολιτικ політик politic",
        "guide leitfaden vodnik οδηγό οδηγος ghid vägledning guid",
        "plan načrt σχέδι план",
        "specification spezifikation specifikacij προδιαγραφ специфікац specificați specifikation",
        "standard norm norma standard πρότυπ стандарт",
        "catalogue catalog katalog κατάλογ каталог",
        "book buch knjig βιβλί книг",
        "law gesetz zakon νόμο закон",
        "minutes protokoll zapisnik πρακτικ протокол proces-verbal",
    )
)
#: Kinds that stand at the end of a compound, as in Pumpenhandbuch.
_COMPOUND_ENDS = """
    betriebsanleitung bedienungsanleitung bruksanvisning datenblatt datablad handbuch handbok anleitung vertrag bericht
    blatt blad avtal rapport verfahren bedingungen villkor plan richtlinie spezifikation katalog protokoll
    """.split()  # noqa: SIM905
#: what a short word for a kind may end in: plan and planen, but not plant
_ENDINGS = frozenset(("", *"s e a i u n en es et er om na ul ή о у ом οι ους".split()))  # noqa: SIM905
_LONGEST_ENDING = 4
_LINKING = ("en", "s", "n", "e", "-")
_LEAST_STEM = 4
#: Words that say nothing about which document is meant.
_IDLE = frozenset(
    fold(
        "the a an this that of for in on from with and to by my our your its document documents file files text pdf "
        "docx doc xlsx pptx txt md called named titled entitled version "
        "der die das den dem des ein eine einen einem einer von vom zum zur für im aus und mit dieses diesem diese "
        "dokument dokumente dokuments dokumentes datei dateien namens "
        "v za od iz o na in z s ta tega tem dokumenta dokumentu dokumentom datoteka datoteke datoteki imenom "
        "ο η το οι τα του της των τον την στο στη στην στον για από και με σε έγγραφο εγγράφου αρχείο αρχείου αυτό "
        "αυτού "
        "у в на з із зі до для про та і й цей цього цьому документ документа документі документу файл файлу файлі "
        "din de la pe cu și în al a ale acest acestui documentul documentului document fișier fișierul fișierului "
        "i på av för från med och den det de denna detta dokumentet dokumentets fil filen"
    ).split()
)
#: words that say that a document is named, whatever it is called
_DOCUMENT = re.compile(
    rf"(?<!\w)(?:{'|'.join(fold('document dokument datei file datotek έγγραφ εγγράφ документ файл fișier').split())})"
)
#: words that share so much of the longer one's beginning are forms of one
_SAME_BEGINNING = 0.7
_LIKELY = 0.6
_CLOSE = 0.25
_TYPO = 0.83


@dataclass(frozen=True)
class _Word:
    """A word of a name: itself, and which kind of document it stands for (-1: none)."""

    text: str
    kind: int

    @property
    def weight(self) -> float:
        """How much it tells: a kind of document less than a name of its own."""
        return 0.5 if self.kind >= 0 else 1.0


@dataclass(frozen=True)
class _Fit:
    """How well a document fits words: the share of the words that it is called by, and of its name that they are."""

    document: Document
    asked: float
    whole: float


def meant(name: str, documents: Sequence[Document], *, certain: bool) -> list[Document]:
    """Return the documents that a name can mean: one, several that it fits alike, or none.

    Where it is not `certain` that words name a document at all, all of them must, and they must be most of its name
    or hold a word for a kind of document.
    """
    exact = called(name, documents)
    if exact:
        return exact
    words = _words(name)
    if not words:
        return []
    alike = _Likeness(words, documents)
    fits = sorted((_fit(words, each, alike) for each in alike.documents), key=lambda fit: (-fit.asked, -fit.whole))
    best = [fit for fit in fits if fit.asked >= 0.99]
    if not best and certain and fits:
        best = [fit for fit in fits if fit.asked >= max(_LIKELY, fits[0].asked - 0.01)]
    if not certain and not any(word.kind >= 0 for word in words) and not _DOCUMENT.search(fold(name)):
        best = [fit for fit in best if fit.whole >= 0.99]
    nearest = max((fit.whole for fit in best), default=0.0)
    if nearest >= 0.99:
        return [fit.document for fit in best if fit.whole >= 0.99]
    return [fit.document for fit in best if fit.whole > nearest - _CLOSE]


def is_kind(name: str) -> bool:
    """Return whether words tell of a kind of document and of nothing else: "the contract", no "contract period"."""
    words = _words(name)
    return bool(words) and all(word.kind >= 0 for word in words)


def of_kind(name: str, documents: Sequence[Document]) -> list[Document]:
    """Return the documents whose names hold a word for the kind of document that a name tells of: any manual."""
    kinds = {word.kind for word in _words(name) if word.kind >= 0}
    return [document for document in documents if any(w.kind in kinds for own in _names(document) for w in own)]


def called(name: str, documents: Sequence[Document]) -> list[Document]:
    """Return the documents of exactly that file name, with its suffix or without, or of that title or path."""
    wanted = _plain(name)
    return [
        document
        for document in documents
        if name == document.path
        or wanted in (_plain(document.name), _plain(PurePath(document.name).stem), _plain(document.title))
    ]


def mentioned(text: str, documents: Sequence[Document]) -> list[Document]:
    """Return the documents whose whole file name or title stands in a text, those with the longest names."""
    alike = _Likeness(_words(text), documents)
    found = []
    for document in alike.documents:
        lengths = [
            len(own)
            for own in _names(document)
            if sum(word.weight for word in own) > 1.0 and all(word in alike.known for word in own)
        ]
        if lengths:
            found.append((max(lengths), document))
    longest = max((length for length, _ in found), default=0)
    return [document for length, document in found if length == longest]


class _Likeness:
    """Which words of documents' names are like which words that were asked; each pair is compared once.

    `known` are the words of names that are like some word, `documents` those with such a word in their names.
    """

    def __init__(self, words: Sequence[_Word], documents: Sequence[Document]) -> None:
        named = [(document, {word for own in _names(document) for word in own}) for document in documents]
        vocabulary = set().union(*(own for _, own in named))
        self._like = {word: {other for other in vocabulary if _alike(word, other)} for word in set(words)}
        self.known = set().union(*self._like.values())
        self.documents = [document for document, own in named if not own.isdisjoint(self.known)]

    def has(self, word: _Word, others: Iterable[_Word]) -> bool:
        """Return whether a word that was asked is like one of some words of a name."""
        return not self._like[word].isdisjoint(others)


def _fit(words: Sequence[_Word], document: Document, alike: _Likeness) -> _Fit:
    names = _names(document)
    every = [word for own in names for word in own]
    only_kinds = all(word.kind >= 0 for word in words)
    # "the AT89C51 datasheet" names AT89C51.pdf, though not AT89C51-report.pdf
    is_of_a_kind = only_kinds or any(word.kind >= 0 for word in every)
    telling = [word for word in words if is_of_a_kind or word.kind < 0]
    held = [word for word in telling if alike.has(word, every)]
    asked = sum(word.weight for word in held) / sum(word.weight for word in telling)
    whole = max(
        (sum(word.weight for word in own if word in alike.known) / sum(word.weight for word in own) for own in names),
        default=0.0,
    )
    # a kind alone says nothing where no word of the name itself fits
    named = any(word.kind < 0 for word in held)
    return _Fit(document, asked if named or only_kinds else 0.0, whole)


def _names(document: Document) -> list[tuple[_Word, ...]]:
    names = [_words(PurePath(document.name).stem), _words(document.title)]
    return [own for own in names if own]


def _alike(one: _Word, other: _Word) -> bool:
    """Return whether two words are the same, or the same kind of document, also in another form or with a slip."""
    if one.text == other.text or (one.kind >= 0 and one.kind == other.kind):
        return True
    shorter, longer = sorted((one.text, other.text), key=len)
    if len(shorter) < _LEAST_STEM or any(c.isdigit() for c in shorter + longer):
        return False
    if longer.startswith(shorter) and len(longer) - len(shorter) <= _LONGEST_ENDING:
        return True
    common = next((at for at, (a, b) in enumerate(zip(shorter, longer, strict=False)) if a != b), len(shorter))
    if common >= _LEAST_STEM and common >= _SAME_BEGINNING * len(longer):
        return True
    if len(shorter) <= _LONGEST_ENDING + 1 or len(longer) - len(shorter) > 2:
        return False
    return SequenceMatcher(None, shorter, longer).ratio() >= _TYPO


@lru_cache(maxsize=50_000)
def _words(name: str) -> tuple[_Word, ...]:
    """Return the words of a name that tell something, compounds of a kind taken apart."""
    found: list[_Word] = []
    for token in _TOKEN.findall(fold(name)):
        if token not in _IDLE:
            found += [_Word(part, _kind(part)) for part in _parts(token)]
    return tuple(found)


def _parts(token: str) -> list[str]:
    for end in _COMPOUND_ENDS if _kind(token) < 0 else ():
        at = token.rfind(end)
        if at >= _LEAST_STEM and token[at + len(end) :] in _ENDINGS:
            head = token[:at]
            for link in _LINKING:
                if head.endswith(link) and len(head) - len(link) >= _LEAST_STEM:
                    head = head.removesuffix(link)
                    break
            return [head, end]
    return [token]


@lru_cache(maxsize=50_000)
def _kind(word: str) -> int:
    return next((at for at, beginnings in enumerate(_KINDS) if any(_begins(word, b) for b in beginnings)), -1)


def _begins(word: str, beginning: str) -> bool:
    rest = word.removeprefix(beginning) if word.startswith(beginning) else None
    if rest is None or len(beginning) > _LEAST_STEM:
        return rest is not None and len(rest) <= _LONGEST_ENDING
    return rest in _ENDINGS


def _plain(text: str) -> str:
    return " ".join(re.split(r"[\s_]+", fold(text).strip()))
