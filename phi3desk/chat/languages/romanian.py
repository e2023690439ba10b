"""How documents are asked about as wholes, and told of, in Romanian."""

from phi3desk.chat.languages.language import BOTH, INVENTORIES, NAMED, OF_PAGES, THIS, TWO, Language, Pattern, Phrase
from phi3desk.library.overview.types import Asked

ROMANIAN = Language(
    code="ro",
    words={
        "docs": "documente|documentele|fișiere|fișierele|documente",
        "have": "ai|aveți|avem|am|cunoști|deții",
        "there": "există|sunt (disponibile|aici|în bibliotecă|salvate)|sunt",
        "where": "aici|disponibile|în [(această|aceasta)] (bibliotecă|bibliotecă|bibliotecă|biblioteca|colecție|colecția)|la dispoziție",
        "about": "despre|referitoare la|cu privire la|privind|legate de|care (vorbesc despre|menționează|tratează)|pe tema",
        "please": "te rog|vă rog|poți să|puteți să|ai putea să|și|acum|poți|îmi poți",
        "this": "acest (document|fișier|manual|text|raport|contract)|documentul|documentul acesta|fișierul|acestui (document|fișier|manual|text|raport|contract)|documentului",
        "it": "acesta|îl",
        "these": "aceste [două] (documente|fișiere)|cele două [(documente|fișiere|contracte|manuale|rapoarte)]|ambele documente|documentele|(acestor|celor) [două] (documente|fișiere)|documentele acestea",
        "them": "le|acestea",
        "summary": "[un] [scurt] (rezumat|sinteză|sumar)",
    },
    patterns=(
        Pattern(
            Asked.INVENTORY,
            """
        [{please}] (ce|care) {docs} ({have}|{there}) [{where}] [{about} {topic}]
        ce {docs} {about} {topic} ({have}|{there}) [{where}]
        ce {docs} (vorbesc despre|menționează|tratează|se referă la) {topic}
        [{please}] (enumeră|listează|arată|arată-mi|afișează|lista|enumeră-mi) [toate] {docs} [{where}] [{about} {topic}] [te rog]
        câte {docs} ({have}|{there}) [{where}] {about} {topic}
        (ai|aveți|avem|există) [(vreun|vreunul|niște|ceva)] ({docs}|document) {about} {topic}
        ce (este|e|ai|se află) în (bibliotecă|biblioteca|colecție|colecția) [(mea|noastră|ta|aceasta)]
        """,
            certain=True,
        ),
        Pattern(
            Asked.COUNT,
            """
        câte ({docs}|pagini) ({have}|{there}) [(în total|cu totul)] [{where}]
        """,
            certain=True,
        ),
        Pattern(
            Asked.PAGE_COUNT,
            """
        câte pagini (are|conține|sunt în) {this}
        """,
            THIS,
        ),
        Pattern(
            Asked.PAGE_COUNT,
            """
        câte pagini (are|au|conține) {name}
        câte pagini sunt în {name}
        """,
            NAMED,
        ),
        Pattern(Asked.PAGE_COUNT, "cât de lung este {name}", NAMED, loose=True),
        Pattern(
            Asked.PAGES,
            """
        [{please}] ce (scrie|este|se află|e|apare|conține) (la|pe|în) (pagina|paginile) {pages} [(din|a|ale)] [{this}]
        [{please}] (arată-mi|arată|citește|citește-mi|citez) (pagina|paginile) {pages} [(din|a|ale)] [{this}]
        ce (conține|spune|arată) (pagina|paginile) {pages} [(din|a|ale)] [{this}]
        """,
            THIS,
            certain=True,
        ),
        Pattern(
            Asked.PAGES,
            """
        [{please}] ce (scrie|este|se află|e|apare) (la|pe|în) (pagina|paginile) {pages} [(din|a|ale|în)] {name}
        [{please}] ce scrie în {name} (la|pe) pagina {pages}
        [{please}] (arată-mi|arată|citește|citește-mi) (pagina|paginile) {pages} [(din|a|ale)] {name}
        ce (conține|spune|arată) (pagina|paginile) {pages} [(din|a|ale)] {name}
        """,
            NAMED,
            certain=True,
        ),
        Pattern(
            Asked.PAGES,
            """
        [{please}] ce (scrie|este|se află|e|apare) (la|pe|în) (această pagină|aceste pagini|pagina aceasta|paginile acestea)
        ce (conține|spune|conțin|spun) (această pagină|aceste pagini)
        """,
            THIS,
        ),
        Pattern(
            Asked.SUMMARY,
            """
        [{please}] (rezumă|rezumați|sintetizează|rezumi|rezuma) [({this}|{it})] [te rog]
        [{please}] (fă|scrie|dă|faci|scrii|fă-mi|dă-mi) [mi] {summary} [(al|a|pentru|la)] [({this}|{it})] [te rog]
        {summary} (al|a|pentru) ({this}|{it})
        despre ce (este|e|este vorba în|e vorba în) {this}
        """,
            THIS,
            certain=True,
        ),
        Pattern(
            Asked.SUMMARY,
            """
        [{please}] (rezumă|rezumați|sintetizează|rezumi) {name} [te rog]
        [{please}] (fă|scrie|dă|faci|scrii|fă-mi|dă-mi) [mi] {summary} (al|a|pentru|la) {name}
        {summary} (al|a|pentru) {name}
        rezumatul {name}
        despre ce (este|e|este vorba în|e vorba în) {name}
        """,
            NAMED,
        ),
        Pattern(
            Asked.COMPARISON,
            """
        [{please}] (compară|comparați|compari) {these} [între ele]
        [(care sunt|arată|arată-mi)] (diferențele|diferența) dintre {these}
        care este diferența dintre {these}
        (prin ce|cum|în ce fel) (diferă|se deosebesc) {these}
        """,
            BOTH,
            certain=True,
        ),
        Pattern(
            Asked.COMPARISON,
            """
        [{please}] (compară|comparați|compari) {them} [între ele]
        [(care sunt|arată|arată-mi)] (diferențele|diferența) dintre {them}
        care este diferența dintre {them}
        (prin ce|cum|în ce fel) (diferă|se deosebesc) {them}
        """,
            BOTH,
        ),
        Pattern(
            Asked.COMPARISON,
            """
        [{please}] (compară|comparați|compari) {name} (cu|și) {other}
        [(care sunt|care este)] (diferențele|diferența) dintre {name} și {other}
        (prin ce|cum|în ce fel) (diferă|se deosebesc) {name} (și|de|față de) {other}
        """,
            TWO,
        ),
    ),
    signs=(
        (INVENTORIES, "document fișier bibliote colecți"),
        (OF_PAGES, "pagin lung"),
        ((Asked.SUMMARY,), "rezum sintet sintez sumar despre"),
        ((Asked.COMPARISON,), "compar diferen difer deoseb"),
    ),
    page_words="pagina|paginile",
    phrases={
        Phrase.TOTAL: "Documente: {documents}. Pagini: {pages}.",
        Phrase.LIBRARY: "Documente în bibliotecă: {documents}, pagini: {pages}.",
        Phrase.ON_TOPIC: "Documente despre „{topic}”: {documents}.",
        Phrase.NONE_ON_TOPIC: "Niciun document din bibliotecă nu vorbește despre „{topic}”.",
        Phrase.PAGES: "Pagini în {name}: {pages}",
        Phrase.LENGTH: "pagini: {pages}",
        Phrase.MORE: "Și altele: {count}.",
        Phrase.WHICH: "Care document este avut în vedere? Numiți-l în întrebare sau alegeți-l cu @.",
        Phrase.WHICH_TWO: "Care două documente sunt avute în vedere? Numiți-le pe ambele sau alegeți-le cu @.",
        Phrase.UNKNOWN: "Niciun document din bibliotecă nu se numește „{name}”. „Listează documentele” arată numele.",
        Phrase.AMBIGUOUS: "Pot fi avute în vedere mai multe documente. Numiți unul în întregime sau alegeți-l cu @:",
        Phrase.NO_PAGE: "{name} nu are această pagină. Pagini: de la 1 la {pages}.",
        Phrase.NO_TEXT: "{name} nu are acolo text care să poată fi citit.",
        Phrase.PART_READ: "Pasaje citite pentru aceasta: {read} din {all}, paginile {first}–{last}, {name}.",
        Phrase.CHANGED: "Schimbat:",
        Phrase.ONLY_IN: "Doar în {name}:",
        Phrase.SAME: "Propoziții pe care le au ambele: {same}. Diferențe: {count}.",
        Phrase.NO_DIFFERENCE: "{first} și {second} spun același lucru, propoziție cu propoziție.",
        Phrase.NOT_COMPARED: "Propoziții prea multe pentru a fi comparate, care pot fi diferite: {count}.",
    },
)
