"""Whether an answer refuses: says that the documents do not tell."""

from __future__ import annotations

import re

from phi3desk.chat.citations import claim_of, pieces
from phi3desk.chat.messages import Answer, Basis
from phi3desk.library.text import fold

_OPENING_SENTENCES = 2


# How models and this program say that they do not know, on folded text, by language: what the documents are called, and
# that they do not say it. An answer in other words counts as an answer; a rule about documents (they must not leave the
# building) is one, too, so a verb of saying has to stand by the denial.
_EN = (
    r"(?:documents?|passages?|sources?|texts?|context|manuals?|information)\b"
    # text messages are no text, a document feeder is no document
    r"(?! (?:messages?|messaging|feeders?|holders?|valves?|override|mode|operation|brakes?|levers?|switch(?:es)?)\b)"
)
_EN_SAYS = r"(?:tell|say|mention|specif|state|answer|address|describe|discuss|list|indicate|reveal|explain|cover)\w*"
_DE = r"(?:dokument\w*|passage\w*|unterlage\w*|quelle\w*|textstelle\w*|auszug\w*|texte?[ns]?)"
# what is not given, for verbs that have other objects, too: documents may give no right to anything
_DE_NEWS = r"(?:auskunft|angabe|hinweis|information|antwort|aussage)"
_SL = r"(?:dokument\w*|odlom\w*|virih?|viri[hm]?|besedil\w*|gradiv\w*|prirocnik\w*)"
_SL_NEWS = r"(?:odgovor|informacij|podat)"
_EL = r"(?:εγγραφ\w*|αποσπασμα\w*|πηγ(?:η|ησ|εσ|ων)|κειμεν\w*|εγχειριδι\w*)"
_EL_NEWS = r"(?:πληροφορ|απαντησ|στοιχει|αναφορ)"
_UK = r"(?:документ\w*|джерел\w*|уривк\w*|уривок|текст\w*|матеріал\w*|посібник\w*)"
_UK_NEWS = r"(?:інформаці|дан(?:и|і)|відомост|відповід(?:ь|і|еи)\b|згад)"
_UK_MUCH = r"(?:достатньо )?(?:інформаці|даних|відомост)"
_UK_FOUND = r"(?:не (?:знаидено|виявлено|вдалося знаити)|знаити не вдалося)"
_RO = r"(?:document\w*|pasaj\w*|surs\w*|text(?:ul|ele|e)|fragment\w*|manual\w*)"
_RO_NEWS = r"(?:raspuns|informati|detali|indicati|mentiun|referir|date\b)"
_SV = r"(?:dokument\w*|passage\w*|kallan|kallor\w*|texten|texterna|avsnitt\w*|underlag\w*|handling(?:en|arna))"
_SV_SAYING = (
    r"(?:sager|namner|omnamner|anger|uppger|innehaller|beskriver|berattar|framgar|svarar|specificerar"
    r"|besvarar|forklarar|behandlar|redogor|redovisar|klargor|tydliggor|talar|visar|upplyser|avslojar|preciserar"
    r"|definierar|inkluderar|informerar|omfattar)"
)
_SV_PASSIVE = r"(?:framgar|star|namns|omnamns|anges|finns|beskrivs|specificeras|sags)"
_SV_NOT = r"(?:inte|inget|ingen|inga|ingenting|ej)"
_SV_NEWS = r"(?:inte(?: nago[tn]| nagra)?|inget|ingen|inga) (?:\w+ )?(?:svar|information|upplysning|uppgift|besked)"
_REFUSALS = re.compile(
    # English
    rf"\b{_EN}[^.]{{0,40}}\b(?:do(?:es)? not|don't|doesn't|did not|didn't)\b[^.]{{0,20}}"
    r"\b(?:tell|say|mention|specify|contain|provide|state|hold|give|include|answer|speak"
    r"|address|describe|discuss|list|indicate|reveal|explain|clarify)\b"
    r"|\b(?:documents|passages|sources|context) (?:do(?:es)? not|don't|doesn't|did not) cover\b"
    rf"|\b{_EN}[^.]{{0,20}}\b(?:never {_EN_SAYS}|(?:is|are|remains?) silent\b)"
    rf"|\b(?:none of (?:the|these)|no|neither(?: of the)?) (?:\w+ ){{0,2}}{_EN}[^.]{{0,20}}\b{_EN_SAYS}"
    r"|\b(?:do not|don't) know\b|\b(?:cannot|can't|could not|unable to) answer\b"
    # a controller that cannot tell its position is no refusal
    rf"|(?:^|\b(?:i|we|i am|we are|i'm|{_EN})\s+)(?:cannot|can't|could not|unable to) (?:tell|determine|say)\b"
    r"|\bnothing (?:relevant )?was found\b"
    r"|\bno (?:relevant )?information\b(?! (?:is|was|will be) (?:passed|shared|disclosed|sold|sent|stored|collected))"
    r"|\b(?:not|never) (?:found|mentioned|specified|stated|given|provided|contained|available|described|discussed"
    rf"|explained|indicated|addressed) in (?:any of )?(?:the|these) (?:\w+ ){{0,2}}{_EN}\b"
    # not in the documents folder: a thing
    rf"|\bnot in (?:any of )?(?:the|these) (?:\w+ )?{_EN}\s*(?:[.,;!]|$)"
    rf"|\bno mention of\b[^.]{{0,60}}\bin (?:any of )?(?:the|these) (?:\w+ ){{0,2}}{_EN}|\bthere is no mention\b"
    r"|\b(?:i|we) (?:cannot|can't|could not|couldn't|did not|didn't) find\b[^.]{0,60}"
    rf"\bin (?:any of )?(?:the|these) (?:\w+ ){{0,2}}{_EN}"
    r"|\bi (?:do not|don't) have (?:enough |sufficient |any )?information\b|\bnot enough information to answer\b"
    # German
    rf"|\b{_DE}\b[^.]{{0,30}}\b(?:sag|enthalt|nenn|beantwort|erwahn|beschreib|erklar|erlauter"
    r"|spezifizier|definier|behandel(?:n|t) d[ai])\w*[^.]{0,20}\b(?:nicht|kein)"
    # a document that is not under copyright is none
    rf"|\b(?:in|im) (?:\w+ ){{0,3}}{_DE}\b[^.]{{0,30}}\b(?:steh|find)\w*[^.]{{0,20}}\b(?:nicht|kein)"
    rf"|\b{_DE}\b[^.]{{0,20}}\b(?:geb|mach|gib|liefer|biet|wurd)\w*[^.]{{0,20}}\bkein\w* {_DE_NEWS}"
    rf"|\b{_DE}\b[^.]{{0,20}}\b(?:geben|gibt)\b[^.]{{0,30}}\bnicht an\b"
    rf"|\b{_DE}\b[^.]{{0,20}}\b(?:gehen|geht) (?:nicht (?:dar|hier)?auf\b|(?:dar|hier)?auf\b[^.]{{0,20}}\bnicht\b)"
    rf"|\b{_DE}\b[^.]{{0,40}}\bnichts? (?:enthalt|angegeb|erwahn|genann|hervor|beschrieb|gesag"
    r"|aufgefuhrt|angefuhrt|erklart|erlautert|spezifizier|definier|vermerkt|zu find)"
    rf"|\b(?:steht|findet sich|geht) [^.]{{0,20}}\bnichts? [^.]{{0,20}}\b(?:in|aus) (?:den|dem|der|diesen) {_DE}\b"
    rf"|\bkein(?:e|er|es)? (?:der |dieser |von den )?(?:\w+ )?{_DE}\b[^.]{{0,20}}"
    rf"\b(?:nennt|erwahnt|sagt|beschreibt|erklart|erlautert|beantwortet|(?:enthalt|gibt) (?:\w+ ){{0,2}}{_DE_NEWS})"
    rf"|\bin kein\w* (?:der |dieser )?(?:\w+ )?{_DE}\b[^.]{{0,40}}"
    r"\b(?:steht|genannt|erwahnt|angegeben|beschrieben|erklart|erlautert|gesagt)\b"
    rf"|\b(?:finde\w*|fand\w*|gibt|gab) (?:\w+ ){{0,2}}in (?:\w+ ){{1,2}}{_DE}\b[^.]{{0,30}}"
    rf"\bkein\w* (?:\w+ )?{_DE_NEWS}"
    rf"|\b(?:geben|gibt|enthalten|enthalt|machen|macht|liefern) (?:\w+ ){{1,2}}{_DE} (?:\w+ ){{0,2}}"
    rf"kein\w* (?:\w+ )?{_DE_NEWS}"
    rf"|\b{_DE} schweig|\bich habe (?:\w+ ){{0,3}}kein\w* (?:\w+ )?{_DE_NEWS}"
    rf"|\b(?:ich kann|lasst sich)\b[^.]{{0,40}}\b(?:{_DE}|frage)\b[^.]{{0,30}}\bnicht (?:beantworten|sagen|finden)\b"
    r"|\bweiss (?:ich |es |das )*nicht\b"
    # Slovenian
    rf"|\b{_SL}\b[^.]{{0,30}}\bne (?!sme|smej|mor|mog)[^.]{{0,30}}"
    r"\b(?:pove|omenja|navaja|navede|vsebuje|doloca|opisuje|podaja|razkriva|govori|pojasn|odgovor|odgovarja"
    r"|omeni|vkljucuj|razlaga|razloz|opredel|zajema|specificira|sporoca|(?<!\bse ne )(?:obravnava|pise))\w*"
    rf"|\b{_SL}\b[^.]{{0,30}}\b(?:ne (?:daj|nudi|ponuja|zagotavlja)|nima)\w* (?:\w+ )?{_SL_NEWS}"
    rf"|\b{_SL}\b[^.]{{0,30}}\b(?:tega|to|o tem) (?:ne (?:pove|omenja|navaja|navede|vsebuje)\w*|ni(?:so)?\b)"
    rf"|\b(?:v|iz) (?:\w+ )?{_SL}\b[^.]{{0,30}}\bni(?:so)?(?: mogoce)?(?:\s*(?:[.,!]|$)|[^.]{{0,12}}"
    r"\b(?:podat|informacij|naved|omenj|zapis|odgovor|doloc|opisan|razvid|razbr)\w*)"
    rf"|\bv (?:\w+ ){{0,2}}{_SL}\b[^.]{{0,20}}\bne najde\w* (?:\w+ )?{_SL_NEWS}|\b{_SL} (?:o tem )?molc"
    rf"|\bv (?:nobenem|nobeni) (?:od |izmed )?(?:\w+ )?{_SL}\b[^.]{{0,30}}\bni(?:so)? (?:naved|omenj|zapis|opisan)"
    rf"|\bne mor(?:em|emo) (?:odgovoriti|naiti {_SL_NEWS})|\bnimam (?:dovolj )?(?:podatk|informacij)"
    rf"|\bni(?:so)? (?:naved|omenj|zapis|doloc|opisan|razvid)\w* (?:v|iz) (?:\w+ )?{_SL}\b|\bne vem\b"
    # Greek
    rf"|\b{_EL}\b[^.]{{0,40}}\bδεν (?:(?:το|τα|τη|την|τον|μασ|σασ|το) )?"
    r"(?:αναφερ|λε(?:ει|νε)|λεγ|περιεχ|περιγραφ|δινουν|δινει|παρεχ|προσδιοριζ|διευκρινιζ|καθοριζ|απαντ|υπαρχ|προκυπτ"
    r"|εξηγ|επεξηγ|περιλαμβαν|μιλ(?:α|ουν)|καλυπτ|δηλων|αποκαλυπτ|ενημερων|γραφ(?:ει|ουν)|οριζ|αποσαφηνιζ)\w*"
    rf"|\b{_EL}\b[^.]{{0,40}}\bδεν (?:εχ|προσφερ|διαθετ|καν|βρεθηκ|βρηκ|βρισκ)\w* (?:\w+ )?(?:{_EL_NEWS}|λογο\b|μνεια)"
    rf"|\bδεν (?:βρεθηκ|βρηκ|βρισκ)\w* (?:\w+ )?{_EL_NEWS}\w*[^.]{{0,40}}"
    rf"\b(?:στα|στο|στισ|στην) (?:\w+ )?{_EL}\b"
    rf"|\bδεν (?:αναφερ|περιεχ|περιγραφ|υπαρχ|προκυπτ|διευκρινιζ|προσδιοριζ)\w*[^.]{{0,40}}"
    rf"\b(?:στα|στο|στισ|στην|απο τα|απο το|απο τισ|απο την) (?:\w+ )?{_EL}\b"
    rf"|\b{_EL_NEWS}\w*[^.]{{0,20}}\bδεν (?:βρισκ|εμφανιζ|περιλαμβαν)\w* (?:στα|στο|στισ|στην|σε) (?:\w+ )?{_EL}\b"
    rf"|\bδεν μπορω να βρω\b[^.]{{0,40}}\b(?:στα|στο|στισ|στην) (?:\w+ )?{_EL}\b|\bδεν εχω (?:\w+ )?πληροφορι"
    r"|\bδεν (?:γνωριζω|ξερω|μπορω να (?:απαντησω|πω))\b"
    # Ukrainian
    rf"|\b{_UK}\b[^.]{{0,40}}\bне (?:(?:на)?(?:дає|дають|має|мають) (?:\w+ )?{_UK_NEWS}"
    r"|відповіда(?:є|ють) на (?:це |ваше )?(?:за)?питан"
    r"|(?:вказ|зазнач|згад|назива|містит|містят|повідомля|каж|говор|опису|описан|наводит|наводят|наведен|идеть|сказан|написан"
    # “не розкриваються”: documents are not laid open, a rule
    r"|(?:уточню|розповіда|поясню|визнача|розкрива|висвітлю|розгляда|деталізу|конкретизу|включа|охоплю)(?:є|ють)\b"
    r"|(?:уточнено|пояснено|визначено|розкрито)\b))"
    rf"|\b{_UK}\b[^.]{{0,30}}\b(?:{_UK_FOUND} (?:\w+ ){{0,2}}{_UK_NEWS}|{_UK_NEWS}[^.]{{0,30}}\b{_UK_FOUND}\b)"
    rf"|\b{_UK_FOUND} (?:\w+ ){{0,2}}{_UK_NEWS}[^.]{{0,40}}\b(?:у|в) (?:\w+ )?{_UK}"
    rf"|\b{_UK_NEWS}[^.]{{0,40}}\b(?:{_UK_FOUND} (?:у|в) (?:\w+ )?{_UK}"
    rf"|(?:у|в) (?:\w+ )?{_UK}[^.]{{0,20}}\b{_UK_FOUND}\b)"
    rf"|\b{_UK}\b[^.]{{0,30}}\b(?:немає|нема)(?:\s*(?:[.,!]|$)| (?:\w+ ){{0,2}}{_UK_NEWS})"
    rf"|\bне можу (?:\w+ )?(?:відповісти\b|знаити (?:\w+ ){{0,2}}{_UK_NEWS})|\bу мене (?:недостатньо|немає) {_UK_MUCH}"
    rf"|\b(?:не (?:вказ|зазнач|згад|опис|наведен|міст|идеть)\w*|немає (?:\w+ ){{0,2}}{_UK_NEWS}\w*)"
    rf"[^.]{{0,30}}\b(?:у|в|з|із) (?:\w+ )?{_UK}|\bне знаю\b"
    # Romanian
    rf"|\b{_RO}\b[^.]{{0,40}}\bnu (?:(?:se|ne|va|il|o|le|este|sunt|e|apare) )?"
    r"(?:spun|mention|precize|precizat|contin|indic|ofer|furniz|descri|specific|arat|raspun|exist|refer|vorbes)\w*"
    # “nu se includ”: documents are not part of something, a rule
    rf"|\b{_RO}\b[^.]{{0,40}}\bnu (?:(?:ne|il|o|le) )?"
    r"(?:includ|explic|clarific|acoper|prezint|trateaz|abordeaz|detali|cuprind|dezvalui|reies|rezult)\w*"
    rf"|\b{_RO}\b[^.]{{0,40}}\bnu (?:dau|da|au|are|fac|face|am gasit|s-au? gasit) (?:\w+ )?{_RO_NEWS}"
    rf"|\b{_RO_NEWS}\w*[^.]{{0,20}}\bnu (?:se (?:afla|gases\w*|regas\w*)|este|sunt|apar\w*|exista) in (?:\w+ )?{_RO}\b"
    rf"|\bnu pot (?:gasi\b[^.]{{0,40}}\bin (?:\w+ )?{_RO}\b|raspunde la (?:aceasta )?intrebare)"
    r"|\bnu am (?:suficiente |destule )?informatii\b"
    rf"|\bnu (?:am gasit|s-au? gasit|reies\w*|rezult\w*) (?:\w+ )?(?:{_RO_NEWS}[^.]{{0,40}})?"
    rf"\b(?:in|din) (?:\w+ )?{_RO}\b"
    r"|\bnu (?:exista (?:informatii|date|mentiuni)|(?:se|este|sunt|e) (?:mention|preciz|specific|indic|descri|spun))\w*"
    rf"[^.]{{0,30}}\b(?:in|din) (?:\w+ )?{_RO}\b|\bnu stiu\b"
    # Swedish
    rf"|\b{_SV}\b[^.]{{0,20}}\b{_SV_SAYING}\b[^.]{{0,15}}\b{_SV_NOT}\b"
    rf"|\b{_SV}\b[^.]{{0,20}}\b(?:ger {_SV_NEWS}|tar (?:\w+ ){{0,2}}inte (?:\w+ )?upp\b)"
    rf"|\b{_SV}\b[^.]{{0,15}}\bsaknar (?:\w+ )?(?:svar|information|upplysning|uppgift)"
    rf"|\b(?:i|ur) (?:\w+ )?{_SV}\b[^.]{{0,20}}\b(?:hitta|finner|fanns)\w* (?:jag |vi )?{_SV_NEWS}"
    rf"|\b(?:hitta|finner|fanns)\w* (?:jag |vi )?{_SV_NEWS}\w*[^.]{{0,40}}\b(?:i|ur) (?:\w+ )?{_SV}\b"
    rf"|\b(?:i|av|ur) (?:\w+ )?{_SV}\b[^.]{{0,20}}\b{_SV_PASSIVE}\b[^.]{{0,15}}\b{_SV_NOT}\b"
    rf"|\b{_SV_PASSIVE}\b (?:det )?{_SV_NOT}\b[^.]{{0,40}}\b(?:i|av|ur) (?:\w+ )?{_SV}\b"
    rf"|\b(?:inget|ingen|inga) (?:av )?(?:de )?{_SV}\b[^.]{{0,15}}"
    r"\b(?:sager|namner|omnamner|anger|uppger|beskriver|berattar"
    r"|besvarar|forklarar|behandlar|tar upp|(?:innehaller|ger) (?:\w+ ){0,2}(?:svar|information|upplysning|uppgift))"
    rf"|\bjag (?:kan|kunde) inte (?:hitta\b[^.]{{0,40}}\bi (?:\w+ )?{_SV}\b|(?:be)?svara\b)"
    r"|\bjag har inte tillrackligt (?:med )?(?:information|underlag)\b"
    r"|\bvet inte\b"
    # French, Spanish, Italian
    r"|\bdocuments? ne [^.]{0,40}\bpas\b|\bne sais pas\b|\bdocumentos no\b|\bno lo se\b"
    r"|\bdocumenti non\b|\bnon lo so\b"
)
# Sources of light and power, a spring and a rule's own section are no documents that could tell.
_POWER = r"(?:light|power|heat|water|energy|supply|voltage|current|radiation|noise|ignition|air|gas|food|income)"
_POWER_UK = r"(?:світл|живлен|енерг|струм|тепл|вод|напруг|випромін|шум|постачан|доход)"
_POWER_EL = r"(?:φωτ|ρευμ|θερμοτ|ενεργ|τροφοδοσ|νερ|ακτινοβ|ηχ|ταση|θορυβ|εισοδημ)"
_POWER_RO = r"(?:lumin|aliment|energ|curent|caldur|apa\b|tensiun|radiati|zgomot|venit)"
_POWER_SL = r"(?:svetlob|napajanj|energij|tok|toplot|vod|napetost|sevanj|hrup|dohod)"
_POWER_DE = r"(?:licht|strom|energie|warme|wasser|spannung|strahlung|larm)"
_THIS_EN = r"(?:(?:any|an|the|this|that|enough|such|relevant) )*(?:information|answer|detail|data\b|it\b|this\b|that\b)"
_THIS_SV = r"(?:nago\w* |den |denna )?(?:svar|information|upplysning|uppgift|besked|fraga|det\b|detta\b)"
_NO_DOCUMENTS = re.compile(
    rf"\b{_POWER} sources?\b|\bsources? of {_POWER}\b"
    rf"|\bsource (?:does not|doesn't) (?:contain|provide|give|hold|include) (?!{_THIS_EN})"
    rf"|\bquellen? (?:der |des |von |fur )?{_POWER_DE}\w*"
    rf"|\bquelle (?:enthalt|liefert|gibt) (?:kein\w*|nicht) (?!{_DE_NEWS})"
    rf"|\bvir\w* {_POWER_SL}\w*"
    rf"|\bπηγ\w+ (?:του |τησ |των )?{_POWER_EL}\w*|\bπηγη δεν (?:περιεχει|παρεχει) (?!{_EL_NEWS}|αυτ|την? \w+)"
    rf"|\bджерел\w* {_POWER_UK}\w*|\bджерело не містить (?!{_UK_NEWS}|ц)"
    rf"|\bsurs\w* de {_POWER_RO}\w*|\bsursa nu (?:contine|ofera|include|furnizeaza) (?!{_RO_NEWS}|ace\w+)"
    rf"|\b(?:kallan|underlaget) (?:innehaller|ger) {_SV_NOT} (?!{_THIS_SV})"
    rf"|\b(?:avsnittet|handlingen|dokumentet|texten) omfattar {_SV_NOT} (?!{_THIS_SV})"
    rf"|\bi avsnittet finns {_SV_NOT} (?!{_THIS_SV})"
)
# What tells plainly that the documents do not tell, however like a passage its other words are.
_PLAINLY = re.compile(
    r"\b(?:documents|passages|sources|texts|context|manuals|know|dokumenten?|unterlagen|passagen|quellen|texten"
    r"|dokument(?:i|ih|ov|om)|odlomk\w*|viri|virih|εγγραφα|εγγραφων|αποσπασμα\w*|πηγεσ|κειμενα"
    r"|документ(?:и|ах|ів|ам)|джерела|джерелах|уривк\w*|тексти|текстах|матеріал\w*"
    r"|document(?:ele|e|elor)|pasaj\w*|sursele|surse|textele|fragment\w*|manualele"
    r"|passagerna|kallorna|texterna|avsnitten|handlingarna|underlagen)\b"
    r"|\b(?:tell|say|mention|specif|state|answer|speak|determine|information|detail"
    r"|sag|nenn|erwahn|beantwort|beschreib|erklar|erlauter|spezifizier|weiss"
    r"|pove|omenja|navaja|navede|opisuje|razkriva|govori|pojasn|odgov|omeni|razlaga|sporoca|pise|naved|omenj|vem\b"
    r"|αναφερ|λε(?:ει|νε)|λεγ|περιγραφ|προσδιοριζ|διευκρινιζ|απαντ|εξηγ|γνωριζω|ξερω"
    r"|вказ|зазнач|згад|назива|повідомля|каж|говор|опису|идеть|уточню|розповіда|поясню|знаю"
    r"|spun|mention|preciz|descri|specific|raspun|vorbes|explic|clarific|reies|stiu"
    r"|sager|namn|anger|uppger|beskriv|berattar|framgar|svarar|besvarar|forklarar|redogor|vet)\w*"
    rf"|\b(?:{_DE_NEWS}|{_SL_NEWS}|{_EL_NEWS}|{_UK_NEWS}|{_RO_NEWS}|svar|upplysning|uppgift)"
)
_DOCUMENTS = re.compile(rf"\b(?:{_EN}|{_DE}|{_SL}|{_EL}|{_UK}|{_RO}|{_SV})\b")

