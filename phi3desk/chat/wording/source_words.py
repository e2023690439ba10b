"""Words that speak of where something stands, and not of what it says: “This is stated in the passage on page 6.”"""

from __future__ import annotations

from collections.abc import Iterable

from phi3desk.chat.wording.word_lists import is_listed

# Folded; `*` stands for any ending. Words that often name the subject itself, too, are left out.
_PLACES = (
    "passage passages page pages document documents section sections source sources text paragraph chapter "
    "passage passagen seite seiten dokument* abschnitt* quelle quellen textstelle* kapitel* absatz "
    "odlom* strani dokument* razdelk* virih viru besedilu poglavj* odstavk* "
    "αποσπασμα* σελιδ* εγγραφο* ενοτητα* πηγη κειμενο κειμενου κεφαλαιο παραγραφο* "
    "уривк* уривок сторінк* сторінц* документ* розділ* джерел* тексті абзац* "
    "pasaj* pagina paginile documentul* sectiun* sursa sursele textul capitol* paragraf* "
    "passagen sidan sidorna dokumentet avsnitt* kallan kallorna texten kapitel* stycket"
)
_SAYINGS = (
    "stated states mentioned mentions described found information answer provided given "
    "steht stehen angegeben erwahnt beschrieben genannt information* antwort "
    "navedeno navedene naveden omenjeno opisano zapisano najdete informacij* podatek odgovor "
    "αυτο αναφερεται αναφερονται περιγραφεται πληροφορι* απαντηση "
    "зазначено вказано згадано описано інформаці* відповід* "
    "mentionat* precizat* descris* informatia informatiile raspunsul acest acesta lucru "
    "anges angivet namns beskrivs informationen svaret star detta"
)


def speaks_of_its_source(keys: Iterable[str]) -> bool:
    """Return whether words with a meaning (folded) say that something stands somewhere in a source, and no more."""
    words = {word: is_listed(word, _PLACES) for word in keys}
    said = [word for word, is_place in words.items() if not is_place]
    return len(said) < len(words) and bool(said) and all(is_listed(word, _SAYINGS) for word in said)
