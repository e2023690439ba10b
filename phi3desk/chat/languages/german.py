"""How documents are asked about as wholes, and told of, in German."""

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

GERMAN = Language(
    code="de",
    words={
        "many": "wie viele|wieviele|wieviel",
        "docs": "dokumente|dateien|unterlagen|dokumenten|schriftstücke",
        "have": "hast du|haben sie|haben wir|habe ich|kennst du|kannst du durchsuchen|du hast|wir haben|liegen dir vor|"
        "liegen vor|hast du da",
        "there": "gibt es|sind (vorhanden|da|hier|gespeichert|abgelegt|importiert)|liegen vor|sind",
        "where": "hier|vorhanden|da|(in der|in dieser|in meiner|in unserer|in deiner) (bibliothek|sammlung|ablage)",
        "about": "zu|zum|zur|über|über das thema|zum thema|bezüglich|betreffend|die von|rund um",
        "please": "bitte|kannst du|könntest du|können sie|könnten sie|kannst du bitte|und|nun|jetzt|kannst du mir|"
        "können sie mir|kannst du mir bitte",
        "this": "dieses (dokument|handbuch|dokuments|handbuchs|papier)|diese (datei|anleitung|unterlage)|diesen (text|bericht|vertrag)|diesem (dokument|handbuch|vertrag|bericht)|das (dokument|pdf|handbuch)|die datei|den (text|bericht)|dem dokument|des dokuments|dieser (datei|anleitung)",
        "it": "dies|das|es",
        "these": "[diese] [die] [beiden|zwei] (dokumente|dateien|fassungen|verträge|berichte)|(diesen|den|beiden|diesen beiden|den beiden|diesen zwei|den zwei) [(dokumenten|dateien|fassungen|verträgen)]",
        "them": "diese|beide|die beiden|sie",
        "summary": "[(eine|die|ne)] [(kurze|knappe)] (zusammenfassung|übersicht)",
    },
    patterns=(
        Pattern(
            Asked.INVENTORY,
            """
        [{please}] welche {docs} ({have}|{there}) [{where}] [{about} {topic}]
        welche {docs} {about} {topic} ({have}|{there}) [{where}]
        welche {docs} ({have}|{there}) {about} {topic} {where}
        welche {docs} (sprechen von|sprechen über|handeln von|behandeln|erwähnen|befassen sich mit) {topic}
        was für {docs} ({have}|{there}) [{where}] [{about} {topic}]
        [{please}] (liste|zeige|zeig|nenne|nenn|gib) [mir] [bitte] [(alle|die|meine|deine|unsere)] {docs} [{where}] [{about} {topic}] [(auf|an)] [bitte]
        [{please}] [mir] [(alle|die|meine|deine|unsere)] {docs} [{about} {topic}] (auflisten|anzeigen|zeigen|nennen)
        (liste|auflistung|verzeichnis) (aller|der) {docs}
        {many} {docs} ({have}|{there}) [{where}] {about} {topic} [{where}]
        (gibt es|hast du|haben wir|haben sie) [(ein|irgendwelche|auch)] ({docs}|dokument|etwas) {about} {topic}
        was (ist|liegt|steht|hast du) in (der|dieser|meiner|deiner) (bibliothek|sammlung)
        """,
            certain=True,
        ),
        Pattern(
            Asked.COUNT,
            """
        {many} ({docs}|seiten) (hast du|haben sie|haben wir|habe ich|gibt es|liegen vor) [(insgesamt|zusammen)] [{where}]
        {many} ({docs}|seiten) sind (vorhanden|da|in der bibliothek) [insgesamt]
        {many} {docs} und [{many}] seiten (hast du|haben wir|gibt es) [(insgesamt|zusammen)]
        """,
            certain=True,
        ),
        Pattern(
            Asked.PAGE_COUNT,
            """
        {many} seiten (hat|umfasst|enthält) {this}
        {many} seiten (sind|stehen) in {this}
        wie lang ist {this}
        """,
            THIS,
        ),
        Pattern(
            Asked.PAGE_COUNT,
            """
        {many} seiten (hat|haben|umfasst|enthält|zählt) {name}
        (wie ist|wie lautet) die seitenzahl (von|des|der) {name}
        {many} seiten lang ist {name}
        """,
            NAMED,
        ),
        Pattern(Asked.PAGE_COUNT, "wie lang ist {name}", NAMED, loose=True),
        Pattern(
            Asked.PAGES,
            """
        [{please}] was (steht|ist|findet sich|befindet sich|kann man lesen) [alles] auf [der] (seite|seiten|s) {pages} [(in|von|aus) {this}] [{this}]
        [{please}] was (steht|ist) auf der {pages} seite [(in|von) {this}] [{this}]
        [{please}] (zeige|zeig|lies|gib|nenne|zitiere) [mir] [bitte] [die] (seite|seiten) {pages} [(in|von|aus) {this}] [{this}] [vor]
        was (sagt|enthält|zeigt) [die] seite {pages} [(in|von|aus) {this}] [{this}]
        """,
            THIS,
            certain=True,
        ),
        Pattern(
            Asked.PAGES,
            """
        [{please}] was (steht|ist|findet sich|befindet sich) [alles] (auf|in) [der] (seite|seiten|s) {pages} [(in|im|von|vom|aus|der|des)] {name}
        [{please}] was (steht|ist) (im|in der|in) {name} auf [der] (seite|seiten|s) {pages}
        [{please}] was (steht|ist) auf der {pages} seite (in|im|von|vom|aus|der|des) {name}
        [{please}] (zeige|zeig|lies|gib|nenne|zitiere) [mir] [bitte] [die] (seite|seiten) {pages} (in|im|von|vom|aus|der|des) {name}
        was (sagt|enthält|zeigt) [die] seite {pages} (in|im|von|vom|aus|der|des) {name}
        """,
            NAMED,
            certain=True,
        ),
        Pattern(
            Asked.PAGES,
            """
        [{please}] was (steht|ist|findet sich|befindet sich) [alles] auf (dieser seite|diesen seiten|der seite|den seiten)
        [{please}] (zeige|zeig|lies) [mir] [bitte] (diese seite|diese seiten) [vor]
        was (sagt diese seite|sagen diese seiten|enthält diese seite|enthalten diese seiten)
        """,
            THIS,
        ),
        Pattern(
            Asked.SUMMARY,
            """
        [{please}] (fasse|fass) [mir] [bitte] [({this}|{it})] [kurz] zusammen
        [{please}] [mir] [bitte] ({this}|{it}) [kurz] zusammenfassen
        [{please}] (gib|erstelle|schreibe|schreib|mach|mache) [mir] [bitte] {summary} [(von|zu|über) ({this}|{it})] [({this}|{it})]
        {summary} [(von|des|zu)] ({this}|{it}) [bitte]
        worum geht es in {this}
        wovon handelt {this}
        zusammenfassung [bitte]
        """,
            THIS,
            certain=True,
        ),
        Pattern(
            Asked.SUMMARY,
            """
        [{please}] (fasse|fass) [mir] [bitte] (das dokument|die datei) {name} [kurz] zusammen
        """,
            NAMED,
            certain=True,
        ),
        Pattern(
            Asked.SUMMARY,
            """
        [{please}] (fasse|fass) [mir] [bitte] {name} [kurz] zusammen
        [{please}] [mir] [bitte] {name} [kurz] zusammenfassen
        [{please}] (gib|erstelle|schreibe|schreib|mach|mache) [mir] [bitte] {summary} (von|vom|des|der|zu|zum|zur|über) {name}
        {summary} (von|vom|des|der|zu|zum|zur) {name}
        worum geht es (in|im) {name}
        wovon handelt {name}
        """,
            NAMED,
        ),
        Pattern(
            Asked.COMPARISON,
            """
        [{please}] (vergleiche|vergleich) [bitte] {these} [miteinander]
        [{please}] [bitte] {these} [miteinander] vergleichen
        [(was sind|zeige|zeig|nenne|welche)] [mir] [die] (unterschiede|unterschied) [(gibt es|bestehen)] zwischen {these}
        was ist der unterschied zwischen {these}
        (worin|wie|wodurch) unterscheiden sich {these}
        was (ist anders|hat sich geändert) (in|zwischen) {these}
        """,
            BOTH,
            certain=True,
        ),
        Pattern(
            Asked.COMPARISON,
            """
        [{please}] (vergleiche|vergleich) [bitte] {them} [miteinander]
        [{please}] [bitte] {them} [miteinander] vergleichen
        [(was sind|zeige|zeig|nenne|welche)] [mir] [die] (unterschiede|unterschied) [(gibt es|bestehen)] zwischen {them}
        was ist der unterschied zwischen {them}
        (worin|wie|wodurch) unterscheiden sich {them}
        was (ist anders|hat sich geändert) (in|zwischen) {them}
        """,
            BOTH,
        ),
        Pattern(
            Asked.COMPARISON,
            """
        [{please}] (vergleiche|vergleich) [bitte] {this} mit {name}
        (worin|wie) unterscheidet sich {this} (von|vom) {name}
        """,
            WITH_THIS,
        ),
        Pattern(
            Asked.COMPARISON,
            """
        [{please}] (vergleiche|vergleich) [bitte] {name} (mit|und) {other}
        [{please}] {name} (mit|und) {other} vergleichen
        [(was sind|was ist|zeige|nenne|welche)] [mir] [(die|der)] (unterschiede|unterschied) [(gibt es|bestehen)] zwischen {name} und {other}
        (worin|wie|wodurch) unterscheiden sich {name} und {other}
        (worin|wie|wodurch) unterscheidet sich {name} (von|vom) {other}
        """,
            TWO,
        ),
    ),
    signs=(
        (INVENTORIES, "dokument datei unterlag schriftstück bibliothek sammlung"),
        (OF_PAGES, "seite s lang"),
        ((Asked.SUMMARY,), "zusammen fass worum wovon übersicht"),
        ((Asked.COMPARISON,), "vergleich unterschie unterscheid anders geändert"),
    ),
    page_words="seite|seiten",
    phrases={
        Phrase.TOTAL: "Dokumente: {documents}. Seiten: {pages}.",
        Phrase.LIBRARY: "Dokumente in der Bibliothek: {documents}, Seiten: {pages}.",
        Phrase.ON_TOPIC: "Dokumente zu „{topic}“: {documents}.",
        Phrase.NONE_ON_TOPIC: "Kein Dokument der Bibliothek spricht von „{topic}“.",
        Phrase.PAGES: "Seiten in {name}: {pages}",
        Phrase.LENGTH: "Seiten: {pages}",
        Phrase.MORE: "Und weitere: {count}.",
        Phrase.WHICH: "Welches Dokument ist gemeint? Nennen Sie es in der Frage, oder wählen Sie es mit @.",
        Phrase.WHICH_TWO: "Welche zwei Dokumente sind gemeint? Nennen Sie beide, oder wählen Sie sie mit @.",
        Phrase.UNKNOWN: "Kein Dokument der Bibliothek heißt „{name}“. „Liste alle Dokumente“ zeigt ihre Namen.",
        Phrase.AMBIGUOUS: "Mehrere Dokumente können gemeint sein. Nennen Sie eines ganz, oder wählen Sie es mit @:",
        Phrase.NO_PAGE: "{name} hat diese Seite nicht. Seiten: 1 bis {pages}.",
        Phrase.NO_TEXT: "{name} hat dort keinen Text, der gelesen werden kann.",
        Phrase.PART_READ: "Dafür gelesene Abschnitte: {read} von {all}, Seiten {first} bis {last} von {name}.",
        Phrase.CHANGED: "Geändert:",
        Phrase.ONLY_IN: "Nur in {name}:",
        Phrase.SAME: "Sätze, die beide haben: {same}. Unterschiede: {count}.",
        Phrase.NO_DIFFERENCE: "{first} und {second} sagen Satz für Satz dasselbe.",
        Phrase.NOT_COMPARED: "Sätze, die zu viele sind, um verglichen zu werden, und abweichen können: {count}.",
    },
)
