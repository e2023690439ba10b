"""Lines of manuals in many languages, written for the tests, with the charsets that each is usually met in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sample:
    """A page of lines in one language, and the charsets it is written in."""

    language: str
    charsets: tuple[str, ...]
    lines: tuple[str, ...]

    def lines_in(self, charset: str) -> list[str]:
        """Return the lines that can be written in a charset."""
        return [line for line in self.lines if line.encode(charset, "ignore").decode(charset) == line]


def _sample(language: str, charsets: str, text: str) -> Sample:
    return Sample(language, tuple(charsets.split()), tuple(text.strip().splitlines()))


SAMPLES = (
    _sample(
        "sl",
        "cp1250 iso8859_2 cp852 utf-16-le",
        """
Črpalka CP 40: navodila za vzdrževanje
Pred zagonom črpalko napolnite s tekočino in odzračite ohišje.
Ležaje mažite vsakih 2000 ur; če tesnilo pušča, ga zamenjajte takoj.
Največja dovoljena temperatura okolice je 40 °C.
Nadzorna plošča: rdeča lučka pomeni okvaro na napajanju.
Šifra dela; naziv; količina; cena z DDV
Zaščitna očala in rokavice so obvezni pri čiščenju rezervoarja.
""",
    ),
    _sample(
        "hr",
        "cp1250 iso8859_2",
        """
Održavanje crpke: upute za uporabu
Prije puštanja u rad napunite kućište tekućinom i provjerite smjer vrtnje.
Ležajeve podmazujte svakih 2000 sati, češće ako je okoliš prašnjav.
Isključite napajanje prije otvaranja zaštitnog poklopca!
Rezervni dijelovi: brtva, ležaj, međuprsten, vijčani spoj.
""",
    ),
    _sample(
        "cs",
        "cp1250 iso8859_2",
        """
Údržba čerpadla: příručka pro obsluhu
Před spuštěním naplňte čerpadlo kapalinou a zkontrolujte směr otáčení.
Ložiska mažte každých 2000 hodin, v prašném prostředí častěji.
Při výměně ucpávky vypněte přívod elektrického proudu.
Nejvyšší přípustná teplota oleje je 85 °C.
""",
    ),
    _sample(
        "pl",
        "cp1250 iso8859_2 utf-16-be",
        """
Instrukcja obsługi pompy odśrodkowej
Przed uruchomieniem należy napełnić pompę cieczą i odpowietrzyć korpus.
Łożyska smarować co 2000 godzin; zużyte uszczelnienie wymienić niezwłocznie.
Przegląd może wykonać wyłącznie osoba z uprawnieniami.
Ciśnienie próbne: 16 barów, czas próby pół godziny.
""",
    ),
    _sample(
        "hu",
        "cp1250 iso8859_2",
        """
A szivattyú karbantartási útmutatója
Indítás előtt töltse fel a szivattyút folyadékkal, és légtelenítse a házat.
A csapágyakat 2000 óránként zsírozza; a sérült tömítést azonnal cserélje ki.
A hűtővíz hőmérséklete nem lehet több 30 °C-nál.
""",
    ),
    _sample(
        "ro",
        "cp1250 iso8859_2",
        """
Instrucţiuni de întreţinere a pompei
Înainte de pornire umpleţi pompa cu lichid şi verificaţi sensul de rotaţie.
Rulmenţii se ung la fiecare 2000 de ore; garniturile uzate se înlocuiesc.
Temperatura maximă a mediului ambiant este de 40 °C.
Opriţi alimentarea înainte de a deschide capacul de protecţie.
""",
    ),
    _sample(
        "el",
        "cp1253 iso8859_7 utf-16-le",
        """
Οδηγίες συντήρησης αντλίας
Πριν από την εκκίνηση γεμίστε την αντλία με υγρό και εξαερώστε το περίβλημα.
Λιπαίνετε τα ρουλεμάν κάθε 2000 ώρες, συχνότερα σε σκόνη.
Μέγιστη θερμοκρασία περιβάλλοντος 40 °C.
Η κόκκινη λυχνία δείχνει βλάβη στην τροφοδοσία.
""",
    ),
    _sample(
        "uk",
        "cp1251 koi8_u iso8859_5 utf-16-le utf-32-le",
        """
Настанова з технічного обслуговування насоса
Перед пуском заповніть насос рідиною і перевірте напрям обертання.
Підшипники змащують кожні 2000 годин; зношене ущільнення замінюють негайно.
Найвища температура довкілля 40 градусів.
Червона лампа означає несправність живлення.
""",
    ),
    _sample(
        "ru",
        "cp1251 koi8_r cp866 mac_cyrillic",
        """
Руководство по обслуживанию насоса
Перед пуском заполните насос жидкостью и проверьте направление вращения.
Подшипники смазывают каждые 2000 часов, изношенное уплотнение заменяют.
Наибольшая температура масла 85 градусов.
ВНИМАНИЕ! Отключите питание перед вскрытием корпуса.
""",
    ),
    _sample(
        "sv",
        "cp1252 cp850 mac_roman utf-16-be",
        """
Underhåll av pumpen: anvisningar för drift
Fyll pumpen med vätska före start och lufta huset.
Smörj lagren var 2000:e timme; byt läckande tätning omgående.
Högsta tillåtna temperatur är 40 °C.
Kylflöde 35 m³/h, rör Ø 42 mm, spalt ±0,2 mm
""",
    ),
    _sample(
        "da",
        "cp1252 cp850",
        """