# Words that set a clause against the one before; some stand within it: “črpalka pa tehta 12 kg”.
_BUT = r"(?:but|however|aber|jedoch|allerdings|vendar|ampak|toda|αλλά|όμως|ωστόσο|але|проте|однак|însă)"
_BUT_AFTER_COMMA = r"(?:doch|dar|iar|men|dock)"
_BUT_WITHIN = r"(?:however|aber|jedoch|allerdings|pa|όμως|ωστόσο|проте|однак|însă|dock)"
_CONTRASTS = re.compile(
    rf"\s*;\s+|\s*[,–—]\s+(?=(?:{_BUT}|{_BUT_AFTER_COMMA}|(?:\w+ ){{1,4}}{_BUT_WITHIN})\b)", re.IGNORECASE
)
_CONTRASTS_WITHOUT_COMMA = re.compile(rf"\s+(?={_BUT}\b)", re.IGNORECASE)
_CONJUNCTION = re.compile(rf"^(?:{_BUT}|{_BUT_AFTER_COMMA})\b,?\s*", re.IGNORECASE)
# what follows a refusal and claims nothing: “but only the weight”, “but they describe it”, “but I can help”
_SAYS_LITTLE = re.compile(
    r"^(?:only|just|merely|nur|lediglich|samo|le|μονο|лише|тільки|doar|numai|bara|endast)\b"
    r"|^(?:they|these|oni|вони|αυτα|ele|acestea)\b|^sie (?:beschreib|nenn|erwahn|enthalt|geben)"
    r"|^de (?:beskriv|namn|ang)"
    r"|^(?:do|does|describes?|mentions?|contact|see|ask|nennen|beschreiben|erwahnen|opisuje(?:jo)?|navaja(?:jo)?"
    r"|omenja(?:jo)?|(?:αναφερ|περιγραφ)(?:ει|ουν)|(?:опису|назива|вказу|згаду)(?:є|ють)|descriu|mentioneaza|indica"
    r"|precizeaza|namner|beskriver)\b"
    r"|\bsie konnen (?:\w+ ){0,4}(?:fragen|wenden|kontaktieren|prufen)\b"
    r"|\bplease\b|\bbitte\b|\bprosim\b|\bбудь ласка\b|\bπαρακαλω\b|\bva rog\b"
    r"|\bi (?:can|could|will|would|am|do)\b|\byou (?:can|may|could|might|should) (?:ask|contact|check|consult|try|look)"
    r"|\bich\b|\blahko (?:vam|pomagam)\b|\bя\b|\bμπορω\b|\bpot sa\b|\bjag\b"
)


