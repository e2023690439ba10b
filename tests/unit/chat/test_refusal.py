"""What says that the documents do not tell is a refusal, in seven languages; a rule about documents is none."""

from dataclasses import replace

import pytest

from phi3desk.chat.citations import MARKS
from phi3desk.chat.grounding.grounded import ground
from phi3desk.chat.messages import Answer, Basis, MadeBy, Source, Timings
from phi3desk.chat.refusal import is_refusal, only_refuses, refuses
from phi3desk.library.documents import Passage
from phi3desk.model.types import Ending


@pytest.mark.parametrize(
    "sentence",
    [
        "The documents do not tell.",
        "The manual for the pump does not say which oil is used.",
        "The documents provided do not mention it.",
        "The source material does not mention the torque.",
        "The document excerpts do not contain this information.",
        "The documents and do not mention it.",
        "Passages 1 and 2 do not state it.",
        "The provided documents unfortunately do not contain that.",
        "The provided passages only cover installation and do not mention maintenance.",
        "The document titled Pump does not mention it.",
        "The manual pages do not specify it.",
        "The given text snippets do not say how.",
        "I do not know.",
        "Die Dokumente enthalten dazu keine Angabe.",
        "In den Dokumenten steht dazu nichts.",
        "Die Dokumente geben darüber keine Auskunft.",
        "Das geht aus den Dokumenten nicht hervor.",
        "Das steht nicht in den Dokumenten.",
        "Dokumenti tega ne navajajo.",
        "V dokumentih tega ni.",
        "Dokument tega ne pove.",
        "Dokumenti ne povedo, kdaj se menja filter.",
        "V dokumentih ni podatka o tem.",
        "To v dokumentih ni navedeno.",
        "Ne vem.",
        "Τα έγγραφα δεν το αναφέρουν.",
        "Δεν αναφέρεται στα έγγραφα.",
        "Στα έγγραφα δεν υπάρχουν πληροφορίες γι' αυτό.",
        "Δεν γνωρίζω.",
        "Δεν ξέρω.",
        "Документи цього не повідомляють.",
        "Документи не називають причини.",
        "У документах про це не йдеться.",
        "У документах немає інформації про це.",
        "Це не вказано в документах.",
        "Не знаю.",
        "Documentul nu spune acest lucru.",
        "Documentele nu menționează acest lucru.",
        "Nu se menționează în documente.",
        "Nu există informații în documente.",
        "Nu știu.",
        "Dokumentet säger inget om det.",
        "Det framgår inte av dokumenten.",
        "Dokumenten nämner det inte.",
        "I dokumenten finns ingen information om detta.",
        "Jag vet inte.",
    ],
)
def test_what_says_that_the_documents_do_not_tell_is_a_refusal(sentence):
    assert is_refusal(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "Text messages do not give valid notice.",
        "A text message does not give valid notice.",
        "The manual valve does not hold the pressure.",
        "The document feeder does not hold more than 50 sheets.",
        "The grease does not contain lithium.",
        "Die Dokumente dürfen nicht kopiert werden.",
        "Dokumenti ne smejo zapustiti stavbe.",
        "Dokumenti ne smejo vsebovati osebnih podatkov.",
        "Virus ne napada sistema.",
        "Τα έγγραφα δεν πρέπει να βγαίνουν από το κτίριο.",
        "Документи не можна виносити з архіву.",
        "Документи не відповідають вимогам.",
        "Documentele nu pot fi copiate.",
        "Documentele nu trebuie să conțină ștersături.",
        "Cheile nu se păstrează în documente.",
        "Dokumenten får inte kopieras.",
        "Dokumenten lämnas inte ut.",
    ],
)
def test_rule_about_documents_is_no_refusal(sentence):
    assert not is_refusal(sentence)


def answered(text: str, passage: str) -> Answer:
    """Return an answer as it is checked against a passage."""
    source = Source(1, Passage(1, 1, "rules.pdf", "/r/rules.pdf", "House rules", 4, 0, len(passage), passage, ()))
    found = ground(text, [source])
    answer = Answer(found.text, found.citations, (source,), Basis.DOCUMENTS, Ending.STOP, MadeBy(), Timings())
    return replace(answer, sentences=found.sentences)


@pytest.mark.parametrize(
    "rule",
    [
        "The shipping documents do not include the invoice.",
        "Dokumenti ne smejo zapustiti stavbe.",
        "Документи не можна виносити з архіву.",
        "Dokumenten får inte kopieras.",
        "Text messages do not give valid notice.",
    ],
)
def test_what_a_page_says_of_documents_is_cited_and_refuses_nothing(rule):
    answer = answered(rule, f"{rule} 2026-01-09")
    assert [(sentence.supported, sentence.citations) for sentence in answer.sentences] == [(True, (1,))]
    assert answer.text.endswith("[1].")
    assert not refuses(answer)
    assert not only_refuses(answer)


@pytest.mark.parametrize(
    "refusal",
    [
        "The documents [1] and [2] do not mention how often the main bearing is greased.",
        "The documents do not say how often the main bearing is greased.",
        "Die Dokumente enthalten keine Angabe dazu, wie oft das Lager geschmiert wird.",
        "I do not know how often the main bearing is greased.",
    ],
)
def test_refusal_stays_one_beside_a_page_that_speaks_of_its_matter(refusal):
    answer = answered(refusal, "The main bearing is greased. Das Lager wird geschmiert.")
    assert (answer.text, answer.sentences) == (MARKS.sub("", refusal), ())
    assert only_refuses(answer)
