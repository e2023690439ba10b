"""Words as the word index holds them: folded, and stemmed by the rules of their language, and by its dictionary."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from phi3desk.library.text import fold
from phi3desk.library.words.lemmas import LANGUAGES, lemma
from phi3desk.library.words.scripts import is_spaceless, pieces_of, settled, spaced_words, stands_across

#: Another number than a library's index was written with: the passages concerned are written anew.
TERMS_VERSION = 3

_TOKEN = re.compile(r"[^\W_]+(?:[.,'’-][^\W_]+)*")
_PART = re.compile(r"[^\W_]+")

_SNOWBALL = {
    "en": "english", "de": "german", "sv": "swedish", "ro": "romanian", "el": "greek", "fr": "french", "es": "spanish",
    "it": "italian", "nl": "dutch", "da": "danish", "no": "norwegian", "nb": "norwegian", "pt": "portuguese",
    "fi": "finnish", "hu": "hungarian", "pl": "polish", "cs": "czech", "ru": "russian", "sr": "serbian",
}  # fmt: skip

#: Inflectional endings of languages that Snowball has no stemmer for, folded; the longest that fits is stripped, of the
#: base form where the dictionary holds the word: “transformatorja” and “підшипників” are in none.
_ENDINGS = {
    "uk": (
        "ування юванням ування ення ання інням енням анням остей остями істю ості ість ими іми ами ями ові еві ого "
        "ому ему ами ях ах ів ів ам ям ом ем им ім их іх ою ею ий ій ая яя оі еі иі ії ія ію іи уть ють ать ять ить "
        "ала яла ила ула али яли или ули ало яло ило ав яв ив ув ати яти ити ути ся сь а я у ю о е є и і ь й"
    ),
    "sl": (
        "ostjo osti ost anje anja anju enje enja enju ovanje ovanja ovanju skega skemu skimi skih skim ska ske ski "
        "sko ega emu imi ama ami ema oma ova ovi ove evi eva eve ila ilo ili ala alo ali ela elo eli iti ati eti "
        "ijo ajo ejo amo imo emo ate ite ete om em im ih ah oh ej ov ev il al el a e i o u"
    ),
}
_SORTED_ENDINGS = {
    code: tuple(sorted({fold(ending) for ending in endings.split()}, key=len, reverse=True))
    for code, endings in _ENDINGS.items()
}
#: Stop words, folded: question words and the commonest function words. They get no
#: vote in a search, in the language of the question only, for one language's article is another's noun.
_STOP_WORDS = {
    code: frozenset(fold(words).split())
    for code, words in {
        "en": "the a an of in on at to for from by with and or is are was were be been do does did has have had what "
        "which who whom whose when where why how many much that this these those it its as there their they he she "
        "his her i we you can could will would should may might into than then about",
        "de": "der die das ein eine einer eines einem einen und oder ist sind war waren wird werden was wer wen wem wo "
        "wann warum wie viel viele welche welcher welches welchen von vom zu zum zur im in am an auf aus bei mit für "
        "durch den dem des es sie er hat haben hatte als auch nach",
        "sl": "in ali je so bil bila bilo bili bile kaj kdo koga komu kje kdaj zakaj kako koliko katera kateri katere "
        "katerem kateremu katero kakšen kakšna kakšno na v z s za od do pri po o ki da se si ga jih mu ji to ta te",
        "el": "ο η το οι τα του της των τον την και ή είναι ήταν τι ποιος ποια ποιο ποιοι πού πότε γιατί πώς πόσο πόσα "
        "πόσοι με σε στο στη στην στον στα από για που να θα έχει έχουν δεν μια ένα ένας",
        "uk": "і й та або чи є був була було були що хто кого кому де коли чому як який яка яке які якого якої якому "
        "яких якими скільки на у в з із зі до від для по при про за не це цей ця ці то його її їх він вона вони",
        "ro": "și sau este sunt era erau fost ce cine cui unde când cum de la din în pe cu pentru prin a al ale ai o "
        "un unei unui care cât câți câte cărui cărei se sa să nu l au avut are avea lui ei lor",
        "sv": "och eller är var vad vem vilka vilken vilket när varför hur många mycket i på av till från för med om "
        "som en ett den det de att har hade kan ska skulle inte sig sin sitt sina han hon man blir blev",
    }.items()
}

#: Pieces of Japanese particles and endings, which say nothing.
_KANA_ENDINGS = frozenset(
    """
    です ます する した して から まで には では とは など なに どの どこ こと
    もの ある いる れる られ るか ますか すか たか のか いつ いく くら らい ませ
    せん でし まし しま くだ ださ さい につ つい いて との への
    """.split()  # noqa: SIM905
)


#: letters of a word that is stemmed, and of what is left of it
_SHORTEST, _SHORTEST_STEM = 4, 3


class _Stemmers(threading.local):
    """The stemmers of one thread: they keep state while they stem, so that no two threads may share one."""

    def __init__(self) -> None:
        self._known: dict[str, Any] = {}

    def of(self, language: str) -> Any:
        """Return the stemmer of a language, None where it has no rules."""
        name = _SNOWBALL.get(language)
        if name is not None and name not in self._known:
            import Stemmer

            self._known[name] = Stemmer.Stemmer(name)
        return self._known.get(name or "")


_STEMMERS = _Stemmers()


@lru_cache(maxsize=200_000)
def stem(word: str, language: str) -> str:
    """Return a folded word's stem in a language; the word itself where the language has no rules or it is short."""
    if len(word) < 2 or not word.isalpha():
        return word
    if language in LANGUAGES:
        return _without_ending(lemma(word, language), _SORTED_ENDINGS[language])
    if len(word) < _SHORTEST:
        return word
    stemmer = _STEMMERS.of(language)
    return fold(stemmer.stemWord(word)) if stemmer is not None else word


