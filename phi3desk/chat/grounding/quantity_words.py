"""The words of `quantities`: units, magnitudes, months and bounds in seven languages, folded; `*` stands for any ending."""

from __future__ import annotations

#: Units by one spelling; folded words as they stand behind a figure in seven languages, `*` for any ending.
UNITS = {
    "h": "h hr hrs std stunde* hour* ur ura ure uri urah urami tim timm* timme* ora ore orelor год годин* ωρ* operating_hours "
    "betriebsstunde* bh oph obratovaln* drifttimm* driftstimm* мотогодин*",
    "min": "min minute* minut* мин хв хвилин* λεπτ* minutter",
    "s": "s sec sek sekund* second* сек секунд* secunde* secunda δευτερολεπτ* sekunder",
    "day": "d day* tag tage tagen tages dan dni dnevi dneh dnem dnevov dag dagar dagars dygn zi zile zilele zilelor день дні днів "
    "днями діб доб* ημερ* werktag* arbeitstag* working_days",
    "week": "week* woche* wochen teden tedn* vecka veckor veckors saptaman* тижд* тижн* εβδομαδ*",
    "month": "month* monat* mesec* manad* luna luni lunile lunilor месяц* місяц* μην*",
    "year": "year* jahr* leto let leta leti letih ar aret aren ars an ani anii anilor рік рок* років ετ* χρον*",
    "%": "% percent procent* prozent* odstotk* odstotek відсотк* процент* τοισεκατο pct vol.-% gew.-% sata lasuta vomhundert v.h",
    "‰": "‰ promille promil* проміл* permil permille τοισχιλιοισ lamie vomtausend v.t",
    "°C": "°c °C celsius grad_celsius ° grad degrees stopinj* grader grade градус* βαθμ*",
    "°F": "°f fahrenheit",
    "K": "k kelvin",
    "bar": "bar bari barov barih barom бар μπαρ",
    "kPa": "kpa кпа",
    "MPa": "mpa",
    "Pa": "pa pascal*",
    "hPa": "hpa",
    "mbar": "mbar",
    "psi": "psi",
    "N·m": "nm n·m n*m n⋅m newtonmet* н·м нм",
    "N": "n newton",
    "kN": "kn",
    "mm/s": "mm/s",
    "m/s": "m/s м/с",
    "km/h": "km/h км/год",
    "m³/h": "m³/h m3/h м³/год",
    "l/min": "l/min л/хв",
    "l/s": "l/s",
    "mm²/s": "mm²/s mm2/s cst",
    "rpm": "rpm 1/min min-1 min⁻¹ min−1 min–1 u/min об/хв vrt/min varv/min rot/min στροφ*",
    "V": "v volt* в вольт*",
    "kV": "kv",
    "mV": "mv",
    "A": "a ampere* amper* а ампер*",
    "µA": "мка",
    "mA": "ma ма",
    "kA": "ka ка",
    "Ah": "ah а·год а⋅год",
    "mAh": "mah ма·год ма⋅год",
    "W": "w watt* вт ват*",
    "kVA": "kva ква",
    "kW": "kw kilowatt* квт",
    "MW": "mw мвт",
    "PS": "ps hp hk cp horsepower pferdestark* hastkraft* konjsk* кінськ* ιπποδυναμ*",
    "kWh": "kwh kilowattst* квт·год квт⋅год квт*год",
    "Hz": "hz гц",
    "kHz": "khz",
    "MHz": "mhz",
    "kΩ": "ком",
    "Ω": "ω ohm* ом",
    "J": "j",
    "kJ": "kj",
    "dB": "db db(a) дб",
    "µm": "µm μm um mikrom* micron* мкм",
    "mm": "mm millimet* milimet* мм міліметр* χιλιοστ* χιλ",
    "cm": "cm zentimet* centimet* см сантиметр* εκατοστ*",
    "m": "m met* м метр* μετρ*",
    "km": "km kilomet* км кілометр* χιλιομετρ* χλμ",
    "in": "inch* zoll palec palc* tum",
    "ft": "ft foot feet fuss stop* πόδι* ποδ* фут* picioare fot",
    "mi": "mile* meil* milj* μίλι* миль милі mila mil engelska",
    "ng": "ng нг nanogram* нанограм* νανογραμμ*",
    "µg": "µg ug mcg мкг microgram* mikrogram* мікрограм* μικρογραμμ*",
    "mg": "mg мг milligram* miligram* міліграм* χιλιοστογραμμ*",
    "lb": "lb lbs",
    "oz": "oz ounce* unze* unca unce unci uncij uncija uncie uncii унц* ουγγι*",
    "g": "g gr gram* gramm* г грам* γραμμαρι*",
    "kg": "kg kilo* кг кілограм* κιλ* χιλιογραμμ*",
    "t": "t tonn* ton* т тон* τονο*",
    "ml": "ml мл millilit* mililit* мілілітр* χιλιοστολιτρ*",
    "l": "l lit* л літр* λιτρ*",
    "mm³": "mm³ mm3 мм³ мм3",
    "cm³": "cm³ cm3 ccm cc см³ см3 kubikzentimet* kubikcentimet*",
    "mm²": "mm² mm2 мм² мм2 quadratmillimet* kvadratmillimet*",
    "cm²": "cm² cm2 см² см2 quadratzentimet* kvadratcentimet*",
    "km²": "km² km2 км² км2 quadratkilomet* kvadratkilomet*",
    "ha": "ha hektar* hectar* га гектар* εκταρι*",
    "m³": "m³ m3 kubikmet* м³ м3",
    "m²": "m² m2 qm quadratmet* kvadratmet* м² м2",
    "ppm": "ppm",
    "mg/m³": "mg/m³ mg/m3 мг/м³",
    "mg/l": "mg/l мг/л",
    "g/l": "g/l",
    "g/cm³": "g/cm³ g/cm3",
    "mg/kg": "mg/kg",
    "€": "€ eur euro* evro* евро євро ευρω",
    "$": "$ usd dollar* dolar* долар* δολαρι*",
    "£": "£ gbp",
    "pound": "pfund pound*",
    "SEK": "sek kronor kr",
    "RON": "ron lei leu",
    "грн": "грн гривен* гривн*",
    "CHF": "chf",
    "person": "person* people leute oseb* lidi людей осіб ατομα",
    "times": "times mal krat ganger ori разів раз φορες",
}
#: units that differ from others by a capital alone: a thousandth, or a million times as much
CASED_UNITS = {
    **{unit: unit for unit in "mW MW mWh MWh mPa MPa mV MV mA MA mJ MJ mN MN mHz MHz mΩ MΩ".split()},  # noqa: SIM905
    # in small letters it is a Slovenian conjunction
    "Pa": "Pa",
    **{"мВт": "mW", "МВт": "MW", "мПа": "mPa", "МПа": "MPa", "мГц": "mHz", "МГц": "MHz", "мДж": "mJ", "МДж": "MJ"},
    **{"мВ": "mV", "МВ": "MV", "мОм": "mΩ", "МОм": "MΩ", "МВт·год": "MWh"},
    # in small letters it is short for "square"
    "кВ": "kV",
    "КВ": "kV",
}
#: units of one capital, Latin, Cyrillic or Greek, of which the small letter is a word: “2 a day”, “2 в коробці”
CAPITAL_UNITS = {"A": "A", "\u0410": "A", "\u0391": "A", "\u0412": "V"}
#: units of a word that may mean either of two others
EITHER_UNIT = {"pound": ("£", "lb")}
#: words behind a figure that multiply it, folded
MAGNITUDES = {
    word: value
    for value, words in {
        1e2: "hundred hundert hundra sute suta сотень сотні",
        1e3: "thousand tausend tisoc tisoci tisocih tusen mii mie тис тисяч тисячі тисяча tsd tis χιλιαδεσ χιλιαδων",
        1e6: "million millions mio millionen milijon milijona milijone milijoni milijonov miljon miljoner milioane milion "
        "млн мільион мільиони мільиона мільионів εκατομμυρια εκατομμυριο εκατομμυριων εκατ εκατομ",
        1e9: "billion billions mrd milliarde milliarden milijarda milijarde milijard miljard miljarder miliard miliarde "
        "млрд мільярд мільярди мільярда мільярдів δισεκατομμυρια δισεκατομμυριο δισεκατομμυριων bn mld mdr δισ δισεκ",
    }.items()
    for word in words.split()
}
#: those that are something else where no money is meant: metres, miles, megapascals
MAGNITUDES_OF_MONEY = {"k": 1e3, "χιλ": 1e3, "m": 1e6, "mn": 1e6, "mil": 1e6, "mill": 1e6, "εκ": 1e6}
#: those that are written short, with or without a stop
SHORT_MAGNITUDES = frozenset(
    ("mio", "mrd", "тис", "млн", "млрд", "tsd", "tis", "εκατ", "εκατομ", "bn", "mld", "mdr", "δισ", "δισεκ")
) | frozenset(MAGNITUDES_OF_MONEY)
CURRENCIES = frozenset(("€", "$", "£", "pound", "SEK", "RON", "грн", "CHF"))
MONTHS = (
    "january januar* jänner ianuari* січ* januari ιανουαρι*",
    "february februar* februari* лют* φεβρουαρι*",
    "march märz marec marca marcu marts mars marti* берез* μαρτι*",
    "april* aprilie квіт* απριλι*",
    "may mai maj maja maju трав* μαιο* μαιου",
    "june juni* junij* iunie черв* ιουνι*",
    "july juli* julij* iulie лип* ιουλι*",
    "august* avgust* серп* αυγουστ*",
    "september septemb* septembrie вересн* вересень σεπτεμβρι*",
    "october oktober* oktob* octombrie жовт* οκτωβρι*",
    "november novemb* noiembrie листопад* νοεμβρι*",
    "december dezember* decemb* decembrie груд* δεκεμβρι*",
)
#: the same shortened, as they are written in dates
SHORT_MONTHS = (
    "jan jän ian ιαν", "feb febr φεβ", "mar mär μαρ", "apr απρ", "", "jun iun ιουν", "jul iul ιουλ", "aug avg αυγ",
    "sep sept σεπ σεπτ", "oct okt οκτ", "nov noi νοε", "dec dez δεκ",
)  # fmt: skip
#: what is no unit though it may stand behind a figure and be spelt like one
NO_UNITS = frozenset(("in", "an", "or", "a", "and", "m.", "am", "on", "i", "pa", "до", "і", "а", "в", "п"))
#: what is counted in doses and pieces
COUNTED = (
    "tablet* tabl kapsel* kapsul* capsul* капсул* таблет* δισκι* καψουλ* comprimat* drop* tropfen kaplj* крапл* σταγον* "
    "picatur* droppe* dose* dosis dosen odmer* доз* δοση* δοσε* doza doze dos einheit* enot* enhet* time mal krat gang data раз φορα"
)
#: what stands before the article of a time in which something is done so often: “2 Tabletten an einem Tag”
AT_A = "an in am per pro je na om pa pe intr σε την τον το на за"
#: what sets a bound before a figure; words that stand for something else by themselves have the one before beside them
ABOVE = (
    "above over exceed* more greater higher later longer older least minimum min beyond "
    "uber ueber mehr mindestens wenigstens hoher langer spater ofter fruhestens alter_als oberhalb ab ubersteig* uberschreit* "
    "nad vec najmanj vsaj visja visji visje presega* preseze* preseci dlje dalj daljs* kasneje pozneje pogosteje starejs* "
    "πανω ανω περισσοτερ* τουλαχιστον μεγαλυτερ* υψηλοτερ* αργοτερα μακρυτερ* ξεπερν* υπερβ* "
    "вищ* понад більше більш мінімум щонайменше принаймні перевищ* пізніше довше частіше старш* "
    "peste mai_mult mai_multe mai_multi minim minimum cel_putin mai_mare mai_mari mai_tarziu mai_des depas* "
    "over mer fler mera minst hogre langre senare oftare aldre tidigast overstig* overskrid* > ≥ >="
)
BELOW = (
    "below under less lower fewer earlier shorter younger most maximum max up_to within until "
    "unter unterhalb weniger hochstens maximal bis niedriger spatestens fruher kurzer junger langstens unterschreit* "
    "pod manj najvec nizja nizji nizje do krajs* prej najkasneje najpozneje najdlje mlajs* "
    "κατω λιγοτερ* μεχρι εωσ το_πολυ μικροτερ* νεοτερ* νωριτερα χαμηλοτερ* "
    "нижч* менше менш максимум щонайбільше найбільше раніше молодш* щонайпізніше "
    "sub mai_putin mai_putine mai_putini maxim maximum pana cel_mult mai_mic* mai_devreme cel_tarziu "
    "under mindre farre hogst lagre yngre kortare senast tidigare understig* underskrid* < ≤ <="
)
#: what sets a bound where nothing clearer does
FROM = "from fran od απο від з із de_la din incepand vom"
UP_TO = "till до"
#: what sets one only where it is denied: “not before 5 May”
AFTER = "after nach po μετα після dupa efter"
BEFORE = "before prior vor pred preden πριν перед inainte fore innan forran"
#: bounds of a time, which are turned where it counts down: “no later than 14 days before”
IN_TIME = (
    "later earlier spater fruher spatestens fruhestens kasneje pozneje prej najkasneje najpozneje αργοτερα νωριτερα "
    "пізніше раніше щонайпізніше tarziu devreme senare tidigare senast tidigast"
)
COUNTING_DOWN = f"{BEFORE} до"
#: what sets one behind a figure: “and older”, “dalje”
ABOVE_BEHIND = (
    "more above over older higher longer later greater up onwards upwards at_least "
    "mehr alter daruber hoher langer spater aufwarts "
    "vec starejs* visj* dlje dalj dalje naprej nad "
    "ανω πανω περισσοτερ* μεγαλυτερ* αργοτερα "
    "більше більш старш* вище вищ* довше пізніше "
    "mai_mult mai_multe mai_mare mai_mari peste mai_tarziu "
    "mer fler mera aldre hogre langre senare uppat darover"
)
#: those that need no “and”
ONWARDS = "onwards upwards aufwarts dalje naprej uppat"
BELOW_BEHIND = (
    "less below under younger lower fewer shorter earlier at_most "
    "weniger junger darunter niedriger kurzer fruher "
    "manj mlajs* nizj* krajs* prej "
    "κατω λιγοτερ* μικροτερ* νεοτερ* νωριτερα "
    "менше менш молодш* нижче нижч* раніше "
    "mai_putin mai_putine mai_mic* sub mai_devreme "
    "mindre farre yngre lagre kortare tidigare darunder"
)
#: verbs that stand behind the figure they set a bound on: “6 bar nicht überschreiten”, “6 bar must not be exceeded”
EXCEEDED = (
    "exceeded uberschreit* uberschritt* ubersteig* preseci presegat* presezen* υπερβαιν* ξεπερν* перевищувати перевищити перевищен* "
    "depasit* overskrid* overstig*"
)
FELL_SHORT_OF = "undershot unterschreit* unterschritt* understig* underskrid*"
#: words of which a denial belongs to the bound only right before them
NEAR = (
    "above over below under beyond within until up_to least most minimum min maximum max "
    "uber ueber unter oberhalb unterhalb ab bis nad pod do πανω ανω κατω μεχρι εωσ понад peste sub pana hogst minst < > ≤ ≥ "
) + f"{AFTER} {BEFORE}"
#: verbs before a figure; like the words above they take one without “than”
VERBS = (
    "exceed* uberschreit* ubersteig* unterschreit* presega* preseze* preseci ξεπερν* υπερβ* перевищ* depas* overstig* overskrid* "
    "understig* underskrid*"
)
THAN = "than als kot od απο των του ніж за від як de decat an"
#: what parts a denial from a bound: “do not use if more than 5 …”
APART = (
    "if when whenever where who whose which that with unless wenn falls sofern sobald mit ce kadar ko ki kateri* s z "
    "αν εαν οταν που με якщо коли який які яка з із daca cand care cu om nar som med"
)
