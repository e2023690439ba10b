"""What is said of a result from a sheet, in seven languages. Numbers stand behind a colon: no plural is needed."""

from __future__ import annotations

from enum import StrEnum


class Said(StrEnum):
    """What is said; each leaves open what its name tells."""

    SUM = "sum"
    AVERAGE = "average"
    LARGEST = "largest"
    SMALLEST = "smallest"
    NEWEST = "newest"
    OLDEST = "oldest"
    COUNT = "count"
    DIFFERENT = "different"
    LIST = "list"
    EACH = "each"
    BLANK = "blank"
    TOTALS = "totals"
    PART = "part"
    BESIDE = "beside"
    MORE = "more"
    AT_LEAST_MORE = "at_least_more"
    EMPTY = "empty"
    RESULT = "result"
    NO_QUERY = "no_query"
    ROW = "row"


PHRASES: dict[str, dict[Said, str]] = {
    "en": {
        Said.SUM: "Sum of “{column}”",
        Said.AVERAGE: "Average of “{column}”",
        Said.LARGEST: "Largest “{column}”",
        Said.SMALLEST: "Smallest “{column}”",
        Said.NEWEST: "Latest “{column}”",
        Said.OLDEST: "Earliest “{column}”",
        Said.COUNT: "Number of rows",
        Said.DIFFERENT: "Number of different “{column}”",
        Said.LIST: "Rows that fit",
        Said.EACH: "for each “{column}”",
        Said.BLANK: "Rows without a value in “{column}”, not counted: {count}.",
        Said.TOTALS: "Rows of totals in the sheet, not counted: {count}.",
        Said.PART: "The sheet goes on: only its rows up to {row} could be calculated with.",
        Said.BESIDE: "Other tables that the question fits as well, not counted: {names}.",
        Said.MORE: "And further rows: {count}.",
        Said.AT_LEAST_MORE: "And further rows: {count} or more.",
        Said.EMPTY: "no value",
        Said.RESULT: "Result of the query",
        Said.NO_QUERY: "No query could be made of this question. These rows of the sheet fit",
        Said.ROW: "Row",
    },
    "de": {
        Said.SUM: "Summe von „{column}“",
        Said.AVERAGE: "Durchschnitt von „{column}“",
        Said.LARGEST: "Größter Wert von „{column}“",
        Said.SMALLEST: "Kleinster Wert von „{column}“",
        Said.NEWEST: "Spätestes Datum in „{column}“",
        Said.OLDEST: "Frühestes Datum in „{column}“",
        Said.COUNT: "Anzahl der Zeilen",
        Said.DIFFERENT: "Anzahl verschiedener Werte von „{column}“",
        Said.LIST: "Passende Zeilen",
        Said.EACH: "für jeden Wert von „{column}“",
        Said.BLANK: "Zeilen ohne Wert in „{column}“, nicht mitgerechnet: {count}.",
        Said.TOTALS: "Summenzeilen der Tabelle, nicht mitgerechnet: {count}.",
        Said.PART: "Die Tabelle geht weiter: Gerechnet wurde nur mit den Zeilen bis {row}.",
        Said.BESIDE: "Andere Tabellen, zu denen die Frage ebenso passt, nicht mitgerechnet: {names}.",
        Said.MORE: "Weitere Zeilen: {count}.",
        Said.AT_LEAST_MORE: "Weitere Zeilen: {count} oder mehr.",
        Said.EMPTY: "kein Wert",
        Said.RESULT: "Ergebnis der Abfrage",
        Said.NO_QUERY: "Aus dieser Frage ließ sich keine Abfrage machen. Diese Zeilen der Tabelle passen",
        Said.ROW: "Zeile",
    },
    "sl": {
        Said.SUM: "Vsota stolpca »{column}«",
        Said.AVERAGE: "Povprečje stolpca »{column}«",
        Said.LARGEST: "Največja vrednost v »{column}«",
        Said.SMALLEST: "Najmanjša vrednost v »{column}«",
        Said.NEWEST: "Najpoznejši datum v »{column}«",
        Said.OLDEST: "Najzgodnejši datum v »{column}«",
        Said.COUNT: "Število vrstic",
        Said.DIFFERENT: "Število različnih vrednosti v »{column}«",
        Said.LIST: "Ustrezne vrstice",
        Said.EACH: "za vsako vrednost v »{column}«",
        Said.BLANK: "Vrstice brez vrednosti v »{column}«, ki niso upoštevane: {count}.",
        Said.TOTALS: "Vrstice z vsotami v preglednici, ki niso upoštevane: {count}.",
        Said.PART: "Preglednica se nadaljuje: upoštevane so le vrstice do {row}.",
        Said.BESIDE: "Druge preglednice, ki jim vprašanje prav tako ustreza in niso upoštevane: {names}.",
        Said.MORE: "Nadaljnje vrstice: {count}.",
        Said.AT_LEAST_MORE: "Nadaljnje vrstice: {count} ali več.",
        Said.EMPTY: "brez vrednosti",
        Said.RESULT: "Rezultat poizvedbe",
        Said.NO_QUERY: "Iz tega vprašanja ni bilo mogoče narediti poizvedbe. Te vrstice preglednice ustrezajo",
        Said.ROW: "Vrstica",
    },
    "el": {
        Said.SUM: "Άθροισμα της στήλης «{column}»",
        Said.AVERAGE: "Μέσος όρος της στήλης «{column}»",
        Said.LARGEST: "Μεγαλύτερη τιμή στη στήλη «{column}»",
        Said.SMALLEST: "Μικρότερη τιμή στη στήλη «{column}»",
        Said.NEWEST: "Τελευταία ημερομηνία στη στήλη «{column}»",
        Said.OLDEST: "Πρώτη ημερομηνία στη στήλη «{column}»",
        Said.COUNT: "Αριθμός γραμμών",
        Said.DIFFERENT: "Αριθμός διαφορετικών τιμών στη στήλη «{column}»",
        Said.LIST: "Γραμμές που ταιριάζουν",
        Said.EACH: "για κάθε τιμή της στήλης «{column}»",
        Said.BLANK: "Γραμμές χωρίς τιμή στη στήλη «{column}», που δεν μετρήθηκαν: {count}.",
        Said.TOTALS: "Γραμμές συνόλων του φύλλου, που δεν μετρήθηκαν: {count}.",
        Said.PART: "Το φύλλο συνεχίζεται: υπολογίστηκαν μόνο οι γραμμές έως {row}.",
        Said.BESIDE: "Άλλοι πίνακες στους οποίους ταιριάζει επίσης η ερώτηση και δεν μετρήθηκαν: {names}.",
        Said.MORE: "Επιπλέον γραμμές: {count}.",
        Said.AT_LEAST_MORE: "Επιπλέον γραμμές: {count} ή περισσότερες.",
        Said.EMPTY: "καμία τιμή",
        Said.RESULT: "Αποτέλεσμα του ερωτήματος",
        Said.NO_QUERY: "Δεν μπόρεσε να γίνει ερώτημα από αυτή την ερώτηση. Αυτές οι γραμμές του φύλλου ταιριάζουν",
        Said.ROW: "Γραμμή",
    },
    "uk": {
        Said.SUM: "Сума стовпця «{column}»",
        Said.AVERAGE: "Середнє стовпця «{column}»",
        Said.LARGEST: "Найбільше значення у «{column}»",
        Said.SMALLEST: "Найменше значення у «{column}»",
        Said.NEWEST: "Найпізніша дата у «{column}»",
        Said.OLDEST: "Найраніша дата у «{column}»",
        Said.COUNT: "Кількість рядків",
        Said.DIFFERENT: "Кількість різних значень у «{column}»",
        Said.LIST: "Відповідні рядки",
        Said.EACH: "для кожного значення «{column}»",
        Said.BLANK: "Рядки без значення у «{column}», які не враховано: {count}.",
        Said.TOTALS: "Рядки підсумків таблиці, які не враховано: {count}.",
        Said.PART: "Таблиця продовжується: враховано лише рядки до {row}.",
        Said.BESIDE: "Інші таблиці, яких запитання стосується так само, не враховано: {names}.",
        Said.MORE: "Інші рядки: {count}.",
        Said.AT_LEAST_MORE: "Інші рядки: {count} або більше.",
        Said.EMPTY: "немає значення",
        Said.RESULT: "Результат запиту",
        Said.NO_QUERY: "З цього запитання не вдалося зробити запит. Ці рядки таблиці відповідають йому",
        Said.ROW: "Рядок",
    },
    "ro": {
        Said.SUM: "Suma coloanei „{column}”",
        Said.AVERAGE: "Media coloanei „{column}”",
        Said.LARGEST: "Cea mai mare valoare din „{column}”",
        Said.SMALLEST: "Cea mai mică valoare din „{column}”",
        Said.NEWEST: "Ultima dată din „{column}”",
        Said.OLDEST: "Prima dată din „{column}”",
        Said.COUNT: "Numărul de rânduri",
        Said.DIFFERENT: "Numărul de valori diferite din „{column}”",
        Said.LIST: "Rânduri care se potrivesc",
        Said.EACH: "pentru fiecare valoare din „{column}”",
        Said.BLANK: "Rânduri fără valoare în „{column}”, neluate în calcul: {count}.",
        Said.TOTALS: "Rânduri cu totaluri din foaie, neluate în calcul: {count}.",
        Said.PART: "Foaia continuă: s-a calculat numai cu rândurile până la {row}.",
        Said.BESIDE: "Alte tabele cărora întrebarea li se potrivește la fel, neluate în calcul: {names}.",
        Said.MORE: "Alte rânduri: {count}.",
        Said.AT_LEAST_MORE: "Alte rânduri: {count} sau mai multe.",
        Said.EMPTY: "nicio valoare",
        Said.RESULT: "Rezultatul interogării",
        Said.NO_QUERY: "Din această întrebare nu s-a putut face o interogare. Aceste rânduri ale foii se potrivesc",
        Said.ROW: "Rând",
    },
    "sv": {
        Said.SUM: "Summan av ”{column}”",
        Said.AVERAGE: "Medelvärdet av ”{column}”",
        Said.LARGEST: "Största värdet i ”{column}”",
        Said.SMALLEST: "Minsta värdet i ”{column}”",
        Said.NEWEST: "Senaste datum i ”{column}”",
        Said.OLDEST: "Tidigaste datum i ”{column}”",
        Said.COUNT: "Antal rader",
        Said.DIFFERENT: "Antal olika värden i ”{column}”",
        Said.LIST: "Rader som passar",
        Said.EACH: "för varje värde i ”{column}”",
        Said.BLANK: "Rader utan värde i ”{column}”, som inte räknades: {count}.",
        Said.TOTALS: "Summarader i bladet, som inte räknades: {count}.",
        Said.PART: "Bladet fortsätter: bara raderna till och med {row} kunde räknas.",
        Said.BESIDE: "Andra tabeller som frågan passar lika bra på, som inte räknades: {names}.",
        Said.MORE: "Fler rader: {count}.",
        Said.AT_LEAST_MORE: "Fler rader: {count} eller fler.",
        Said.EMPTY: "inget värde",
        Said.RESULT: "Frågans resultat",
        Said.NO_QUERY: "Av frågan gick det inte att göra en databasfråga. De här raderna i bladet passar",
        Said.ROW: "Rad",
    },
}


def put(said: Said, code: str, **values: str | int) -> str:
    """Return a phrase in a language, filled in; in English where the language is not known."""
    return PHRASES.get(code, PHRASES["en"])[said].format(**values)
