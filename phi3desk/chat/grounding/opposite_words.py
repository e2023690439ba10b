"""The words of `opposites`, a language at a time.

A line holds the name of a pair, a colon, and both of its sides, which a bar parts. `*` stands for any ending, `_` joins
words that stand side by side. Words that often mean something else are left out.
"""

DENYING = {
    "en": "not no never none neither nor without cannot can't don't doesn't isn't aren't won't mustn't shouldn't wasn't "
    "weren't didn't couldn't wouldn't hasn't haven't nothing nobody nowhere hardly",
    "de": "nicht kein* nie niemals ohne weder nichts niemand* keinesfalls nirgend* keineswegs",
    "sl": "ne ni nikoli brez niso nisem nismo nista noben* nihce nic nima nimajo nimamo nikakor niti nikogar nikdar nikjer",
    "el": "δεν δε μην μη οχι ποτε χωρις κανενα* καμια κανεις ουτε τιποτα διχως ουδεποτε",
    "uk": "не ні ніколи без жодн* немає нема ані ніхто ніщо нічого ніде",
    "ro": "nu niciodata fara nici nimeni nimic niciun* n-a n-au nicaieri",
    "sv": "inte ej icke aldrig utan ingen inget inga varken ingenting",
}
#: those that take something away: “without a permit”
WITHOUT = "without ohne brez χωρις διχως без fara utan"
#: those that stand with a thing: “no parts”
NO_THING = "no kein* noben* κανενα* καμια жодн* niciun* ingen inget inga"
#: what says of something that it is not so, may not be or is missing
NEGATIVE = {
    "en": "forbid* forbade prohibit* ban banned disallow* unsuitable inadmissible avoid* refrain* prevent* prevention "
    "advised_against lack lacks lacking absent absence exclud* exempt* unable impossible impermissible invalid except "
    "excepted contraindicat* unauthori* unknown unnecessary free_of free_from void",
    "de": "verbot* verbiet* untersag* unzulassig* ungeeignet* vermeid* vermied* unterlass* ausgeschlossen* fehlt fehlen "
    "unmoglich* ungultig* verhinder* unerlaubt* unbefugt* entfallt entfallen unbekannt* unterbleib* ausgenommen* kontraindiziert* gegenanzeige* frei_von unnotig*",
    "sl": "prepoved* neprimern* nedovoljen* nedopustn* izogib* izogn* izkljucen* manjka* nemogoc* neveljavn* preprec* "
    "odsvetuj* kontraindicir* izvzet* oproscen* neznan* prepoveduj*",
    "el": "απαγορευ* ακαταλληλ* αποφυγ* αποφευγ* εξαιρ* αδυνατ* ακυρ* αποκλει* λειπ* αγνωστ* ανεπιτρεπτ* αντενδεικνυ*",
    "uk": "заборон* непридатн* недопустим* уникат* уникай* виключен* відсутн* неможлив* недійсн* запобіг* протипоказ* звільнен* невідом* "
    "непригодн* недозволен* неприпустим*",
    "ro": "interzis* interzic* interzice* nepermis* nepotrivit* evita evitati evitat* exclus* lipseste lipsesc lipsa imposibil* "
    "invalid* impiedic* necunoscut* inadmisibil* neadecvat* contraindicat* neadmis*",
    "sv": "forbjud* forbjod* forbud* olamplig* undvik* utesluten uteslutet saknas saknar omojlig* ogiltig* forhindr* otillat* "
    "obehorig* undantag* kontraindicer* okand* fri_fran",
}
#: those of them that may stand with a thing and only say which one is meant: “the prohibited area”
DESCRIBING = (
    "forbidden prohibited banned disallowed unsuitable inadmissible impermissible invalid contraindicated unauthori* unknown "
    "unnecessary verboten* untersagt* unzulassig* ungeeignet* unmoglich* ungultig* unerlaubt* unbefugt* unbekannt* unnotig* "
    "kontraindiziert* prepovedan* neprimern* nedovoljen* nedopustn* nemogoc* neveljavn* neznan* απαγορευμεν* ακαταλληλ* ακυρ* "
    "αγνωστ* ανεπιτρεπτ* заборонен* непридатн* недопустим* неможлив* недійсн* протипоказан* невідом* непригодн* недозволен* "
    "неприпустим* interzis* nepermis* nepotrivit* imposibil* invalid* necunoscut* inadmisibil* neadecvat* contraindicat* "
    "neadmis* forbjuden forbjudet forbjudna olamplig* omojlig* ogiltig* otillat* obehorig* okand*"
)
#: what tells of a thing that it is so, beside the copulas, and what is done or may be done with it
BEING = (
    "be been being sein werden wird wurde wurden biti bo bil bila bilo είναι була було були бути fi fost vara bli blir"
)
MODAL = (
    "may can must shall should will darf durfen kann konnen muss mussen soll sollen sme smejo smete lahko mora morajo morate "
    "μπορει μπορουν πρεπει επιτρεπεται може можуть можна треба poate pot trebuie far kan ska maste"
)
#: what says of something that it does harm, and not which thing is meant (“hazardous waste”): that is no denial, and
#: fits one: “Unsuitable: water” and “water is dangerous”
HARMING = {
    "en": "is_dangerous are_dangerous be_dangerous is_hazardous are_hazardous is_harmful are_harmful is_unsafe are_unsafe "
    "is_risky a_danger a_hazard not_dangerous not_hazardous not_harmful not_unsafe no_danger no_hazard",
    "de": "gefahrlich schadlich riskant unsicher",
    "sl": "je_nevar* so_nevar* je_skodljiv* so_skodljiv* je_tvegan* ni_nevar* niso_nevar* ni_skodljiv* nevarno",
    "el": "ειναι_επικινδυν* ειναι_βλαβερ* ειναι_επιβλαβ*",
    "uk": "є_небезпечн* небезпечно є_шкідлив* шкідливо ризиковано",
    "ro": "este_periculo* e_periculo* sunt_periculo* este_nociv* sunt_nociv* este_daunator* este_riscant*",
    "sv": "ar_farlig* ar_skadlig* ar_riskabel* ar_riskabla ar_osaker* inte_farlig* inte_skadlig*",
}
#: what says that something is kept from happening, which makes no denial of what is done for it: “to avoid shock”
SHUNNING = {
    "en": "avoid* prevent* prevention preclud*",
    "de": "vermeid* verhinder* verhut* vorbeug* ausschluss",
    "sl": "preprec* izogib* izogn* izognete prepreciti",
    "el": "αποφυγ* αποφευγ* αποφευχθ* αποτροπ* αποτρεψ* αποτραπ* προληψ*",
    "uk": "уникн* уникат* уникан* запобіг* відверн* попередженн*",
    "ro": "evita evitati evitat* evitar* preven* preintampin* impiedic*",
    "sv": "undvik* forhindr* forebygg* hindra",
}
#: what begins a purpose: right before the word that shuns or denies (“to avoid”), and further from it (“um … zu vermeiden”)
PURPOSE = {
    "en": "to to_help for for_the",
    "de": "zur zum zwecks",
    "sl": "za zaradi v_izogib",
    "el": "για για_να για_την για_τη προς προς_την ωστε_να",
    "uk": "для з_метою задля щоб аби",
    "ro": "pentru pentru_a pentru_a_se spre_a ca_sa in_vederea",
    "sv": "for_att for i_syfte_att till",
}
PURPOSE_OF_DENIAL = {
    "en": "so_as in_order",
    "de": "um",
    "sl": "da_se da_bi",
    "el": "για_να ωστε_να",
    "uk": "щоб аби",
    "ro": "pentru_a pentru_ca",
    "sv": "for_att",
}
DISTANT_PURPOSE = {
    "en": "so_that in_order_that",
    "de": "um damit",
    "sl": "da tako_da",
    "el": "ωστε",
    "uk": "щоб аби",
    "ro": "astfel_incat",
    "sv": "sa_att",
}
#: what takes something out of what is said: “all parts except seals”
EXCEPT = {
    "en": "except excepting excluding excl exclusive_of other_than exception_of",
    "de": "ausser ausgenommen mit_ausnahme exkl",
    "sl": "razen izvzemsi z_izjemo",
    "el": "εκτος πλην με_εξαιρεση με_την_εξαιρεση",
    "uk": "крім окрім за_винятком за_виключенням",
    "ro": "exceptand cu_exceptia in_afara_de",
    "sv": "utom med_undantag exklusive exkl",
}
#: what tells that nothing is taken out where an excepting word stands: “крім насоса … також клапан”
ALSO = "also auch ebenfalls tudi επισης ακομη αυτου τουτου також теж того цього asemenea ocksa tega"
#: what takes out all that follows: “unless the alarm sounds”
UNLESS = {
    "en": "unless except_when except_if except_where",
    "de": "es_sei_denn ausser_wenn",
    "sl": "razen_ce razen_kadar razen_ko",
    "el": "εκτος_αν εκτος_εαν εκτος_οταν",
    "uk": "хіба_що крім_випадків окрім_випадків винятком_випадків",
    "ro": "decat_daca exceptia_cazului exceptia_cazurilor afara_cazului",
    "sv": "om_inte savida_inte utom_nar utom_om",
}
#: what says that a thing is not taken out, and what says no more than that it is
INCLUDING = (
    "including inclusive incl einschliesslich inklusive inkl vkljucno συμπεριλαμβανομεν* включно включаючи inclusiv inklusive "
    "zzgl zuzuglich excl exkl"
)
#: what stands before a word and makes it its opposite
TURNING_PREFIXES = {
    "en": ("un", "in", "im", "ir", "il", "non", "non-", "dis"),
    "de": ("un", "in", "im", "ir", "il", "nicht", "nicht-", "non", "dis"),
    "sl": ("ne", "brez"),
    "el": ("μη_", "αν", "α"),
    "uk": ("не", "без"),
    "ro": ("ne", "in", "im", "ir", "il", "non", "dis"),
    "sv": ("o", "icke", "icke-"),
}
#: endings that say that something is missing
LACKING = {
    "en": ("less", "-free"),
    "de": ("frei", "freie", "freien", "freier", "los", "lose", "losen", "loser"),
    "sv": ("fri", "fritt", "fria", "los", "lost", "losa"),
}
#: what ends alike and lacks nothing
NOT_LACKING = {
    "en": "nevertheless nonetheless regardless doubtless",
    "de": "auflos* auslos* ablos* aufzulos* auszulos* abzulos* einzulos* herauslos* einlos* erlos* verlos* tuberkulose* "
    "cellulose* zellulose* nitrocellulose* hemicellulose* methylcellulose* fibrinolose* einwandfrei* zweifellos*",
    "sv": "upplos* utlos* avlos* forlos* inlos* forlost olost",
}
#: what makes no denial of one before it: “not only”
NOT_ONLY = "only just nur samo le zgolj μονο тільки лише doar numai bara endast"
PAIRS = {
    "en": """
limit: maximum maximal max at_most highest | minimum minimal min at_least lowest
level: above over exceed* higher upper | below under beneath lower
order: before prior_to beforehand | after afterwards following subsequently only_after only_when only_once once
change: increas* rais* rise rises rising grow* grew | decreas* reduc* fall falls falling fell drop* declin*
size: large* big bigger greater long longer high tall | small* little short shorter low
amount: more | less fewer
opening: open opens opened opening | clos* shut
running: switch_on switched_on turn_on turned_on start starts started begin* began | switch_off switched_off turn_off turned_off stop stops stopped end ends ended finish*
place: left | right
side: inner inside internal* | outer outside external*
rank: first | last
warmth: hot warm* | cold cool cooler
wetness: dry | wet moist damp
duty: must shall mandatory obliged compulsory has_to have_to | optional voluntary
often: always every_time | sometimes occasionally rarely seldom
all: all every each | some
sign: positive* | negative*
turn: clockwise | counterclockwise anticlockwise anti-clockwise counter-clockwise
trade: seller* supplier* vendor* contractor* bidder* tenderer* | buyer* purchaser* client* customer* authority
care: patient* | doctor* physician* nurse*
flow: inlet* intake suction | outlet* discharge outflow
daytime: day daytime | night nights
cause: because_of due_to caused_by | despite in_spite
agreement: accept* agree* approv* | reject* refus* declin*
contest: win wins won victor* | lose loses lost defeated
side of a trade: buy buys bought purchas* | sell sells sold
heaven: north northern | south southern
sunrise: east eastern | west western
power: fast* quick* rapid* | slow*
front: front | rear back
depth: deep* | shallow*
strength: strong* | weak*
fullness: full | empty
weight: heavy heavier | light lighter
""",
    "de": """
limit: maximal* maximum max hochstens hochste* hochstmenge hochstwert | minimal* minimum min mindestens niedrigste* mindestmenge
level: oberhalb uber uberschreit* ubersteig* hoher | unterhalb unter unterschreit* niedriger
order: vor bevor vorher zuvor | nach nachdem danach nachher erst_wenn erst_nach sobald
change: erhoh* steig* stieg* zunahme zunimmt zunehmen | verringer* senk* sink* sank* abnimmt abnehmen abnahme reduzier*
size: gross grosse* grossen lang lange langer hoch hohe hohen hohem hoher | klein kleine* kurz kurze* kurzer niedrig* gering*
amount: mehr | weniger
opening: offen* geoffnet* offnet offnen | geschlossen* schliesst schliessen
running: einschalt* eingeschaltet* starten startet gestartet* beginnt beginnen | abschalt* ausschalt* abgeschaltet* ausgeschaltet* stoppen gestoppt* beenden beendet endet
place: links linke linken linker | rechts rechte rechten rechter
side: innen innere* inneren intern* | aussen aussere* extern*
rank: erste ersten erster erstes | letzte letzten letzter letztes
warmth: heiss* warm warme* | kalt kalte* kuhl kuhle*
wetness: trocken* | nass nasse* feucht*
duty: muss mussen verpflicht* vorgeschrieben* zwingend* obligatorisch* | freiwillig* optional* fakultativ*
often: immer stets jederzeit jedes_mal | manchmal gelegentlich selten
all: alle allen jede jeder jedes samtliche* | einige manche einzelne
sign: positiv* | negativ*
turn: im_uhrzeigersinn | gegen_den_uhrzeigersinn
trade: verkaufer* lieferant* auftragnehmer* bieter* | kaufer* kunde kunden auftraggeber* besteller* bestellerin
care: patient* | arzt arzte arzten arztin pflegekraft
flow: eingang* einlass* saugseit* saugleitung* saugstutzen | ausgang* auslass* druckseit* druckleitung* druckstutzen
daytime: tag tags tagsuber | nacht nachts
cause: wegen aufgrund infolge | trotz
agreement: annehmen angenommen* zustimm* zugestimmt genehmig* | ablehn* abgelehnt* verweiger*
contest: sieg siegte gewann gewonn* | verlor* niederlage* besiegt*
side of a trade: kauf kauft kaufen | verkauf verkauft verkaufen
heaven: norden nordlich* | suden sudlich*
sunrise: osten ostlich* | westen westlich*
power: schnell* rasch* | langsam*
front: vorne vordere* vorderen | hinten hintere* hinteren
strength: stark starke* | schwach*
fullness: voll volle* gefullt* | leer leere*
weight: schwer* | leicht leichte*
single: einmal | mehrmals
price: inklusive inkl einschliesslich | zuzuglich zzgl
""",
    "sl": """
limit: najvec najvisj* maksimal* maksimum | najmanj najnizj* minimal* minimum
level: nad presega presege preseze presezejo preseci visj* | pod nizj*
order: pred preden | po_tem ko_je potem nato sele_ko sele_po potem_ko
change: povec* naras* zvis* | zmanjs* upad* zniz*
size: velik velika velike veliko velikih dolg dolga dolge visok visoka visoke visoko | majhn* kratek kratk* nizek nizka nizke nizko
amount: vec | manj
opening: odpr* odprt* | zapr* zaprt*
running: vklop* vkljuci vkljucen* vkljucit* zacne zacnejo zacetek zagon* | izklop* izkljuci izkljucit* konca koncajo konec ustav*
place: lev leva levo levi levem | desn*
side: notranj* znotraj | zunanj* zunaj
rank: prv prva prvi prvo prvega prvem | zadnj*
warmth: vroc* topel topl* | hladn* mrzl* mrzel
wetness: suh suha suho suhi suhe suhem | mok* vlazn*
duty: mora morajo morate obvezn* dolzan dolzn* | neobvezn* prostovoljn*
often: vedno zmeraj vsakic | vcasih obcasno redko
all: vsi vse vsa vsak vsaka vsako | nekater*
sign: pozitivn* | negativn*
trade: prodajal* dobavitelj* izvajal* ponudnik* | kupec kupca kupcu kupci narocnik*
care: pacient* bolnik* | zdravnik* zdravnic*
flow: vstop* vhod* sesaln* | izstop* izhod* tlacn*
daytime: podnevi | ponoci
cause: zaradi | kljub
agreement: sprejm* sprejet* odobr* sogla* | zavrn* zavrac*
contest: zmag* | izgub* poraz*
heaven: sever* | jug juzn*
sunrise: vzhod* | zahod*
power: hitr* | pocas*
strength: moc* | sibk*
fullness: poln poln* | prazen prazn*
weight: tez* | lahek lahk* lazj*
""",
    "el": """
limit: μεγιστ* ανωτατ* πολυ_το | ελαχιστ* τουλαχιστον κατωτατ*
level: πανω ανω υπερβ* ξεπερν* υψηλοτερ* | κατω χαμηλοτερ*
order: πριν προτου | μετα αφου επειτα μονο_οταν μονο_αφου μονο_μετα
change: αυξαν* αυξησ* αυξη* ανεβα* | μειων* μειωσ* μειω* πεφτ*
size: μεγαλ* μακρ* υψηλ* | μικρ* συντομ* χαμηλ*
amount: περισσοτερ* | λιγοτερ*
opening: ανοιγ* ανοικτ* ανοιχτ* | κλειν* κλειστ* κλεισ*
running: εναρξ* αρχιζ* ξεκιν* ενεργοποι* | ληξ* τελειων* σταματ* απενεργοποι*
place: αριστερ* | δεξι*
side: εσωτερικ* μεσα | εξωτερικ* εξω
rank: πρωτ* | τελευται*
warmth: ζεστ* θερμο θερμη θερμα θερμου | κρυο κρυα κρυου ψυχρ*
wetness: ξηρ* στεγν* | υγρο υγρη υγρα υγρου βρεγμεν*
duty: πρεπει υποχρε* | προαιρετικ*
often: παντα παντοτε | μερικες_φορες σπανια
all: ολοι ολες ολα καθε | μερικ*
sign: θετικ* | αρνητικ*
trade: πωλητ* προμηθευτ* αναδοχ* προσφερ* εργολαβ* | αγοραστ* πελατ* αναθετουσ*
care: ασθεν* | ιατρο* γιατρ*
flow: εισοδ* αναρροφ* | εξοδ* καταθλιψ*
daytime: ημερα ημερας μερα | νυχτα νυχτας
cause: λογω εξαιτιας | παρα_το παρα_την
agreement: αποδεχ* αποδοχ* εγκρι* | απορριπ* απορριψ* αρν*
contest: νικη* κερδι* | ηττ* χασ* χανει
power: γρηγορ* ταχ* | αργα αργ* βραδ*
fullness: γεματ* πληρ* | αδει*
""",
    "uk": """
limit: максим* найбільш* щонайбільше найвищ* | мінім* щонайменше найменш* найнижч*
level: вищ* понад перевищ* | нижч*
order: перед | після потім лише_після тільки_після
change: збільш* зрост* підвищ* | зменш* зниж* пада* скороч*
size: великий велика велике великі довгий довга високий висока високе високі | малий мала мале малі маленьк* короткий коротка низький низька низьке низькі
amount: більше | менше
opening: відкри* відчин* | закри* зачин*
running: увімк* вмик* почина* запуск* запуст* | вимк* вимик* закінч* зупин*
place: лівий ліва ліве лівого лівої ліворуч | правий правого правої праворуч
side: внутрішн* всередині | зовнішн* назовні
rank: перший перша перше першого першої | останн*
warmth: гаряч* теплий тепла тепле теплої | холодн*
wetness: сухий суха сухе сухого сухої сухо | волог* мокр*
duty: повинн* мусить мусять обов'язков* обовязков* зобов'язан* зобовязан* | необов'язков* необовязков* добровільн*
often: завжди щоразу | іноді інколи рідко
all: всі усі кожн* всіх усіх | деякі деяких
sign: позитивн* додатн* | негативн* від'ємн* відємн*
trade: продавець продавц* постачальник* підрядник* учасник* | покупець покупц* замовник*
care: пацієнт* хвор* | лікар*
flow: вхід вхідн* всмокт* | вихід вихідн* нагніт*
daytime: вдень удень | вночі
cause: через внаслідок | попри незважаючи
agreement: прийня* прийма* погодж* схвал* дозвол* | відхил* відмов*
contest: переміг перемог* виграв* | програ* поразк*
heaven: північ* | південь південн* півдн*
sunrise: схід східн* | захід західн*
power: швидк* | повільн*
strength: сильн* | слабк*
fullness: повн* | порожн*
""",
    "ro": """
limit: maxim* cel_mult | minim* cel_putin
level: peste depas* superior* deasupra | sub inferior* dedesubt
order: inainte inaintea | dupa ulterior numai_dupa doar_dupa
change: crest* cresc* creste* mareste maresc marire majora* | scad* reduc* micsor* diminua*
size: mare mari lung lunga lungi inalt inalta ridicat* | mic mica mici scurt* scazut* redus redusa
amount: mai_mult* | mai_putin*
opening: deschi* | inchi*
running: pornest* pornit* pornire incepe incep inceput | oprest* oprit* oprire termina terminat* sfarsit*
place: stanga stang | dreapta
side: interior* intern* | exterior* extern*
rank: prim prima primul primele | ultim*
warmth: cald calda calde fierbint* | rece reci
wetness: uscat* | ud uda umed*
duty: trebuie obligat* | optional* voluntar* facultativ*
often: intotdeauna mereu | uneori rareori
all: toti toate fiecare | unii unele
sign: pozitiv* | negativ*
trade: vanzator* furnizor* contractant* ofertant* antreprenor* | cumparator* client clientul clientului beneficiar* autoritat*
care: pacient* | medic medicul medicului
flow: intrar* admisi* aspirati* | iesir* evacuar* refular*
daytime: ziua | noaptea
cause: datorita din_cauza | in_ciuda in_pofida
agreement: accept* aprob* | respin* refuz*
contest: castig* victori* invins_pe | pierd* infrang* invins
heaven: nord* | sud sudul sudic*
sunrise: est estul estic* | vest*
power: rapid* repede | lent* incet
strength: puternic* | slab slaba slabi
fullness: plin plina pline | gol goala goale
""",
    "sv": """
limit: maximal* maximum max hogst hogsta | minimal* minimum min minst lagst lagsta
level: over ovan overstig* overskrid* hogre ovre | under nedan understig* underskrid* lagre nedre
order: fore innan forut | efter sedan darefter forst_nar forst_efter nar
change: okar okade okas okning hojer hojs hojdes | minskar minskade minskas minskning sanker sanks sankte sjunker sjonk
size: stor stort stora hog hogt hoga lang langt langa | liten litet sma kort korta lag lagt laga
amount: mer fler mera | mindre farre
opening: oppen oppet oppna* oppnas | stang* stangt
running: starta* startas borjar borjade paborja* sla_pa slas_pa | stopp* avsluta* slutar slutade stang_av stangs_av sla_av slas_av
place: vanster vanstra | hoger hogra
side: inre invandig* inuti | yttre utvandig* utanfor
rank: forsta forste | sista siste
warmth: het heta varm varmt varma | kall kallt kalla sval*
wetness: torr torrt torra | vat vata vatt fuktig*
duty: maste skall obligatorisk* skyldig* | frivillig* valfri*
often: alltid jamt | ibland sallan
all: alla varje samtliga | vissa nagra somliga
sign: positiv* | negativ*
trade: saljare* leverantor* entreprenor* anbudsgivar* | kopare* kund kunden kundens bestallar*
care: patient* | lakar* sjukskoter*
flow: inlopp* ingang* sugsid* | utlopp* utgang* trycksid*
daytime: dagtid dagen | natt nattetid natten
cause: pa_grund_av till_foljd | trots
agreement: accepter* godkann* godkand* | avvis* avsla* avslog vagra*
contest: vann vinner segra* seger* besegra* | forlor* nederlag*
heaven: norr norra nordlig* | soder sodra sydlig*
sunrise: oster ostra ostlig* | vaster vastra vastlig*
power: snabb* fort | langsam*
strength: stark starkt starka | svag svagt svaga
fullness: full fullt fulla | tom tomt tomma
activity: aktiv* | inaktiv*
way: direkt* | indirekt*
stability: stabil* | instabil*
fit: kompatib* korrekt* | inkompatib* inkorrekt*
""",
}
#: how often something is done; a statement that has one of them does not hold another
HOW_OFTEN = (
    "hourly stundlich* urno ωριαι* щогодин* timvis",
    "daily taglich* dnevno vsak_dan ημερησι* καθημεριν* щодня щоденн* zilnic* dagligen",
    "weekly wochentlich* tedensk* εβδομαδιαι* щотиж* saptamanal* veckovis varje_vecka",
    "monthly monatlich* mesecno μηνιαι* щомісяч* lunar manadsvis manatlig* varje_manad",
    "quarterly vierteljahrlich* quartalsweise cetrtletn* τριμηνιαι* щокварт* trimestrial* kvartalsvis",
    "yearly annual annually jahrlich* letno ετησι* щоріч* anual* arlig* arligen varje_ar",
)
#: pairs that tell under which condition something holds
CONDITIONS = frozenset(("limit", "level", "order", "amount", "often", "how often", "daytime", "rank"))
#: pairs that set the bound of a figure
BOUNDS = frozenset(("limit", "level"))
#: pairs of those who do something and those for whom it is done
ROLES = frozenset(("trade", "care"))
#: what asks for a thing or a person
WHAT = (
    "what which who whom was welche* wer wen wem kaj cesa cemu kateri* katera katere* kdo koga τι ποιο ποια ποιοσ ποιοι ποιεσ "
    "що чого який яка яке які яких хто кого ce care cine vad vilken vilket vilka vem"
)
#: answers of one word, which claim what the question asks
YES_AND_NO = frozenset("yes no ja nein nej jo da ne nu ναι οχι так ні ok okay".split())  # noqa: SIM905
#: words of a sentence that denies a thing but for something: “never without”, “forbidden except”, “not … but …”
EXCEPTING = frozenset(
    """
    without except unless but before until only ohne außer sondern bevor bis nur brez razen temveč ampak preden dokler samo
    χωρίς εκτός αλλά πριν μέχρι μόνο без крім окрім але перш доки лише тільки fără excepția exceptând ci înainte decât doar
    utan utom men innan förrän bara endast
    """.split()  # noqa: SIM905
)
#: verbs that carry the bound of a figure: “stays below 6 bar”
STAYING = (
    "stay stays remain remains bleibt bleiben ostati ostane ostanejo παραμενει παραμενουν παραμεινει залишатися залишається "
    "ramane raman ramana forbli forblir ligga ligger"
)
#: verbs and nouns that carry others
LIGHT = frozenset(
    """
    times time interval intervals interval intervall mal male mellanrum gang ganger krat disruption done made make makes take takes
    dobi dobijo lahko treba mogoce mora morajo sme smejo darf durfen soll sollen kann konnen wird werden erfolgt erfolgen
    betragt amounts equals znasa znasajo je so ska bor far kan maste uppgar blir fi sunt este poate pot trebuie se face μπορει
    μπορουν γινεται γινονται ειναι πρεπει може можна можуть має мають треба потрібно слід становить складає
    """.split()  # noqa: SIM905
)
