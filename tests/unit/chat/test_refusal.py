"""What says that the documents do not tell is a refusal, in seven languages; a rule about documents is none."""

from dataclasses import replace

import pytest

from phi3desk.chat.citations import MARKS
from phi3desk.chat.grounding.grounded import ground
from phi3desk.chat.messages import Answer, Basis, MadeBy, Source, Timings
from phi3desk.chat.refusal import is_refusal, only_refuses, refuses, said_beside_refusal
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
        "The documents do not explain this.",
        "The passages do not cover the warranty.",
        "The passages do not address this question.",
        "The passages don't discuss the price.",
        "The document doesn't list a price.",
        "The passages do not describe how to reset it.",
        "The passages do not indicate who signed it.",
        "The provided text doesn't reveal the price.",
        "The documents never mention the price.",
        "The documents are silent on this.",
        "None of the passages mention the price.",
        "No passage mentions the price.",
        "Neither document mentions the price.",
        "The price is not in the documents.",
        "There is no mention of the price in the documents.",
        "This information is not available in the provided passages.",
        "I could not find this information in the passages.",
        "I don't have enough information to answer.",
        "Keine der Passagen nennt den Preis.",
        "In keinem der Dokumente wird der Preis genannt.",
        "Dazu finde ich in den Dokumenten keine Angaben.",
        "Darüber geben die Dokumente keine Auskunft.",
        "Die Unterlagen schweigen dazu.",
        "Es gibt in den Dokumenten keine Informationen darüber.",
        "Ich kann die Frage anhand der Dokumente nicht beantworten.",
        "Nobeden od dokumentov ne omenja cene.",
        "V nobenem od odlomkov ni navedena cena.",
        "V dokumentih ne najdem odgovora.",
        "Dokumenti o tem molčijo.",
        "Na to vprašanje ne morem odgovoriti.",
        "Nimam dovolj podatkov.",
        "Κανένα από τα έγγραφα δεν αναφέρει την τιμή.",
        "Η απάντηση δεν βρίσκεται στα έγγραφα.",
        "Δεν μπορώ να βρω την απάντηση στα έγγραφα.",
        "Δεν έχω αρκετές πληροφορίες.",
        "У документах про це не сказано.",
        "У тексті про це нічого не сказано.",
        "Жоден з уривків не згадує ціну.",
        "Я не можу знайти відповідь у документах.",
        "У мене недостатньо інформації.",
        "Niciunul dintre documente nu menționează prețul.",
        "Răspunsul nu se află în documente.",
        "Nu pot găsi răspunsul în documente.",
        "Nu am suficiente informații.",
        "Inget av dokumenten nämner priset.",
        "Jag kan inte hitta svaret i dokumenten.",
        "Jag har inte tillräckligt med information.",
        "I do not know.",
        "I cannot determine the price.",
        "Cannot tell from the documents.",
        "The documents cannot say which oil is used.",
        "The source does not contain this information.",
        "Die Quelle enthält keine Angaben dazu.",
        "Viri ne vsebujejo podatkov o tem.",
        "Η πηγή δεν περιέχει πληροφορίες γι' αυτό.",
        "Джерело не містить інформації про це.",
        "Sursa nu conține informații despre asta.",
        "Källan innehåller inte svaret.",
        "Källan innehåller ingen information om detta.",
        "Avsnittet omfattar inte detta.",
        "I avsnittet finns ingen uppgift om detta.",
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
        "Документи не надають інформації.",
        "Документи не надають жодної інформації про це.",
        "У документах не знайдено відповіді.",
        "У документах відповіді не знайдено.",
        "Не знайдено інформації про це в документах.",
        "Документи не уточнюють момент.",
        "Документи не розповідають про це.",
        "Документи не пояснюють, як це зробити.",
        "Документ не визначає цього.",
        "Документи не мають інформації про це.",
        "У документах немає даних про це.",
        "Інформацію про це в документах знайти не вдалося.",
        "Documentele nu includ această informație.",
        "Documentele nu dau un răspuns.",
        "Documentele nu dau detalii despre asta.",
        "Documentele nu explică acest lucru.",
        "Documentele nu clarifică acest lucru.",
        "Documentele nu acoperă acest subiect.",
        "Documentele nu prezintă cuplul.",
        "Din documente nu reiese acest lucru.",
        "Nu am găsit informații despre asta în documente.",
        "În documente nu am găsit un răspuns.",
        "Documentele nu fac nicio referire la asta.",
        "Documentele nu cuprind această informație.",
        "Dokumenten ger inte någon information.",
        "Dokumenten ger inte några uppgifter om det.",
        "Dokumenten ger inte svar på frågan.",
        "Dokumenten tar inte upp detta.",
        "Dokumenten tar heller inte upp detta.",
        "Dokumenten förklarar inte detta.",
        "Dokumenten besvarar inte frågan.",
        "Dokumenten behandlar inte detta.",
        "Dokumenten redogör inte för detta.",
        "Dokumenten talar inte om hur.",
        "Dokumenten klargör inte detta.",
        "Dokumenten saknar information om detta.",
        "I dokumenten hittades inget svar.",
        "I dokumenten finner jag inget svar.",
        "Dokumenti ne dajejo odgovora.",
        "Dokumenti ne dajejo informacij o tem.",
        "Dokumenti ne vključujejo teh informacij.",
        "Dokumenti ne nudijo informacij o tem.",
        "Dokumenti ne razlagajo, kako.",
        "Dokumenti ne obravnavajo tega.",
        "Dokumenti tega ne pojasnjujejo.",
        "Dokumenti tega ne razlagajo.",
        "Dokumenti ne opredeljujejo navora.",
        "V dokumentih to ne piše.",
        "V dokumentih o tem nič ne piše.",
        "V dokumentih nisem našel odgovora.",
        "V dokumentih ni najti odgovora.",
        "Dokumenti nimajo podatkov o tem.",
        "Dokumenti ne zagotavljajo informacij o tem.",
        "Die Dokumente geben das nicht an.",
        "Die Dokumente beschreiben das nicht.",
        "Die Dokumente erklären das nicht.",
        "Die Dokumente gehen darauf nicht ein.",
        "Die Dokumente gehen nicht darauf ein.",
        "Die Dokumente machen dazu keine Aussage.",
        "Die Dokumente liefern keine Informationen dazu.",
        "Die Dokumente behandeln das nicht.",
        "Die Dokumente spezifizieren das Drehmoment nicht.",
        "In den Dokumenten wurde keine Antwort gefunden.",
        "In den Dokumenten ist das nicht aufgeführt.",
        "In den Dokumenten wird das nicht erklärt.",
        "In den Dokumenten gibt es keine Informationen dazu.",
        "In den Dokumenten ist dazu nichts zu finden.",
        "Τα έγγραφα δεν εξηγούν πώς.",
        "Τα έγγραφα δεν περιλαμβάνουν αυτή την πληροφορία.",
        "Τα έγγραφα δεν κάνουν καμία αναφορά σε αυτό.",
        "Τα έγγραφα δεν προσφέρουν πληροφορίες.",
        "Τα έγγραφα δεν μιλούν γι' αυτό.",
        "Τα έγγραφα δεν καλύπτουν αυτό το θέμα.",
        "Τα έγγραφα δεν έχουν πληροφορίες γι' αυτό.",
        "Στα έγγραφα δεν βρέθηκε απάντηση.",
        "Δεν βρέθηκαν πληροφορίες στα έγγραφα.",
        "Δεν βρήκα απάντηση στα έγγραφα.",
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
        "Документи не надають права на в'їзд.",
        "Документи не дають права на в'їзд.",
        "У документах не знайдено помилок.",
        "Документи не мають печатки.",
        "Документи не передають третім особам.",
        "Documentele nu dau dreptul la despăgubire.",
        "Documentele nu se găsesc în dulap.",
        "Documentele nu sunt incluse în preț.",
        "Documentele nu au ștampilă.",
        "Dokumenten ger inte rätt till ersättning.",
        "Dokumenten tas inte ut ur byggnaden.",
        "Dokumenten tar inte plats.",
        "Dokumenti ne dajejo pravice do vstopa.",
        "Dokumenti niso vključeni v ceno.",
        "Dokumenti nimajo žiga.",
        "V dokumentih niso dovoljene oznake.",
        "Die Dokumente geben kein Recht auf Zutritt.",
        "Die Dokumente gehen nicht verloren.",
        "Die Dokumente werden nicht ausgehändigt.",
        "Τα έγγραφα δεν δίνονται σε τρίτους.",
        "Τα έγγραφα δεν έχουν σφραγίδα.",
        "Δεν βρέθηκαν σφάλματα στα έγγραφα.",
        "Документи не мають відповідного підпису.",
        "Документи не розкриваються третім особам.",
        "Documentele nu se includ în preț.",
        "Dokumenti se ne obravnavajo kot zaupni.",
        "The key is not in the documents folder.",
        "No document leaves the building.",
        "None of the documents may be copied.",
        "The policy does not cover theft of documents.",
        "We could not find the fault in the pump.",
        "Keines der Dokumente darf kopiert werden.",
        "In den Dokumenten dürfen keine Angaben fehlen.",
        "Kein Dokument verlässt das Haus.",
        "Noben dokument ne zapusti stavbe.",
        "Κανένα έγγραφο δεν βγαίνει από το κτίριο.",
        "Жоден документ не виноситься з архіву.",
        "Niciun document nu părăsește clădirea.",
        "Ștampila nu se află pe documente.",
        "Inget av dokumenten får kopieras.",
        "Inget dokument lämnas ut.",
        "If the power source does not provide 24 V, the alarm sounds.",
        "The light source does not contain mercury.",
        "The heat source does not give off smoke.",
        "The source does not contain nitrate.",
        "The controller cannot determine the position after a power failure.",
        "If you cannot tell which fuse is blown, replace all of them.",
        "No information is passed on to third parties.",
        "Das Dokument steht nicht unter Urheberrecht.",
        "Die Dokumente stehen den Besuchern nicht zur Verfügung.",
        "Die Quelle enthält kein Nitrat.",
        "Vir svetlobe ne vsebuje živega srebra.",
        "Η πηγή φωτός δεν περιέχει υδράργυρο.",
        "Η πηγή δεν περιέχει νιτρικά.",
        "Джерело живлення не містить ртуті.",
        "Джерело світла не містить ртуті.",
        "Джерело не містить нітратів.",
        "Sursa de lumină nu conține mercur.",
        "Sursa de alimentare nu oferă 24 V.",
        "Sursa de alimentare nu este indicată pentru exterior.",
        "Källan innehåller inte nitrat.",
        "Underlaget innehåller inte cement.",
        "Avsnittet omfattar inte anställda på deltid.",
        "Handlingen omfattar inte tomten.",
        "I avsnittet finns inga toaletter.",
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
    ("statement", "passage"),
    [
        ("The manual does not include the power cable.", "The power cable is not included."),
        ("Dokument ne vsebuje osebnih podatkov.", "Besedilo ne vsebuje osebnih podatkov."),
        ("Manualul nu include cablul de alimentare.", "Cablul de alimentare nu este inclus."),
        ("Якщо джерело живлення не містить запобіжника, насос не працює.", "Насос не працює без запобіжника живлення."),
    ],
)
def test_what_a_page_denies_is_a_statement(statement, passage):
    answer = answered(statement, passage)
    assert [sentence.supported for sentence in answer.sentences] == [True]
    assert not refuses(answer)


