"""Which documents the words of a question name: "the pump manual", "das Pumpenhandbuch", a file name, a title."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
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
#: What counts as the same word in another form.
_SAME_WORD = 0.75
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
    fits = sorted((_fit(words, document) for document in documents), key=lambda fit: (-fit.asked, -fit.whole))
    best = [fit for fit in fits if fit.asked >= 0.99]
    if not best and certain:
        best = [fit for fit in fits if fit.asked >= max(_LIKELY, fits[0].asked - 0.01)]
    if not certain and not any(word.kind >= 0 for word in words):
        best = [fit for fit in best if fit.whole >= 0.99]
    nearest = max((fit.whole for fit in best), default=0.0)
    if nearest >= 0.99:
        return [fit.document for fit in best if fit.whole >= 0.99]
    return [fit.document for fit in best if fit.whole > nearest - _CLOSE]


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
    words = _words(text)
    found = []
    for document in documents:
        lengths = [
            len(own)
            for own in _names(document)
            if sum(word.weight for word in own) > 1.0 and all(_best(word, words) >= _SAME_WORD for word in own)
        ]
        if lengths:
            found.append((max(lengths), document))
    longest = max((length for length, _ in found), default=0)
    return [document for length, document in found if length == longest]


def _fit(words: Sequence[_Word], document: Document) -> _Fit:
    names = _names(document)
    every = [word for own in names for word in own]
    asked = sum(word.weight * _best(word, every) for word in words) / sum(word.weight for word in words)
    whole = max(
        (sum(w.weight * (_best(w, words) >= _SAME_WORD) for w in own) / sum(w.weight for w in own) for own in names),
        default=0.0,
    )
    # a kind alone says nothing where no word of the name itself fits
    named = any(word.kind < 0 and _best(word, every) > 0 for word in words)
    only_kinds = all(word.kind >= 0 for word in words)
    return _Fit(document, asked if named or only_kinds else 0.0, whole)


def _names(document: Document) -> list[list[_Word]]:
    names = [_words(PurePath(document.name).stem), _words(document.title)]
    return [own for own in names if own]


def _best(word: _Word, others: Sequence[_Word]) -> float:
    return max((_alike(word, other) for other in others), default=0.0)


def _alike(one: _Word, other: _Word) -> float:
    """Return 1 for the same word or kind, also in another form of it, 0 for different ones."""
    if one.text == other.text or (one.kind >= 0 and one.kind == other.kind):
        return 1.0
    shorter, longer = sorted((one.text, other.text), key=len)
    if len(shorter) < _LEAST_STEM or any(c.isdigit() for c in shorter + longer):
        return 0.0
    if longer.startswith(shorter) and len(longer) - len(shorter) <= _LONGEST_ENDING:
        return 1.0
    common = next((at for at, (a, b) in enumerate(zip(shorter, longer, strict=False)) if a != b), len(shorter))
    if common >= _LEAST_STEM and common >= 0.7 * len(longer):
        return 1.0
    typo = len(shorter) > 5 and SequenceMatcher(None, shorter, longer).ratio() >= _TYPO
    return 1.0 if typo else 0.0


def _words(name: str) -> list[_Word]:
    """Return the words of a name that tell something, compounds of a kind taken apart."""
    found = []
    for token in _TOKEN.findall(fold(name)):
        if token not in _IDLE:
            found += [_Word(part, _kind(part)) for part in _parts(token)]
    return found


def _parts(token: str) -> list[str]:
    for end in _COMPOUND_ENDS:
        at = token.rfind(end)
        if at >= _LEAST_STEM and token[at + len(end) :] in _ENDINGS:
            head = token[:at]
            for link in _LINKING:
                if head.endswith(link) and len(head) - len(link) >= _LEAST_STEM:
                    head = head.removesuffix(link)
                    break
            return [head, end]
    return [token]


def _kind(word: str) -> int:
    return next((at for at, beginnings in enumerate(_KINDS) if any(_begins(word, b) for b in beginnings)), -1)


def _begins(word: str, beginning: str) -> bool:
    rest = word.removeprefix(beginning) if word.startswith(beginning) else None
    if rest is None or len(beginning) > _LEAST_STEM:
        return rest is not None and len(rest) <= _LONGEST_ENDING
    return rest in _ENDINGS


def _plain(text: str) -> str:
    return " ".join(re.split(r"[\s_]+", fold(text).strip()))