Vedligeholdelse af pumpen: vejledning
Fyld pumpen med væske før start, og udluft huset.
Lejerne smøres hver 2000 timer; utætte pakninger udskiftes straks.
Højeste tilladte temperatur er 40 °C på stedet.
Tilslutning Ø 42 mm, nåleventil ½ tomme.
""",
    ),
    _sample(
        "de",
        "cp1252 cp850 mac_roman",
        """
Wartung der Kreiselpumpe – Betriebsanleitung
Vor der Inbetriebnahme die Pumpe mit Flüssigkeit füllen und das Gehäuse entlüften.
Lager alle 2000 Stunden schmieren; undichte Dichtungen sofort ersetzen, größere Schäden melden.
Förderstrom 35 m³/h, Rohr Ø 42 mm, Spalt ±0,2 mm
Höchste zulässige Öltemperatur: 85 °C
""",
    ),
    _sample(
        "fr",
        "cp1252 cp850 mac_roman",
        """
Entretien de la pompe : manuel de l'opérateur
Avant le démarrage, remplir la pompe de liquide et vérifier le sens de rotation.
Graisser les paliers toutes les 2000 heures ; remplacer les joints usés dès qu'ils fuient.
Le système de contrôle s'arrête à 85 °C.
Débit 35 m³/h, diamètre Ø 42 mm, première révision après 500 heures
""",
    ),
    _sample(
        "es",
        "cp1252 cp850",
        """
Mantenimiento de la bomba: guía del operador
Antes del arranque llene la bomba de líquido y compruebe el sentido de giro; no la deje un año sin uso.
Engrase los cojinetes cada 2000 horas; sustituya el sello dañado.
¿Qué hacer si la presión no sube? Compruebe la válvula.
""",
    ),
    _sample(
        "it",
        "cp1252",
        """
La temperatura più alta è 85 °C; la portata è 35 m³/h.
La manutenzione è necessaria perché la tenuta si usura con l'attività.
Velocità nominale: 2900 giri/min
""",
    ),
    _sample(
        "pt",
        "cp1252",
        """
Manutenção da bomba: instruções de operação
Antes do arranque encha a bomba com líquido e verifique o sentido de rotação.
A vedação não pode ficar seca; a pressão máxima é de 16 bar.
""",
    ),
    _sample(
        "en",
        "cp1252",
        """
The flow rate was 35 m³/h and the shaft is Ø 42 mm.
Tighten to 25 Nm ±10 %, use a ½ inch key, and check the gap: 0.2 mm²
Ambient 40 °C, resistance 15 µΩ–free contact, pitch 3¾ turns
Area: 12 m² – volume: 3 m³ – price £ 40
Don’t run the pump dry; the “service” lamp comes on.
The café crew’s résumé of the test
""".replace("µΩ", "µ-ohm"),
    ),
    _sample(
        "tr",
        "cp1254",
        """
Pompanın bakım talimatları
Çalıştırmadan önce pompayı sıvıyla doldurun ve dönüş yönünü kontrol edin.
Yatakları her 2000 saatte bir yağlayın; sızdıran contayı hemen değiştirin.
Çevre sıcaklığı en çok 40 °C olmalıdır, basınç göstergesi kırmızıyı aşmamalıdır.
""",
    ),
    _sample(
        "lt",
        "cp1257",
        """
Siurblio priežiūros instrukcija
Prieš paleidžiant siurblį užpildykite skysčiu ir patikrinkite sukimosi kryptį.
Guolius tepkite kas 2000 valandų; nesandarų tarpiklį nedelsdami pakeiskite.
""",
    ),
    _sample(
        "lv",
        "cp1257",
        """
Sūkņa apkopes instrukcija
Pirms palaišanas piepildiet sūkni ar šķidrumu un pārbaudiet griešanās virzienu.
Gultņus eļļojiet ik pēc 2000 stundām; bojātu blīvi nekavējoties nomainiet.
""",
    ),
    _sample(
        "zh",
        "gb18030 gbk utf-16-le utf-16-be utf-32-be",
        """
水泵维护手册
启动前请将泵内充满液体,并检查旋转方向。
轴承每运行两千小时加注一次润滑脂。
密封件泄漏时应立即更换。
报警灯变红表示电源故障,请通知维修人员。
零件编号,名称,数量,供应商
最高环境温度 40 度
""",
    ),
    _sample(
        "zh-tw",
        "big5",
        """
水泵維護手冊
啟動前請將泵內充滿液體,並檢查旋轉方向。
軸承每運行兩千小時加注一次潤滑脂。
密封件洩漏時應立即更換。
警報燈變紅表示電源故障,請通知維修人員。
零件編號,名稱,數量,供應商
""",
    ),
    _sample(
        "ja",
        "shift_jis euc_jp iso2022_jp utf-16-le",
        """
ポンプ保守の手引き
始動前にポンプへ液体を満たし、回転方向を確認してください。
軸受は二千時間ごとにグリースを補給する。
漏れのあるシールは直ちに交換すること。
赤いランプは電源の故障を示します。
部品番号,名称,数量,供給元
点検の結果
""",
    ),
    _sample(
        "ko",
        "euc_kr cp949 iso2022_kr utf-16-le",
        """
펌프 유지보수 설명서
시동 전에 펌프를 액체로 채우고 회전 방향을 확인하십시오.
베어링은 이천 시간마다 그리스를 주입한다.
누설되는 씰은 즉시 교체해야 합니다.
빨간 램프는 전원 고장을 나타냅니다.
부품 번호,명칭,수량,공급처
""",
    ),
)