def _without_ending(word: str, endings: Sequence[str]) -> str:
    if len(word) >= _SHORTEST:
        for ending in endings:
            if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
                return word[: -len(ending)]
    return word


def is_stop_word(word: str, language: str) -> bool:
    """Return whether a folded word says nothing by itself in a language; in any where that is not known."""
    known = _STOP_WORDS.get(language)
    return word in known if known is not None else any(word in words for words in _STOP_WORDS.values())


def words_of(text: str) -> list[str]:
    """Return the folded words of a text in their order; `AT89C51-24` and `3.5` come as a whole and in their parts.

    Of scripts without spaces come pieces of two letters, of words set letter by letter the letters and then the word.
    """
    folded = fold(text)
    if not is_spaceless(folded):
        return [*_words(folded), *spaced_words(folded)]
    return [piece for word in _words(settled(folded)) for piece in pieces_of(word)]


def _words(folded: str) -> list[str]:
    found: list[str] = []
    for match in _TOKEN.finditer(folded):
        token = match.group()
        parts = _PART.findall(token)
        if len(parts) > 1 and any(c.isdigit() for c in token):
            found.append("".join(parts) if not token.replace(",", "").replace(".", "").isdigit() else "x".join(parts))
        found.extend(parts)
    return found


def index_words(text: str, language: str) -> str:
    """Return what the word index holds for a text: the stems of its words, separated by spaces."""
    return " ".join(stem(word, language) for word in words_of(text))


def has_pieces(text: str) -> bool:
    """Return whether the index holds words of a text in pieces, or together though their letters are set apart."""
    return is_spaceless(text) or bool(spaced_words(text))


def question_words(question: str, language: str) -> list[str]:
    """Return a question's content words, folded, each once; all of its words where there are stop words only."""
    every = list(dict.fromkeys(words_of(question)))
    content_words = [word for word in every if word not in _STOP_WORDS.get(language, frozenset())]
    whole = [word for word in content_words if not (stands_across(word) or word in _KANA_ENDINGS)]
    return whole or content_words or every


def question_trigrams(question: str, language: str) -> list[str]:
    """Return the trigrams of a question's content words, each once."""
    words = question_words(question, language)
    if is_spaceless(fold(question)):
        words = list(dict.fromkeys(_words(fold(question))))
    return list(dict.fromkeys(trigram for word in words for trigram in trigrams_of(word)))


def trigrams_of(word: str) -> list[str]:
    """Return the trigrams of a folded word."""
    return [word[i : i + 3] for i in range(len(word) - 2)]
