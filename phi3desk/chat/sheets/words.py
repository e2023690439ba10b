"""The words by which sums, largest values, counts and rows of a sheet are asked for, in seven languages.

Phrases are set apart by |, their words are compared folded, and one that ends in * stands for all that begin so.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SheetWords:
    """The words of one language.

    `how_many` asks for a count and takes a noun, `how_much` for a sum or a value. `largest` and `smallest` rank by a
    column, `newest` and `oldest` by dates, `money` words by what something costs, and `paying` words ask that; `most`
    may rank sums. `each` stands before what a result is wanted for each of. `inside_...` are beginnings of compound
    words that say what is done with their rest: Gesamtmenge. The comparisons stand before a number or a date;
    `range_from` and `range_to` before the two bounds of a range, `also` between two that are listed; `during` are
    those of `more` and `less` that before a period mean all of it. `years` may stand before a year, `onward` behind
    what a span begins with. Without these, of the words of `since`, `from_period` before a month or a year means all
    of it, and `from_either` may mean that as well. `neutral` words say nothing of what is asked, of them `things`
    stand for rows whatever these are, and `degrees` only behind `how`: “large items” are not all items; questions
    with `other` words are not understood by rules, but for those `in_names` where they stand in the name of a column:
    “outside diameter”.
    """

    total: str
    average: str
    largest: str
    smallest: str
    newest: str
    oldest: str
    most: str
    how_many: str
    how_much: str
    different: str
    listing: str
    each: str
    more: str
    less: str
    at_least: str
    at_most: str
    between: str
    before: str
    after: str
    since: str
    until: str
    range_from: str
    range_to: str
    years: str
    onward: str
    also: str
    neutral: str
    things: str
    degrees: str
    how: str
    other: str
    paying: str
    in_names: str = ""
    during: str = ""
    from_period: str = ""
    from_either: str = ""
    money: str = ""
    inside_total: str = ""
    inside_average: str = ""


WORDS = {
    "en": SheetWords(
        money="most expensive|cheapest|dearest|expensive|cheap",
        total="total|totals|sum|sum up|add up|altogether|in total|overall|combined|all together",
        average="average|mean|on average|averaged",
        largest=(
            "largest|biggest|highest|maximum|max|greatest|longest|heaviest|most "
            "expensive|strongest|dearest|fastest|top|tallest"
        ),
        smallest="smallest|lowest|minimum|min|least|shortest|lightest|cheapest|fewest|weakest|slowest",
        newest="latest|newest|most recent|last",
        oldest="earliest|oldest|first",
        most="most",
        how_many="how many|number of|count of|count",
        how_much="how much",
        different="different|distinct|unique",
        listing="list|show|show me|which|name|give me|find|what are",
        each="per|for each|for every|each|by|broken down by|grouped by|every",
        more=(
            "more than|over|above|greater than|higher than|larger than|longer "
            "than|exceeding|exceed|exceeds|heavier than"
        ),
        less="less than|under|below|fewer than|lower than|smaller than|shorter than|cheaper than|lighter than",
        at_least="at least|or more|no less than|from",
        at_most="at most|or less|no more than|up to",
        things="item|items|entry|entries|record|records|row|rows|thing|things|ones",
        degrees="long|high|large|big|old|new|expensive",
        how="how",
        paying="cost|costs|costing|spend|spends|spent|pay|pays|paid",
        in_names="outside|none|nothing|lack|without|exclude|excluded|excluding",
        during="over",
        between="between",
        before="before|earlier than|prior to",
        after="after|later than",
        since="since|from|starting|starting from|starting in|starting with",
        until="until|till|up to|through|by",
        range_from="from",
        range_to="to|until|till|up to|through|thru|up until",
        years="year|years|month|months",
        onward="on|onwards|onward|and later|and after|or later",
        from_period="from",
        also="and|or|and also",
        neutral=(
            "please tell me us sheet table row* list file column* value* entr* record* item* there exist* listed "
            "record* sold sell spent spend cost* costs worth have has had got get stand* stood amount* come* "
            "came all any every each together our my we here do does did made make paid pay currently now "
            "altogether number figure* data according given much many long high large big old new expensive used "
            "use where kind one ones with of"
        ),
        other=(
            "not|no|none|cannot|isnt|arent|wasnt|werent|dont|doesnt|didnt|hasnt|havent|hadnt|cant|couldnt|wont|"
            "without|outside|except|excepting|exclude|excludes|excluded|excluding|but|neither|nor|never|nothing|"
            "nobody|nowhere|unless|apart from|aside from|besides|lack|lacks|lacking|median|than|percentage|share "
            "of|ratio|difference|compared|growth|increase|twice|half|second|third|if|would|why|how do|how "
            "does|how can|missing"
        ),
    ),
    "de": SheetWords(
        money="teuer*|billig*|günstigste*|am günstigsten",
        total="gesamt|insgesamt|summe|zusammen|gesamte|gesamten|gesamter|gesamtes|in summe|alles zusammen|total",
        average="durchschnitt|durchschnittlich*|im schnitt|mittelwert|mittlere*|im mittel|im durchschnitt",
        largest="größte*|höchste*|maximal*|maximum|längste*|schwerste*|teuerste*|stärkste*|meiste",
        smallest=(
            ""
            "kleinste*|niedrigste*|geringste*|minimal*|minimum|kürzeste*|leichteste*|billigste*|günstigste*|"
            "wenigsten|wenigste"
        ),
        newest="neueste*|neuste*|letzte*|jüngste*|späteste*",
        oldest="älteste*|erste*|früheste*",
        most="am meisten|meisten",
        how_many="wie viele|wieviele|anzahl|anzahl der",
        how_much="wie viel|wieviel",
        different="verschiedene*|unterschiedliche*",
        listing="liste|zeige|zeig|zeige mir|welche|welcher|welches|welchen|nenne|gib mir|finde",
        each="pro|je|für jede|für jeden|für jedes|nach|jede|jeder|jedes|jedem|jeden",
        more="mehr als|über|größer als|höher als|oberhalb|länger als|teurer als|schwerer als",
        less="weniger als|unter|kleiner als|niedriger als|unterhalb|kürzer als|billiger als|leichter als",
        at_least="mindestens|wenigstens|ab",
        at_most="höchstens|maximal|bis zu",
        things="zeile|zeilen|eintrag|einträge|einträgen|datensätze|position|positionen|dinge|sachen",
        degrees="groß|hoch|lang|alt|neu|teuer",
        how="wie",
        paying="kosten|kostet|kostete*|gekostet|ausgegeben|bezahlt|gezahlt",
        in_names="außerhalb|ausgenommen|ohne",
        during="über",
        between="zwischen",
        before="vor|vor dem",
        after="nach|nach dem",
        since="seit|seit dem|ab|ab dem|beginnend mit",
        until="bis|bis zum|bis zu",
        range_from="von|vom|ab|seit",
        range_to="bis|bis zu|bis zum|bis einschließlich|bis und mit",
        years="jahr|jahre|jahren|monat|monaten",
        onward="an|aufwärts|und später|oder später",
        also="und|oder|sowie",
        neutral=(
            "bitte sag* mir uns tabelle zeile* blatt datei spalte* wert* eintrag einträge datensätze position* "
            "gibt es hat haben hatte verkauft* kostet kosten steht stehen stand beträgt betrag liegt liegen lag "
            "lagen alle aller allen unser* mein* wir ausgegeben bezahlt derzeit jetzt aktuell laut gemäß viel "
            "viele groß hoch lang alt neu teuer dort hier wurde* worden zusammen eingetragen aufgeführt "
            "vorhanden sind ist da davon wird werden besitzt"
        ),
        other=(
            ""
            "nicht|kein*|ohne|außer|außerhalb|ausgenommen|abgesehen|aber|weder|nie|niemals|niemand|nichts|nirgends|median|als|anteil|verhältnis|differenz|unterschied|vergleich*|"
            "wachstum|doppelt|hälfte|zweit*|dritt*|wenn|würde|warum|wieso|wie "
            "kann|wie wird|fehlt|fehlen"
        ),
        inside_total="gesamt summen",
        inside_average="durchschnitts",
    ),
    "sl": SheetWords(
        money="najdražj*|najcenejš*|drag*",
        total="skupaj|skupn*|vsota|seštevek|vsega skupaj|v celoti|celotn*",
        average="povprečj*|povprečn*|v povprečju",
        largest="največj*|najvišj*|najdaljš*|najtežj*|najdražj*|maksimaln*|najmočnejš*",
        smallest="najmanjš*|najnižj*|najkrajš*|najlažj*|najcenejš*|minimaln*",
        newest="najnovejš*|zadnj*|najkasnejš*",
        oldest="najstarejš*|prv*|najzgodnejš*",
        most="največ",
        how_many="koliko|število",
        how_much="koliko",
        different="različn*",
        listing="seznam|pokaži|naštej|kateri|katere|katera|katero|katerih|izpiši|navedi|poišči",
        each="na vsak*|za vsak*|po|vsak*",
        more="več kot|nad|večj* od|več od|višj* od|daljš* od|dražj* od|težj* od",
        less="manj kot|pod|manjš* od|manj od|nižj* od|krajš* od|cenejš* od|lažj* od",
        at_least="vsaj|najmanj",
        at_most="največ|kvečjemu",
        things="vrstic*|zapis*|vnos*|postavk*",
        degrees="velik|velika|veliki|velike|velikih|dolg|dolga|dolgi|dolge|dolgih|star|stara|staro|stari|stare|starih|nov|nova|novo|novi|nove|novih",
        how="kako|koliko",
        paying="stane|stanejo|stal|stala|stalo|stali|porabil*|plačal*|strošk*|strošek",
        in_names="zunaj|izven|nič|brez",
        between="med",
        before="pred",
        after="po",
        since="od",
        until="do",
        range_from="od",
        range_to="do|vključno do|do vključno",
        years="leto|leta|letu|letom|letih|mesec|meseca|mesecu|mesecem",
        onward="naprej|dalje|in pozneje|in kasneje",
        also="in|ter|ali",
        neutral=(
            "prosim mi nam tabel* vrstic* list* datotek* stolp* vrednost* zapis* vnos* postavk* je so bilo bila "
            "bili bil ima imajo imamo prodal* stane stanejo znaša znašajo stoji porabil* plačal* vse vsi vseh "
            "naš* moj* mi trenutno zdaj glede veliko velik* dolg* star* nov* tukaj tam kdaj kje"
        ),
        other=(
            ""
            "ni|niso|nisem|nisi|nismo|niste|nista|nima*|nič|noben*|nihče|nikjer|niti|brez|razen|zunaj|izven|izvzem*|"
            "ampak|ne|nikoli|mediana|delež*|razmerj*|razlik*|primerja*|rast|polovic*|drug*|"
            "tretj*|če|bi|zakaj|manjka*"
        ),
    ),
    "el": SheetWords(
        money="ακριβότερ*|φθηνότερ*|φτηνότερ*|ακριβ*",
        total="σύνολο|συνολικ*|άθροισμα|συνολικά|μαζί",
        average="μέσος όρος|μέσο όρο|μέσου όρου|μέση|μέσο|μέσος|κατά μέσο όρο",
        largest="μεγαλύτερ*|υψηλότερ*|μέγιστ*|μακρύτερ*|βαρύτερ*|ακριβότερ*",
        smallest="μικρότερ*|χαμηλότερ*|ελάχιστ*|συντομότερ*|ελαφρύτερ*|φθηνότερ*|φτηνότερ*",
        newest="τελευταί*|νεότερ*|πιο πρόσφατ*|πρόσφατ*",
        oldest="παλαιότερ*|παλιότερ*|πρώτ*",
        most="περισσότερ*",
        how_many="πόσα|πόσες|πόσοι|πόσους|αριθμός|πλήθος|πόσων",
        how_much="πόσο|πόση|πόσος|πόσην",
        different="διαφορετικ*",
        listing="λίστα|δείξε|δείξε μου|ποια|ποιες|ποιοι|ποιος|ποιο|ποιον|βρες|δώσε μου",
        each="ανά|για κάθε|κάθε|κατά",
        more="περισσότερ* από|πάνω από|μεγαλύτερ* από|υψηλότερ* από|άνω",
        less="λιγότερ* από|κάτω από|μικρότερ* από|χαμηλότερ* από",
        at_least="τουλάχιστον",
        at_most="το πολύ|έως",
        things="γραμμ*|εγγραφ*|πράγματα",
        degrees="μεγάλος|μεγάλη|μεγάλο|μεγάλοι|μεγάλες|μεγάλα|μεγάλων",
        how="πόσο|πόσος|πόση",
        paying="κοστίζ*|κόστισ*|κόστο*|στοιχίζ*|ξοδ*|ξόδ*|έξοδ*|πληρώ*",
        in_names="έξω|πλην|χωρίς",
        between="μεταξύ|ανάμεσα",
        before="πριν από|πριν",
        after="μετά από|μετά",
        since="από|ξεκινώντας από",
        until="μέχρι|έως|ως",
        range_from="από",
        range_to="έως|μέχρι|ως|έως και|μέχρι και|ως και",
        years="έτος|έτους|χρόνο|χρονιά|χρονιάς|μήνα",
        onward="και μετά|και έπειτα|κι έπειτα|και εξής|και ύστερα",
        from_either="από",
        also="και|ή|και στον|και στο|και στις",
        neutral=(
            "παρακαλώ πες μου πίνακα* γραμμ* φύλλο* αρχείο* στήλ* τιμές εγγραφ* υπάρχ* έχ* είχ* πουλ* πωλή* "
            "κοστίζ* κόστισ* στοιχίζ* είναι ήταν όλ* μας εδώ τώρα σύμφωνα πολύ μεγάλ* πότε πού ξοδ* πληρώ* βρίσκ*"
        ),
        other=(
            ""
            "δεν|δε|μη|μην|όχι|χωρίς|δίχως|εκτός|έξω|πλην|ούτε|ποτέ|κανένα*|κανείς|καμία|καμιά|πουθενά|διάμεσ*|ποσοστό|αναλογία|διαφορά|σύγκρι*|αύξηση|διπλάσι*|μισ*|"
            "δεύτερ*|τρίτ*|αν|γιατί|πώς|λείπ*"
        ),
    ),
    "uk": SheetWords(
        money="найдорожч*|найдешевш*|дорог*",
        total="усього|всього|разом|сума|суму|сумарн*|загальн*|підсумок|в сумі|у сумі",
        average="середн*|в середньому|у середньому",
        largest="найбільш*|найвищ*|максимальн*|найдовш*|найважч*|найдорожч*|максимум",
        smallest="найменш*|найнижч*|мінімальн*|найкоротш*|найлегш*|найдешевш*|мінімум",
        newest="останн*|найновіш*|найпізніш*",
        oldest="найстаріш*|найраніш*|перш*|найдавніш*",
        most="найбільше",
        how_many="скільки|кількість|число",
        how_much="скільки",
        different="різн*|унікальн*",
        listing="список|покажи|перелічи|які|яка|який|яке|яких|знайди|назви",
        each="за кожн*|по кожн*|на кожн*|по|кожн*|кожен|для кожн*",
        more="більше ніж|понад|більш* за|більше|вищ* за|над",
        less="менше ніж|менш* за|менше|нижч* за|нижче|під",
        at_least="принаймні|щонайменше|не менше|від",
        at_most="щонайбільше|не більше|до",
        things="рядк*|рядок|запис*|позиц*",
        degrees="великий|велика|велике|великі|великих|новий|нова|нове|нові|нових|старий|стара|старе|старі|старих",
        how="наскільки|яка|який|яке",
        paying="коштує|коштують|кошту*|витрачен*|витрат*|сплачен*",
        in_names="поза|винят*|без",
        during="під час",
        between="між",
        before="до|перед|раніше",
        after="після|пізніше",
        since="з|від|починаючи|починаючи з|починаючи із|починаючи від",
        until="до|по",
        range_from="від|з|із|зі",
        range_to="до|по",
        years="рік|року|році|роком|роки|роках|місяць|місяця|місяці",
        onward="і далі|й далі|та далі|і пізніше|і надалі",
        from_either="від",
        also="і|й|та|або|чи",
        neutral=(
            "будь ласка мені нам таблиц* рядк* рядок аркуш* файл* стовп* значен* запис* позиц* є був була було "
            "були має мають продан* прода* коштує коштують кошту* становить витрачен* сплачен* усі всі всіх наш* "
            "зараз згідно багато велик* нов* стар* коли де тут там"
        ),
        other=(
            ""
            "не|ні|ані|без|крім|окрім|поза|винят*|немає|нема|жодн*|ніхто|ніщо|нічого|ніде|але|ніколи|медіан*|частк*|відношен*|різниц*|порівня*|зростан*|вдвічі|половин*|"
            "друг*|трет*|якщо|чому|бракує"
        ),
    ),
    "ro": SheetWords(
        money="cel mai scump|cea mai scumpă|cel mai ieftin|cea mai ieftină|scump*|ieftin*",
        total="total|totală|totale|totalul|suma|în total|împreună|însumat|per total|sumă|cumulat",
        average="medie|media|mediu|în medie|medii",
        largest=(
            "cel mai mare|cea mai mare|cele mai mari|cei mai mari|maxim*|cel mai scump|cea mai scumpă|cele mai scumpe|"
            "cei mai scumpi|cel mai lung|cea mai lungă|cele mai lungi|cel mai greu|cele mai grele|cel mai înalt|"
            "cea mai înaltă"
        ),
        smallest=(
            "cel mai mic|cea mai mică|cele mai mici|cei mai mici|minim*|cel mai ieftin|cea mai ieftină|"
            "cele mai ieftine|cei mai ieftini|cel mai scurt|cea mai scurtă|cele mai scurte|cel mai ușor|cele mai ușoare"
        ),
        newest="cel mai nou|cea mai nouă|cel mai recent|cea mai recentă|ultim*|cel mai târziu",
        oldest="cel mai vechi|cea mai veche|prim*|cel mai devreme",
        most="cel mai mult|cele mai multe|cei mai mulți",
        how_many="câte|câți|număr*",
        how_much="cât|câtă",
        different="diferit*|distinct*",
        listing="listă|listează|arată|arată-mi|care|ce|găsește|enumeră|dă-mi",
        each="pe|pentru fiecare|per|fiecare|după",
        more="mai mult de|peste|mai mare de|mai mari de|mai mare decât|mai mari decât|mai mult decât",
        less="mai puțin de|sub|mai mic de|mai mici de|mai mic decât|mai mici decât|mai puțin decât",
        at_least="cel puțin|minimum",
        at_most="cel mult|maximum|până la",
        things="rând*|înregistr*|poziți*|lucruri",
        degrees="mare|nou|vechi",
        how="cât|câtă|de",
        paying="costă|costat|cost|costul|costuri*|cheltuit*|cheltuiel*|plătit*",
        in_names="afară|fără",
        between="între",
        before="înainte de|înaintea",
        after="după",
        since="din|de la|începând cu|începând din|începând de la",
        until="până la|până în|până",
        range_from="de la|din",
        range_to="la|până la|până în|până",
        years="an|anul|anului|anii|anilor|luna|lunii",
        onward="încoace|în continuare|și mai târziu",
        from_period="din",
        also="și|sau",
        neutral=(
            "te rog spune-mi tabel* rând* foaie foi fișier* coloan* valor* înregistr* poziți* este sunt era erau "
            "a au fost are aveau vândut* vinde costă costat cost* toate toți noastr* nostru acum conform mult "
            "multe mulți mare nou vechi există avem cheltuit* plătit* când unde aici acolo s-a s-au"
        ),
        other=(
            "nu|n-a|n-am|n-ai|n-au|n-ați|n-are|n-avem|n-aveți|fără|excepția|exceptând|afară|dar|nici|niciun*|nicio|"
            "nimic|nimeni|nicăieri|niciodată|median*|procent*|raport*|diferenț*|comparat*|creștere*|dublu|jumătate|"
            "doilea|treilea|dacă|de "
            "ce|cum|lipsesc|lipsește"
        ),
    ),
    "sv": SheetWords(
        money="dyr*|billig*",
        total="totalt|total|totala|summa|summan|sammanlagt|sammanlagd*|tillsammans|sammantaget|summera",
        average="genomsnitt*|i snitt|medel|medelvärde*|i genomsnitt",
        largest="störst*|högst*|längst*|tyngst*|dyrast*|maximal*|maximum|starkast*",
        smallest="minst*|lägst*|kortast*|lättast*|billigast*|minimal*|minimum|svagast*",
        newest="senast*|nyast*|sist*",
        oldest="äldst*|tidigast*|först*",
        most="mest|flest",
        how_many="hur många|antal|antalet",
        how_much="hur mycket",
        different="olika|unika",
        listing="lista|visa|visa mig|vilka|vilken|vilket|nämn|ge mig|hitta",
        each="per|för varje|varje|efter|uppdelat på",
        more="mer än|över|större än|högre än|fler än|längre än|dyrare än|tyngre än",
        less="mindre än|under|lägre än|färre än|kortare än|billigare än|lättare än",
        at_least="minst|åtminstone|från",
        at_most="högst|som mest|upp till",
        things="rad|rader|raderna|post|poster|posterna|saker",
        degrees="stor|stora|stort|hög|höga|högt|lång|långa|långt|gammal|gammalt|gamla|ny|nya|nytt",
        how="hur",
        paying="kostar|kostade|kosta|kostnad*|betalat|betalade|spenderat",
        in_names="utanför|undantag*|utan",
        during="under",
        between="mellan",
        before="före|innan",
        after="efter",
        since="sedan|från|från och med|med början",
        until="till|till och med|fram till",
        range_from="från|från och med",
        range_to="till|till och med|fram till",
        years="år|året|åren|månad|månaden",
        onward="och framåt|framåt|och senare|eller senare",
        from_period="från",
        also="och|eller",
        neutral=(
            "snälla säg mig tabell* rad rader blad* fil filen kolumn* värde* post poster finns är var har hade "
            "sålt såld* kostar kostade kosta alla allt vår* våra min mina nu enligt mycket många stor* hög* "
            "lång* gammal* ny* här där uppgår ligger står köpt* betalat betalade spenderat blev blir när"
        ),
        other=(
            ""
            "inte|ej|icke|ingen|inget|inga|ingenting|ingenstans|utan|utom|utanför|förutom|undantag*|men|varken|aldrig|median*|andel*|förhållande*|skillnad*|jämför*|ökning|"
            "dubbelt|hälften|andra|tredje|om|varför|saknas"
        ),
        inside_total="total summa",
        inside_average="medel snitt genomsnitts",
    ),
}