@pytest.mark.parametrize(
    "refusal",
    [
        "The documents [1] and [2] do not mention how often the main bearing is greased.",
        "The documents do not contain how often the main bearing is greased.",
        "The documents do not say how often the main bearing is greased.",
        "Die Dokumente enthalten keine Angabe dazu, wie oft das Lager geschmiert wird.",
        "I do not know how often the main bearing is greased.",
    ],
)
def test_refusal_stays_one_beside_a_page_that_speaks_of_its_matter(refusal):
    answer = answered(refusal, "The main bearing is greased. Das Lager wird geschmiert.")
    assert (answer.text, answer.sentences) == (MARKS.sub("", refusal), ())
    assert only_refuses(answer)


BESIDE = [
    ("The document does not mention the net weight, but the pump weighs 12 kg.", "the pump weighs 12 kg."),
    ("The documents do not mention the price; however, the pump weighs 12 kg.", "the pump weighs 12 kg."),
    ("The documents do not mention the price but the pump weighs 12 kg.", "the pump weighs 12 kg."),
    ("The pump weighs 12 kg, but the documents do not mention the price.", "The pump weighs 12 kg"),
    ("Die Dokumente nennen keinen Preis, aber die Pumpe wiegt 12 kg.", "die Pumpe wiegt 12 kg."),
    ("Die Dokumente nennen keinen Preis, die Pumpe wiegt jedoch 12 kg.", "die Pumpe wiegt jedoch 12 kg."),
    ("Dokumenti cene ne navajajo, črpalka pa tehta 12 kg.", "črpalka pa tehta 12 kg."),
    ("Dokumenti cene ne navajajo, vendar črpalka tehta 12 kg.", "črpalka tehta 12 kg."),
    ("Τα έγγραφα δεν αναφέρουν την τιμή, αλλά η αντλία ζυγίζει 12 kg.", "η αντλία ζυγίζει 12 kg."),
    ("Τα έγγραφα δεν αναφέρουν την τιμή, η αντλία όμως ζυγίζει 12 kg.", "η αντλία όμως ζυγίζει 12 kg."),
    ("Документи не називають ціни, але насос важить 12 кг.", "насос важить 12 кг."),
    ("Документи не називають ціни, проте насос важить 12 кг.", "насос важить 12 кг."),
    ("Documentele nu menționează prețul, dar pompa cântărește 12 kg.", "pompa cântărește 12 kg."),
    ("Documentele nu menționează prețul, pompa însă cântărește 12 kg.", "pompa însă cântărește 12 kg."),
    ("Dokumenten nämner inte priset, men pumpen väger 12 kg.", "pumpen väger 12 kg."),
]