def is_refusal(sentence: str) -> bool:
    """Tell whether a sentence says that the documents do not tell, or that nothing is known, and nothing else."""
    return _denies(sentence) and not said_beside_refusal(sentence)


def said_beside_refusal(sentence: str) -> str:
    """Return what a sentence says beside a refusal: “They do not tell the price, but the pump weighs 12 kg.”

    It is "" where the sentence does nothing but refuse, or refuses nothing.
    """
    clauses = _CONTRASTS.split(sentence)
    if len(clauses) == 1:
        clauses = _CONTRASTS_WITHOUT_COMMA.split(sentence)
    said = [clause for clause in clauses if not _denies(clause)]
    if len(said) == len(clauses):
        return ""
    return ", ".join(_CONJUNCTION.sub("", clause) for clause in said if _says_something(clause))


def _denies(text: str) -> bool:
    return _REFUSALS.search(_NO_DOCUMENTS.sub(" ", _folded(text))) is not None


def _says_something(clause: str) -> bool:
    """Return whether a clause beside a refusal is more than a word on the documents or the one who answers."""
    folded = _folded(_CONJUNCTION.sub("", clause))
    if any(c.isdigit() for c in folded):
        return True
    return len(folded.split()) > 1 and not (_DOCUMENTS.search(folded) or _SAYS_LITTLE.search(folded))


