"""The words of seven languages that tie a question to what was said before it, and those that carry no meaning alone.

Words are compared folded (without case and marks, as people type them); one that ends in `*` stands for all that begin
so. Homographs that mean something else far more often are left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from phi3desk.chat.wording.word_lists import is_listed
from phi3desk.library.text import fold


@dataclass(frozen=True)
class FunctionWords:
    """The closed classes of one language, each a string of words, and some open ones that matter in a follow-up.

    `openings` begin a follow-up, `opening_phrases` (separated by |) say “what about”. `entity_pronouns` stand for a
    thing or person, `fact_pronouns` for what was said, `pointers` for either with or without a noun behind them, and
    `counterparts` for others of the kind (“and the red one?”). Of the pronouns, `bound` ones may belong to a noun
    before them in the same clause. `choosing` words ask for one of a kind and take a noun, with `quantities` between
    them; `asking` words do not. `belonging` is “of”. `letters` are those that only this language has.

    Of open classes: `measuring` words tell how a figure comes about or changes, `generic` nouns name a thing without
    saying which (“the product”), `holdings` what a library holds, `sections` what a number is a place in.
    """

    openings: str
    opening_phrases: str
    entity_pronouns: str
    fact_pronouns: str
    pointers: str
    counterparts: str
    choosing: str
    asking: str
    prepositions: str
    subordinators: str
    others: str
    copulas: str
    having: str
    measuring: str
    generic: str
    holdings: str
    sections: str
    bound: str = ""
    definite: str = ""
    indefinite: str = ""
    belonging: str = ""
    quantities: str = ""
    letters: str = ""

    def has(self, kind: str, word: str) -> bool:
        """Return whether a folded word is one of a class, named by its field."""
        return is_listed(word, getattr(self, kind))

    def is_function(self, word: str) -> bool:
        """Return whether a folded word says nothing by itself."""
        return is_listed(word, self._closed)

    @cached_property
    def phrases(self) -> tuple[tuple[str, ...], ...]:
        """The opening phrases as folded words, longest first."""
        phrases = (tuple(fold(phrase).split()) for phrase in self.opening_phrases.split("|"))
        return tuple(sorted(phrases, key=len, reverse=True))

    @cached_property
    def _closed(self) -> str:
        return " ".join(getattr(self, kind) for kind in _CLOSED)


_CLOSED = (
    "openings", "entity_pronouns", "fact_pronouns", "pointers", "counterparts", "choosing", "asking", "prepositions",
    "subordinators", "others", "definite", "indefinite", "copulas", "having",
)  # fmt: skip


def is_property(word: str) -> bool:
    """Return whether a folded word is an abbreviation that names a property, a rule or a unit, and never a product."""
    return is_listed(word, _PROPERTIES)


_PROPERTIES = (
    "ph un un-* ph-* wgk lgk cas cas-* eg-* ec ld50 lc50 ec50 ic50 noec lel uel voc pbt svhc reach clp ghs sds msds "
    "agw mak bgw tlv oel wel pel dnel pnec psa ppe ozo adr rid imdg iata trgs osha niosh din iso en iec ul vde ansi "
    "astm ce ip ip-* esd emc emi rms rpm npsh ac dc ac/dc led lcd usb io i/o pcb smd rohs weee mtbf nlgi gps pdf "
    "usd eur gbp chf sek ron uah ebit ebitda gaap cogs eps r&d ceo cfo fy opex capex roi roe roa kpi esg sec 10-k "
    "10-q ifrs ddr ram rom cpu h-* p-* euh* kg mg ml mm cm km kw kwh mwh hz khz mhz ghz db dba ma mv kv kva kpa mpa "
    "hpa ppm"
)

WORDS = {
    "en": FunctionWords(
        openings="and but or so also plus then",
        opening_phrases=(
            "what about|how about|and what about|what if|and what if|what of|same question for|the same for"
        ),
        entity_pronouns="it its itself they them their theirs he him his she her hers",
        fact_pronouns="that thereof therefore",
        pointers="this that these those such",
        counterparts="one ones other others another else latter former same",
        choosing="which what whose how",
        asking="who whom when where why whether",
        prepositions=(
            "of in on at to for from by with without about into than over under above below between during after "
            "before against through within beyond per via until since near behind beside inside outside up down off"
        ),
        subordinators="if when while because before after until although unless",
        others=(
            "high higher low lower short small large big s ll re ve don't doesn't didn't isn't aren't wasn't can't "
            "won't shouldn't year years month quarter previous prior next last earlier later total is are was were be "
            "been being am do does did done doing has have had having can could will would shall should may might "
            "must need needs ought let lets get gets got use used uses using apply applies happen happens happened go "
            "goes take takes took mean means give gives there here not no yes nor only just too very much many often "
            "long far few little more most less least again still yet ever never always each every all any some both "
            "either neither i we you my our your me us as please tell explain say says show details detail exactly "
            "okay someone somebody anyone people person now ok maybe well know thing things kind sort possible "
            "allowed permitted necessary required enough"
        ),
        bound="its their his her",
        definite="the",
        indefinite="a an",
        copulas="is are was were be mean means",
        having="has have had",
        belonging="of",
        quantities="many much",
        measuring=(
            "differ* versus vs chang* increas* decreas* ris* rose fall* fell grow* grew grown compar* calculat* "
            "measur* determin* defin* develop* driv* drove driven caus* affect* check* test* verif*"
        ),
        generic="company companys firm group stuff product products substance mixture material chemical device item",
        holdings="document* file* manual* handbook* librar* page pages datasheet*",
        sections=(
            "page pages section chapter table figure step class category part item rule no number version edition"
        ),
    ),
    "de": FunctionWords(
        openings="und aber oder also sowie auch dann",
        opening_phrases=(
            "was ist mit|und was ist mit|wie ist es mit|und wie ist es mit|wie sieht es mit|und wie sieht es mit|wie "
            "sieht es bei|und wie sieht es bei|wie steht es um|wie steht es mit|was gilt für|und was gilt für|was ist "
            "bei|und was ist bei|wie ist es bei|und wie ist es bei|das gleiche für|dasselbe für"
        ),
        entity_pronouns=(
            "er sie es ihm ihn ihnen ihr ihre ihrer ihres ihrem ihren sein seine seiner seines seinem seinen dessen "
            "deren denen damit davon dafür dagegen darin daran darauf davor dabei daraus dazu darüber darunter "
            "dadurch hiermit hiervon hierfür hierzu hierbei"
        ),
        fact_pronouns="das dies dort danach deshalb",
        pointers=(
            "diese dieser dieses diesem diesen jene jener jenes jenem jenen solche solcher solches solchem solchen "
            "derselbe dieselbe dasselbe dieselben demselben denselben"
        ),
        counterparts="andere anderer anderes anderen anderem übrigen sonst",
        choosing="welche welcher welches welchem welchen wieviel wieviele wie",
        asking=(
            "was wer wen wem wessen wann wo woher wohin warum weshalb wieso womit wofür wodurch woran worauf woraus "
            "wovon wovor wozu"
        ),
        prepositions=(
            "in im ins an am auf aus bei beim mit ohne für von vom zu zum zur nach vor über unter zwischen gegen "
            "durch um ab bis seit während pro je wegen trotz hinter neben innerhalb außerhalb oberhalb unterhalb"
        ),
        subordinators="wenn falls sobald solange weil bevor nachdem obwohl damit dass",
        others=(
            "mache machst niedrig klein kurz jahr jahre jahres vorjahr monat quartal vorigen letzten nächsten ist "
            "sind war waren sei wird werden wurde wurden worden hat haben hatte hatten habe kann können könnte konnte "
            "darf dürfen muss müssen soll sollen sollte sollten will wollen mag möchte lässt lassen gibt geben tun "
            "tut getan machen macht gemacht lautet lauten gilt gelten passiert geschieht brauche braucht brauchen "
            "benötigt benötigen heißt bedeutet bedeuten liegt liegen beträgt kommt kommen geht gehen nimmt nehmen "
            "verwendet verwenden benutzt man ich wir du mich mir uns mein unser sich nicht nein ja kein keine keiner "
            "keinen keinem nur noch schon wieder sehr so als dann denn hier da mal doch eigentlich genau bitte viel "
            "viele vielen oft lange lang häufig weit hoch groß mehr weniger meiste höchstens mindestens immer nie "
            "jemand jeder jede jedes jedem jeden alle allem allen beide erklären erkläre sag sage zeig details "
            "genauer erlaubt möglich nötig notwendig erforderlich zulässig dazu"
        ),
        bound="sein seine seiner seines seinem seinen ihr ihre ihrer ihres ihrem ihren",
        definite="der die das dem den des",
        indefinite="ein eine einer eines einem einen",
        copulas="ist sind war waren bedeutet heißt",
        having="hat haben hatte besitzt",
        belonging="von",
        quantities="viele viel vielen",
        measuring=(
            "unterschied* vergleich* verändert ändert geändert gestiegen steigt stieg gesunken sinkt sank gewachsen "
            "wächst wuchs entwickelt gemessen misst berechnet bestimmt ermittelt verglichen vergleicht verursacht "
            "geprüft prüft"
        ),
        generic=(
            "unternehmen unternehmens firma konzern zeug produkt produkts produktes produkte stoff stoffs stoffes "
            "gemisch gemischs mittel erzeugnis gerät geräts"
        ),
        holdings="dokument* datei* handb* bibliothek* seite seiten unterlage* datenbl*",
        sections=(
            "seite seiten abschnitt kapitel tabelle abbildung schritt klasse kategorie teil punkt regel nummer "
            "version ausgabe absatz satz"
        ),
        letters="ßẞ",
    ),
    "sl": FunctionWords(
        openings="in pa ampak toda oziroma tudi torej potem",
        opening_phrases=(
            "kaj pa|kako pa|kje pa|kdaj pa|kdo pa|zakaj pa|koliko pa|in kaj pa|kaj je z|kaj je s|kako je z|kako je "
            "s|in kako je z|in kako je s|kaj če|kaj pa če|kaj velja za|kako pa je z|kako pa je s|enako za|isto za"
        ),
        entity_pronouns=(
            "on ona ono oni njega nje njih njemu njej njim njo njimi ga mu jo ji jih jim njegov* njen njena njeno "
            "njene njenega njenemu njenem njenim njeni njenih njihov* zanj zanjo zanje vanj vanjo nanj nanjo"
        ),
        fact_pronouns="to tega temu tem tam tja zato",
        pointers=(
            "ta te ti tej tisti tista tisto tiste tistega tistem takšen takšna takšno takšne takega taka tak tako teh "
            "temi"
        ),
        counterparts="drug druga drugo drugi druge drugega drugih ostali ostale isti ista isto",
        choosing="kater* kakšn* kakšen kolikšn* kolikšen čigav* koliko kako",
        asking="kaj kdo koga komu kom kje kam kdaj zakaj čemu čim čigar ali kod",
        prepositions=(
            "v na z s za od do pri po o ob k h iz brez nad pod pred med skozi čez zaradi okoli okrog razen proti glede"
        ),
        subordinators="če ko kadar ker preden dokler da čeprav",
        others=(
            "leto leta letu letih mesec prejšnje prejšnjem lani naslednje je so sem si smo ste bil bila bilo bili "
            "bile bo bodo bi biti ima imajo imam imeti ni niso nima se sme smejo smem lahko mora morajo moram morati "
            "treba potrebno potreben potrebna potrebne potrebni potrebuje potrebujejo potrebujem velja veljajo "
            "veljati pomeni pomenijo dobi dobijo dela narediti naredim storiti storim stori uporablja uporabljajo "
            "uporabiti uporabimo zgodi zgodijo zgoditi gre da daje dajo znaša znašajo ne ja samo le še že zelo bolj "
            "manj več največ najmanj najbolj pogosto dolgo daleč časa krat mi vi jaz moj naš mene meni nas vsak vsaka "
            "vsako vsake vsakega vsi vse vsa kdo kdor nekdo kak kakor kot pa naj tu tukaj zdaj prosim povej razloži "
            "podrobneje natančno točno dovoljeno mogoče možno nujno"
        ),
        copulas="je so pomeni",
        having="ima imajo",
        measuring=(
            "razlik* razlikuj* spremen* povec* zmanjš* naras* pade padl* meri merijo izmer* izračun* določ* primerja* "
            "razvija* preveri* preverja*"
        ),
        generic=(
            "podjetje podjetja podjetju družba izdelek izdelka izdelku izdelkom proizvod proizvoda snov snovi zmes "
            "zmesi naprava naprave napravo"
        ),
        holdings="dokument* datotek* priročnik* knjižnic* stran strani gradiv*",
        sections=(
            "stran strani poglavje poglavju razdelek odsek tabela tabeli slika korak razred kategorija del točka "
            "točki številka različica izdaja"
        ),
        letters="čšžČŠŽ",
    ),
    "el": FunctionWords(
        openings="και κι αλλά ή επίσης άρα λοιπόν",
        opening_phrases=(
            "τι γίνεται με|και τι γίνεται με|τι ισχύει για|και τι ισχύει για|τι λες για|όσον αφορά|κι αν|και αν|το "
            "ίδιο για"
        ),
        entity_pronouns="αυτός αυτού αυτής αυτών αυτόν αυτήν αυτούς αυτοί αυτές αυτά",
        fact_pronouns="αυτό εκεί τότε",
        pointers="αυτή εκείνος εκείνη εκείνο εκείνου τέτοιος τέτοια τέτοιο",
        counterparts="άλλος άλλη άλλο άλλοι άλλες άλλα υπόλοιπα υπόλοιπες ίδιο ίδια ίδιος",
        choosing="ποιος ποια ποιο ποιοι ποιες ποιον ποιου ποιας πόσο πόση πόσος πόσοι πόσες πόσα τι πώς",
        asking="πού πότε γιατί τίνος αν άραγε",
        prepositions=(
            "σε στο στη στην στον στα στις στους στου από για με χωρίς κατά μετά πριν προς πάνω κάτω μέχρι έως ανά "
            "μεταξύ υπό παρά μέσα έξω εκτός"
        ),
        subordinators="όταν εάν επειδή διότι ενώ αφού μόλις ότι πως",
        others=(
            "έτος έτους χρόνο χρονιά μήνα προηγούμενο προηγούμενη επόμενο είναι ήταν έχει έχουν είχε να θα πρέπει "
            "μπορεί μπορώ μπορούμε μπορούν κάνω κάνει κάνουμε κάνουν γίνει γίνεται γίνονται ισχύει ισχύουν συμβαίνει "
            "συμβεί σημαίνει χρειάζεται χρειάζονται χρησιμοποιείται χρησιμοποιούνται χρησιμοποιώ δεν μη μην όχι ναι "
            "μόνο πολύ πιο λιγότερο περισσότερο συχνά καιρό ακόμα ακόμη πάλι κάθε όλα όλοι όλες κάποιος κάποια κάποιο "
            "μου μας σας μπορείς μπορείτε παρακαλώ πες εξήγησε δηλαδή ακριβώς επιτρέπεται δυνατόν απαραίτητο"
        ),
        definite="ο η το οι τα του της των τον την τους τις",
        indefinite="ένας μια μία ένα ενός μιας",
        copulas="είναι σημαίνει",
        having="έχει έχουν",
        quantities="πολύ πολλά πολλές πολλοί",
        measuring="διαφορ* διαφέρ* αλλάζ* άλλαξ* αυξ* μειώ* μετρ* υπολογ* ορίζ* συγκρ* ελέγχ*",
        generic="εταιρεία εταιρείας προϊόν προϊόντος ουσία ουσίας μείγμα μείγματος συσκευή συσκευής",
        holdings="έγγραφ* αρχεί* εγχειρίδι* σελίδ* βιβλιοθήκ*",
        sections="σελίδα σελίδες ενότητα κεφάλαιο πίνακας εικόνα βήμα κατηγορία κλάση μέρος αριθμός έκδοση",
    ),
    "uk": FunctionWords(
        openings="а і й та але або також отже тоді",
        opening_phrases="а що|а як щодо|як щодо|що щодо|а щодо|а що з|що з|а як з|а якщо|те саме для",
        entity_pronouns="він вона воно вони його її їх йому їй їм ним нею ними нього неї них ньому ній їхн*",
        fact_pronouns="це цього цьому цим те того там туди",
        pointers="цей ця ці цієї цій цією цих цими цю той тієї тій тих такий така таке такі",
        counterparts="інший інша інше інші іншого іншої іншому інших решта",
        choosing="який яка яке які якого якої якому якій яким якою яких якими яку скільки наскільки як чий чия",
        asking="що хто кого кому чим чого чому де куди коли навіщо чи",
        prepositions=(
            "у в на з із зі до від для по при про за без над під перед між через після крім біля замість проти щодо "
            "понад"
        ),
        subordinators="якщо коли тому поки перш хоча щоб",
        others=(
            "рік року році роки місяць попередній попередньому минулого наступного є був була було були буде будуть "
            "бути має мають мати можна може можуть треба потрібно потрібен потрібна потрібні повинен повинна повинні "
            "слід робити зробити відбувається відбудеться станеться трапиться діє діють означає означають "
            "використовують використовується використовуються не ні так лише тільки ще вже дуже більше менше "
            "найбільше часто довго далеко раз разів кожен кожна кожне кожні кожного всі все усі хтось я ми ви мій наш "
            "нам мені себе ся би ж же будь ласка скажи поясни докладніше точно саме дозволено можливо необхідно"
        ),
        copulas="це є означає",
        having="має мають",
        quantities="багато",
        measuring="різниц* відрізня* змін* зрос* збільш* зменш* впа* вимір* обчисл* визнач* порівн* перевір*",
        generic="компані* підприємств* продукт* речовин* суміш* виріб виробу виробом пристрій пристрою",
        holdings="документ* файл* посібник* сторінк* бібліотек*",
        sections="сторінка сторінці розділ розділі таблиця рисунок крок клас категорія частина пункт номер версія",
    ),
    "ro": FunctionWords(
        openings="și dar iar sau deci apoi",
        opening_phrases=(
            "ce zici de|dar ce|și ce|cum rămâne cu|dar cum rămâne cu|ce se întâmplă cu|cum este cu|cum stă treaba "
            "cu|dar dacă|și dacă|ce spuneți de|la fel pentru|același lucru pentru"
        ),
        entity_pronouns="el ea ei ele lui lor îl îi le său săi sale acestuia acesteia acestora",
        fact_pronouns="asta aceasta acolo atunci",
        pointers=(
            "acest această acești aceste acestui acestei acestor acesta acestea aceștia acel acea acela aceea acelea "
            "astfel asemenea"
        ),
        counterparts="alt altă alte alții altele celălalt cealaltă celelalte ceilalți același aceeași",
        choosing="care ce cât câtă câți câte cărui cărei cum",
        asking="cine cui unde când",
        prepositions=(
            "de la din în pe cu pentru prin fără peste sub între după înainte până spre despre contra lângă dintre "
            "împotriva"
        ),
        subordinators="dacă când deoarece fiindcă până deși că încât",
        others=(
            "an anul anului ani lună luna precedent anterior următor trecut este e sunt era erau fi fost fie are au "
            "avea am ai trebuie poate pot putem se să nu da doar numai foarte mai mult puțin des adesea timp încă iar "
            "face fac facem făcut întâmplă întâmpla înseamnă însemna aplică folosește folosesc utilizează valabil al "
            "a ale o un unei unui niște fiecare toate toți tot cineva eu noi voi meu nostru vă mă ne ori bine exact "
            "te rog spune explică detalii permis posibil necesar nevoie necesare"
        ),
        bound="său săi sale lui lor",
        indefinite="un o unei unui niște",
        copulas="este e sunt înseamnă",
        having="are au",
        quantities="mulți multe mult multă de",
        measuring="diferenț* schimb* cresc* creșt* scad* măsoar* măsur* calcul* determin* compar* verific*",
        generic=(
            "compania companiei firma produs produsul produsului substanța substanță substanței amestec amestecul "
            "aparatul aparat"
        ),
        holdings="document* fișier* manual* pagin* bibliotec*",
        sections=(
            "pagina pagini secțiunea capitolul tabelul figura pasul clasa categoria partea punctul numărul versiunea"
        ),
        letters="ăîâșțşţĂÎȘȚ",
    ),
    "sv": FunctionWords(
        openings="och men eller samt också så",
        opening_phrases=(
            "hur är det med|och hur är det med|vad gäller|och vad gäller|vad gäller för|hur ser det ut med|vad händer "
            "om|och om|samma för|detsamma för"
        ),
        entity_pronouns="den dem dess deras han hon honom hans hennes",
        fact_pronouns="det detta där dit",
        pointers="denna dessa sådan sådana sådant",
        counterparts="annan annat andra samma övriga",
        choosing="vilken vilket vilka hur",
        asking="vad vem vems när varför var vart",
        prepositions=(
            "i på av till från för med utan om vid under över mellan efter före mot genom per inom utanför ovanför "
            "bakom"
        ),
        subordinators="om när medan eftersom innan därför att",
        others=(
            "år året åren månad föregående förra nästa är var vore vara blir blev bli varit har hade ha kan kunde ska "
            "skall skulle får fick måste bör behöver behövs finns fanns gör göra gjort göras händer hända gäller "
            "gälla betyder innebär används använda använder användas tar ta går gå inte nej ja bara endast mycket "
            "många mer mest mindre minst ofta länge långt lång tid gånger igen än redan alltid aldrig varje alla allt "
            "någon något några man jag vi du min mig oss vår sig sin sitt sina ens som snälla berätta förklara "
            "detaljer exakt tillåtet möjligt nödvändigt då ut upp ner in"
        ),
        definite="de",
        indefinite="en ett",
        copulas="är betyder innebär",
        having="har hade",
        belonging="hos av",
        quantities="många mycket",
        measuring="skillnad* skilj* ändra* öka* minska* stiga* steg sjunk* mät* beräkna* bestäm* jämför* kontroller*",
        generic=(
            "företaget företagets bolaget koncernen produkt produkten produktens ämne ämnet blandning blandningen "
            "apparat apparaten"
        ),
        holdings="dokument* fil filer filerna handb* manual* sida sidor sidan bibliotek*",
        sections="sida sidan sidor avsnitt kapitel tabell figur steg klass kategori del punkt nummer version",
        letters="åÅ",
    ),
}