@pytest.mark.parametrize(("sentence", "said"), BESIDE)
def test_what_is_said_beside_a_refusal_is_checked(sentence, said):
    assert not is_refusal(sentence)
    assert said_beside_refusal(sentence) == said
    told = answered(sentence, f"{said.rstrip('.').capitalize()}. It runs on oil.")
    assert [(each.text, each.citations) for each in told.sentences] == [(sentence, (1,))]
    assert not only_refuses(told)
    # what is not told may be what was asked for
    assert refuses(told)
    wrong = answered(sentence.replace("12", "99"), f"{said.rstrip('.').capitalize()}. It runs on oil.")
    assert [each.supported for each in wrong.sentences] == [False]
    assert not refuses(wrong)


@pytest.mark.parametrize(
    "sentence",
    [
        "The documents, however, do not mention the price.",
        "However, the documents do not mention the price.",
        "The documents describe the pump, but they do not mention its price.",
        "The documents do not mention the price, but only the weight.",
        "The documents do not mention the price, but they describe the pump.",
        "I do not know, but I can help with something else.",
        "I do not know; contact the seller.",
        "The documents do not give the price but do describe the pump.",
        "Die Dokumente nennen den Preis nicht, aber Sie können den Hersteller fragen.",
        "Dokumenti cene ne navajajo, vendar opisujejo črpalko.",
        "Τα έγγραφα δεν αναφέρουν την τιμή, αλλά περιγράφουν την αντλία.",
        "Документи не називають ціни, але описують насос.",
        "Documentele nu menționează prețul, dar descriu pompa.",
        "Dokumenten nämner inte priset, men beskriver pumpen.",
        "Die Dokumente nennen jedoch keinen Preis.",
        "Die Dokumente nennen das Gewicht, aber keinen Preis.",
        "Dokumenti pa tega ne navajajo.",
        "Документи, проте, не називають ціни.",
        "Documentele însă nu menționează prețul.",
        "Dokumenten nämner dock inte priset.",
        "Τα έγγραφα όμως δεν αναφέρουν την τιμή.",
    ],
)
def test_refusal_with_a_but_is_one(sentence):
    assert is_refusal(sentence)
    assert said_beside_refusal(sentence) == ""
