"""How documents are asked about as wholes, and told of, in Swedish."""

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

SWEDISH = Language(
    code="sv",
    words={
        "docs": "dokument|filer|handlingar|dokumenten",
        "have": "har du|har ni|har vi|har jag|känner du till|du har|vi har",
        "there": "finns [det]|finns (här|tillgängliga)|är tillgängliga|har (importerats|lagts till)",
        "where": "här|tillgängliga|i (biblioteket|samlingen|mitt bibliotek|vårt bibliotek)",
        "about": "om|angående|rörande|gällande|på temat|som (nämner|handlar om|tar upp)|kring",
        "please": "snälla|kan du|kan ni|skulle du kunna|vänligen|och|nu|var snäll och",
        "this": "(det här|detta) (dokumentet|dokument)|den här (filen|handboken|manualen|rapporten)|dokumentet|filen|texten|den här texten|denna (fil|handbok|rapport|text)",
        "it": "det|detta|det här",
        "these": "(dessa|de här|båda|de|dessa två|de här två|de två) [två] (dokumenten|dokument|filerna|filer|versionerna)|dokumenten|båda dokumenten",
        "them": "dem|båda|de två|de här",
        "summary": "[en] [kort] (sammanfattning|översikt)",
    },
    patterns=(
        Pattern(
            Asked.INVENTORY,
            """
        [{please}] (vilka|vad för) {docs} ({have}|{there}) [{where}] [{about} {topic}]
        vilka {docs} {about} {topic} ({have}|{there}) [{where}]
        vilka {docs} (nämner|handlar om|tar upp|behandlar) {topic}
        [{please}] (lista|visa|visa mig|räkna upp|ge mig en lista över) [(alla|mina|samtliga)] {docs} [{where}] [{about} {topic}] [tack]
        hur många {docs} ({have}|{there}) [{where}] {about} {topic}
        (har du|har vi|har ni|finns det) [(något|några|någon)] {docs} {about} {topic}
        vad (finns|har du) i (biblioteket|samlingen)
        """,
            certain=True,
        ),
        Pattern(
            Asked.COUNT,
            """
        hur många ({docs}|sidor) (har du|har ni|har vi|har jag|finns det|finns) [(totalt|sammanlagt|allt som allt)] [{where}]
        """,
            certain=True,
        ),
        Pattern(
            Asked.PAGE_COUNT,
            """
        hur många sidor (har|innehåller|är) {this}
        hur långt är {this}
        """,
            THIS,
        ),
        Pattern(
            Asked.PAGE_COUNT,
            """
        hur många sidor (har|innehåller|är|omfattar) {name}
        hur många sidor finns [det] i {name}
        """,
            NAMED,
        ),
        Pattern(Asked.PAGE_COUNT, "hur (lång|långt) är {name}", NAMED, loose=True),
        Pattern(
            Asked.PAGES,
            """
        [{please}] vad (står|finns|står det|finns det|är) på (sida|sidan|sidorna) {pages} [(i|av)] [{this}]
        [{please}] (visa|visa mig|läs|läs upp) (sida|sidan|sidorna) {pages} [(i|av|ur|från)] [{this}]
        vad (säger|innehåller|visar) (sida|sidan) {pages} [(i|av)] [{this}]
        """,
            THIS,
            certain=True,
        ),
        Pattern(
            Asked.PAGES,
            """
        [{please}] vad (står|finns|står det|finns det|är) på (sida|sidan|sidorna) {pages} (i|av|ur|från) {name}
        [{please}] vad står [det] i {name} på (sida|sidan|sidorna) {pages}
        [{please}] (visa|visa mig|läs|läs upp) (sida|sidan|sidorna) {pages} (i|av|ur|från) {name}
        vad (säger|innehåller|visar) (sida|sidan) {pages} (i|av|ur|från) {name}
        """,
            NAMED,
            certain=True,
        ),
        Pattern(
            Asked.PAGES,
            """
        [{please}] vad (står|finns|står det|finns det|är) på (den här sidan|de här sidorna|dessa sidor|denna sida|sidan|sidorna)
        [{please}] (visa|visa mig|läs|läs upp) (den här sidan|de här sidorna|dessa sidor)
        """,
            THIS,
        ),
        Pattern(
            Asked.SUMMARY,
            """
        [{please}] (sammanfatta|summera) [({this}|{it})] [tack]
        [{please}] (ge|skriv|gör) [mig] {summary} [(av|över)] [({this}|{it})] [tack]
        {summary} av ({this}|{it})
        vad handlar {this} om
        """,
            THIS,
            certain=True,
        ),
        Pattern(
            Asked.SUMMARY,
            """
        [{please}] (sammanfatta|summera) (dokumentet|filen) {name}
        """,
            NAMED,
            certain=True,
        ),
        Pattern(
            Asked.SUMMARY,
            """
        [{please}] (sammanfatta|summera) {name} [tack]
        [{please}] (ge|skriv|gör) [mig] {summary} (av|över) {name}
        {summary} av {name}
        vad handlar {name} om
        """,
            NAMED,
        ),
        Pattern(
            Asked.COMPARISON,
            """
        [{please}] jämför {these} [med varandra]
        [(vilka är|visa|vad är)] (skillnaderna|skillnaden) mellan {these}
        vilka skillnader finns [det] mellan {these}
        (hur|på vilket sätt) skiljer sig {these} [åt]
        hur skiljer {these} sig [åt]
        """,
            BOTH,
            certain=True,
        ),
        Pattern(
            Asked.COMPARISON,
            """
        [{please}] jämför {them} [med varandra]
        [(vilka är|visa|vad är)] (skillnaderna|skillnaden) mellan {them}
        vilka skillnader finns [det] mellan {them}
        (hur|på vilket sätt) skiljer sig {them} [åt]
        hur skiljer {them} sig [åt]
        """,
            BOTH,
        ),
        Pattern(
            Asked.COMPARISON,
            """
        [{please}] jämför {this} med {name}
        """,
            WITH_THIS,
        ),
        Pattern(
            Asked.COMPARISON,
            """
        [{please}] jämför {name} (med|och) {other}
        [(vilka är|visa|vad är)] (skillnaderna|skillnaden) mellan {name} och {other}
        (hur|på vilket sätt) skiljer sig {name} (från|och) {other} [åt]
        """,
            TWO,
        ),
    ),
    signs=(
        (INVENTORIES, "dokument fil handling bibliotek samling"),
        (OF_PAGES, "sida sidor sidan lång"),
        ((Asked.SUMMARY,), "sammanfatt summer översikt handlar"),
        ((Asked.COMPARISON,), "jämför skilln skilj"),
    ),
    page_words="sida|sidan|sidorna",
    phrases={
        Phrase.TOTAL: "Dokument: {documents}. Sidor: {pages}.",
        Phrase.LIBRARY: "Dokument i biblioteket: {documents}, sidor: {pages}.",
        Phrase.ON_TOPIC: "Dokument om ”{topic}”: {documents}.",
        Phrase.NONE_ON_TOPIC: "Inget dokument i biblioteket talar om ”{topic}”.",
        Phrase.PAGES: "Sidor i {name}: {pages}",
        Phrase.LENGTH: "sidor: {pages}",
        Phrase.MORE: "Och fler: {count}.",
        Phrase.WHICH: "Vilket dokument menas? Nämn det i frågan, eller välj det med @.",
        Phrase.WHICH_TWO: "Vilka två dokument menas? Nämn båda, eller välj dem med @.",
        Phrase.UNKNOWN: "Inget dokument i biblioteket heter ”{name}”. ”Lista dokumenten” visar deras namn.",
        Phrase.AMBIGUOUS: "Flera dokument kan menas. Nämn ett av dem helt, eller välj det med @:",
        Phrase.NO_PAGE: "{name} har ingen sådan sida. Sidor: 1 till {pages}.",
        Phrase.NO_TEXT: "{name} har ingen text där som kan läsas.",
        Phrase.PART_READ: "Lästa stycken: {read} av {all}, sidorna {first} till {last} i {name}.",
        Phrase.CHANGED: "Ändrat:",
        Phrase.ONLY_IN: "Endast i {name}:",
        Phrase.SAME: "Meningar som båda har: {same}. Skillnader: {count}.",
        Phrase.NO_DIFFERENCE: "{first} och {second} säger samma sak, mening för mening.",
        Phrase.NOT_COMPARED: "Meningar som är för många att jämföra och kan skilja sig: {count}.",
    },
)