def _folded(text: str) -> str:
    return fold(text).replace("’", "'")


def may_be_said(sentence: str, of_page: str) -> bool:
    """Tell whether a sentence that looks like a refusal may be what a sentence of a page says that supports it.

    That page's one speaks of documents itself, or denies what a refusal does: “The shipping documents do not include
    the invoice.” Or it is no plain refusal: “The manual does not include the cable.”
    """
    if not _PLAINLY.search(_folded(sentence)):
        return True
    return _denies(of_page) or _DOCUMENTS.search(_folded(of_page)) is not None


def refuses(answer: Answer) -> bool:
    """Tell whether an answer says, in its first sentences, that it does not know."""
    if answer.basis is Basis.NOTHING_FOUND:
        return True
    supported = {sentence.text for sentence in answer.sentences if sentence.supported}
    claims = [claim_of(piece) for piece, is_sentence in pieces(answer.text) if is_sentence]
    opening = (claims or [answer.text])[:_OPENING_SENTENCES]
    # “The documents do not leave the building.”: what a page says refuses nothing, but what stands beside a refusal
    return any(said_beside_refusal(claim) if claim in supported else is_refusal(claim) for claim in opening)


def only_refuses(answer: Answer) -> bool:
    """Tell whether an answer says that it does not know, and nothing beside it that the documents hold."""
    holds_something = bool(answer.citations) or any(sentence.supported for sentence in answer.sentences)
    return not holds_something and refuses(answer)
