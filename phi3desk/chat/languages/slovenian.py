"""How documents are asked about as wholes, and told of, in Slovenian."""

from phi3desk.chat.languages.language import (
    BOTH,
    INVENTORIES,
    NAMED,
    OF_PAGES,
    THIS,
    TWO,
    WITH_THIS,
    Language,
    Pattern,
    Phrase,
)
from phi3desk.library.overview.types import Asked

SLOVENIAN = Language(
    code="sl",
    words={
        "docs": "dokumenti|dokumente|dokumentov|datoteke|datotek|dokumenta|listine|gradiva",
        "have": "imaš|imate|imamo|imam|poznaš",
        "there": "obstajajo|so (na voljo|tu|shranjeni|shranjene|v knjižnici)|je|so",
        "where": "tu|tukaj|na voljo|v [(tej|moji|naši)] (knjižnici|zbirki)",
        "about": "o|ob|glede|na temo|v zvezi z|v zvezi s|ki (govorijo o|omenjajo|obravnavajo)",
        "please": "prosim|lahko|ali lahko|in|zdaj|mi|mi lahko",
        "this": "ta (dokument|priročnik|datoteka)|tega (dokumenta|priročnika|besedila|poročila)|dokument|dokumenta|to (datoteko|besedilo|poročilo|pogodbo)|tem dokumentu|te (datoteke|pogodbe)",
        "it": "to|ga",
        "these": "ta dva dokumenta|oba dokumenta|dokumenta|ti dve datoteki|obe datoteki|(tema|obema|temi) [dvema] (dokumentoma|datotekama|dokumenti)|dokumentoma",
        "them": "ta dva|oba|obe|ju|njima",
        "summary": "[kratek] (povzetek|pregled)",
    },
    patterns=(
        Pattern(
            Asked.INVENTORY,
            """
        [{please}] (katere|kateri|kakšne) {docs} ({have}|{there}) [{where}] [{about} {topic}]
        (katere|kateri|kakšne) {docs} {about} {topic} ({have}|{there}) [{where}]
        kateri {docs} (govorijo o|omenjajo|obravnavajo) {topic}
        [{please}] (naštej|seznam|pokaži|pokaži mi|navedi|izpiši) [(vse|vseh)] [moje] {docs} [{where}] [{about} {topic}] [prosim]
        koliko {docs} ({have}|{there}) [{where}] {about} {topic}
        (ali|a) ({have}|obstaja|obstajajo) [(kakšen|kakšne|kateri)] ({docs}|dokument) {about} {topic}
        ({have}) [(kakšen|kakšne|kateri)] ({docs}|dokument) {about} {topic}
        kaj (je|imaš) v [(tej|moji)] (knjižnici|zbirki)
        """,
            certain=True,
        ),
        Pattern(
            Asked.COUNT,
            """
        koliko ({docs}|strani) ({have}|je) [(skupaj|vseh)] [{where}]
        koliko je [vseh] ({docs}|strani) [{where}]
        """,
            certain=True,
        ),
        Pattern(
            Asked.PAGE_COUNT,
            """
        koliko strani (ima|obsega) {this}
        koliko strani je v {this}
        kako dolg je {this}
        """,
            THIS,
        ),
        Pattern(
            Asked.PAGE_COUNT,
            """
        koliko strani (ima|imajo|obsega) {name}
        koliko strani je v {name}
        """,
            NAMED,
        ),
        Pattern(Asked.PAGE_COUNT, "kako (dolg|dolga|dolgo) je {name}", NAMED, loose=True),
        Pattern(
            Asked.PAGES,
            """
        [{please}] kaj (piše|je|stoji|je napisano) na (strani|straneh) {pages} [v] [{this}]
        [{please}] kaj (piše|je|stoji|je napisano) na {pages} strani [v] [{this}]
        [{please}] (pokaži|pokaži mi|preberi|preberi mi) (stran|strani) {pages} [v] [{this}]
        [{please}] (pokaži|pokaži mi|preberi|preberi mi) {pages} stran [{this}]
        """,
            THIS,
            certain=True,
        ),
        Pattern(
            Asked.PAGES,
            """
        [{please}] kaj (piše|je|stoji|je napisano) na (strani|straneh) {pages} [(v|iz|od)] {name}
        [{please}] kaj (piše|je|stoji|je napisano) na {pages} strani [(v|iz|od)] {name}
        [{please}] kaj (piše|je|stoji|je napisano) v {name} na (strani|straneh) {pages}
        [{please}] (pokaži|pokaži mi|preberi|preberi mi) (stran|strani) {pages} [(v|iz|od)] {name}
        """,
            NAMED,
            certain=True,
        ),
        Pattern(
            Asked.PAGES,
            """
        [{please}] kaj (piše|je|stoji|je napisano) na (tej strani|teh straneh)
        [{please}] (pokaži|pokaži mi|preberi|preberi mi) (to stran|te strani)
        """,
            THIS,
        ),
        Pattern(
            Asked.SUMMARY,
            """
        [{please}] (povzemi|povzemite|povzameš|povzeti) [mi] [({this}|{it})] [prosim]
        [{please}] (napiši|daj|naredi|pripravi) [mi] {summary} [({this}|{it})] [prosim]
        {summary} ({this}|{it})
        (o čem govori|o čem je) {this}
        """,
            THIS,
            certain=True,
        ),
        Pattern(
            Asked.SUMMARY,
            """
        [{please}] (povzemi|povzemite|povzameš) [mi] (dokument|datoteko) {name} [prosim]
        """,
            NAMED,
            certain=True,
        ),
        Pattern(
            Asked.SUMMARY,
            """
        [{please}] (povzemi|povzemite|povzameš) [mi] {name} [prosim]
        [{please}] (napiši|daj|naredi|pripravi) [mi] {summary} {name}
        {summary} {name}
        (o čem govori|o čem je) {name}
        """,
            NAMED,
        ),
        Pattern(
            Asked.COMPARISON,
            """
        [{please}] (primerjaj|primerjajte|primerjaš) [med seboj] {these} [med seboj]
        [(katere so|kakšne so|pokaži|naštej)] (razlike|razlika) med {these}
        (kakšna|katera|kaj) je razlika med {these}
        (v čem|kako|po čem) se razlikujeta {these}
        v čem se {these} razlikujeta
        """,
            BOTH,
            certain=True,
        ),
        Pattern(
            Asked.COMPARISON,
            """
        [{please}] (primerjaj|primerjajte|primerjaš) [med seboj] {them} [med seboj]
        [(katere so|kakšne so|pokaži|naštej)] (razlike|razlika) med {them}
        (kakšna|katera|kaj) je razlika med {them}
        (v čem|kako|po čem) se razlikujeta {them}
        v čem se {them} razlikujeta
        """,
            BOTH,
        ),
        Pattern(
            Asked.COMPARISON,
            """
        [{please}] (primerjaj|primerjajte|primerjaš) {this} (z|s) {name}
        """,
            WITH_THIS,
        ),
        Pattern(
            Asked.COMPARISON,
            """
        [{please}] (primerjaj|primerjajte|primerjaš) {name} (in|z|s|ter) {other}
        [(katere so|kakšne so|pokaži|kakšna je|kaj je)] (razlike|razlika) med {name} in {other}
        (v čem|kako|po čem) se razlikujeta {name} in {other}
        (v čem|kako|po čem) se {name} razlikuje od {other}
        """,
            TWO,
        ),
    ),
    signs=(
        (INVENTORIES, "dokument datotek listin gradiv knjižnic zbirk"),
        (OF_PAGES, "stran dolg"),
        ((Asked.SUMMARY,), "povz pregled čem"),
        ((Asked.COMPARISON,), "primerja razlik"),
    ),
    page_words="strani|stran|straneh",
    phrases={
        Phrase.TOTAL: "Dokumenti: {documents}. Strani: {pages}.",
        Phrase.LIBRARY: "Dokumenti v knjižnici: {documents}, strani: {pages}.",
        Phrase.ON_TOPIC: "Dokumenti na temo »{topic}«: {documents}.",
        Phrase.NONE_ON_TOPIC: "Noben dokument v knjižnici ne govori o tem: »{topic}«.",
        Phrase.PAGES: "Strani v {name}: {pages}",
        Phrase.LENGTH: "strani: {pages}",
        Phrase.MORE: "In še drugi: {count}.",
        Phrase.WHICH: "Kateri dokument je mišljen? Poimenujte ga v vprašanju ali ga izberite z @.",
        Phrase.WHICH_TWO: "Katera dva dokumenta sta mišljena? Poimenujte oba ali ju izberite z @.",
        Phrase.UNKNOWN: "Noben dokument v knjižnici se ne imenuje »{name}«. »Naštej dokumente« pokaže njihova imena.",
        Phrase.AMBIGUOUS: "Mišljenih je lahko več dokumentov. Enega poimenujte v celoti ali ga izberite z @:",
        Phrase.NO_PAGE: "{name} nima te strani. Strani: od 1 do {pages}.",
        Phrase.NO_TEXT: "{name} tam nima besedila, ki bi ga bilo mogoče prebrati.",
        Phrase.PART_READ: "Za to prebrani odlomki: {read} od {all}, strani od {first} do {last}, {name}.",
        Phrase.CHANGED: "Spremenjeno:",
        Phrase.ONLY_IN: "Samo v {name}:",
        Phrase.SAME: "Stavki, ki jih imata oba: {same}. Razlike: {count}.",
        Phrase.NO_DIFFERENCE: "{first} in {second} povesta isto, stavek za stavkom.",
        Phrase.NOT_COMPARED: "Stavki, ki jih je preveč za primerjavo in se lahko razlikujejo: {count}.",
    },
)
