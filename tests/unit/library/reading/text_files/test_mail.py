"""E-mails whose text lies in several parts, in attachments, or in charsets of seven bits."""

import base64
import quopri
from email.message import EmailMessage, Message
from email.mime.base import MIMEBase
from email.mime.image import MIMEImage
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from pathlib import Path

import pytest

from phi3desk.library.documents import State
from tests.helpers.reading import Told, told_of

PICTURE = b"\x89PNG\r\n\x1a\n0000"


def read(tmp_path: Path, *parts: Message, kind: str = "mixed") -> Told:
    mail = MIMEMultipart(kind)
    mail["Subject"] = "Cooling tower"
    mail["From"] = "lead@plant.example"
    for part in parts:
        mail.attach(part)
    (tmp_path / "a.eml").write_bytes(mail.as_bytes())
    return told_of(tmp_path / "a.eml")


def body(told: Told) -> str:
    return told.text.split("lead@plant.example\n\n", 1)[1]


def html(text: str) -> MIMEText:
    return MIMEText(f"<html><body>{text}</body></html>", "html", "utf-8")


def named(part: Message, name: str, disposition: str = "attachment") -> Message:
    part.add_header("Content-Disposition", disposition, filename=name)
    return part


def test_all_parts_of_a_mixed_mail_are_read_in_order(tmp_path: Path) -> None:
    told = read(
        tmp_path,
        MIMEText("Before the picture: the flap is bent."),
        named(MIMEImage(PICTURE, "png"), "weir.png", "inline"),
        html("<p>After the picture: order kit WH-77.</p>"),
        MIMEText("______\nmailing list\nunsubscribe"),
    )
    assert body(told).split("\n\n") == [
        "Before the picture: the flap is bent.",
        "After the picture: order kit WH-77.",
        "______\nmailing list\nunsubscribe",
        "Attachments (not read): weir.png",
    ]
    assert "weir.png" in told.reason


@pytest.mark.parametrize(
    ("plain", "page", "expected"),
    [
        (
            "The relay is set\nto 28 ampere.",
            "<p>The relay is set to <b>28</b> ampere.</p>",
            "The relay is set\nto 28 ampere.",
        ),
        (
            "This mail needs HTML.",
            "<p>The relay is set to 21 ampere.</p>",
            "The relay is set to 21 ampere.\n\nThis mail needs HTML.",
        ),
        ("", "<p>The relay is set to 21 ampere.</p>", "The relay is set to 21 ampere."),
        ("Relay: 28 ampere.", "<p>Relay: 21 ampere.</p>", "Relay: 21 ampere.\n\nRelay: 28 ampere."),
        (
            "Hello,\n\nsee the *report* <https://x.example/a?b=1>.\n\n> Relay: 28 ampere.",
            "<p>Hello,</p><p>see the <a href='https://x.example/a?b=1'>report</a>.</p><p>Relay: 28 ampere.</p>",
            "Hello,\n\nsee the *report* <https://x.example/a?b=1>.\n\n> Relay: 28 ampere.",
        ),
        (
            "Relay: 28 ampere.",
            "<p>Relay: 28 ampere.</p><table><tr><td>Fuse<td>16 A</table>",
            "Relay: 28 ampere.\n\nFuse:\t16 A",
        ),
    ],
)
def test_two_forms_of_a_text_are_read_once_with_what_each_adds(
    tmp_path: Path, plain: str, page: str, expected: str
) -> None:
    assert body(read(tmp_path, MIMEText(plain), html(page), kind="alternative")) == expected


def test_forms_that_are_mixed_within_are_read_once(tmp_path: Path) -> None:
    forms = MIMEMultipart("alternative")
    forms.attach(MIMEText("First.\n\nSecond."))
    page = MIMEMultipart("mixed")
    page.attach(html("<p>First.</p>"))
    page.attach(named(MIMEImage(PICTURE, "png"), "a.png", "inline"))
    page.attach(html("<p>Second.</p>"))
    forms.attach(page)
    again = MIMEText("A note.\n"), html("<p>A note.</p>")
    assert body(read(tmp_path, forms, *again)) == "First.\n\nSecond.\n\nA note.\n\nAttachments (not read): a.png"


def test_attached_mails_and_texts_are_read_with_their_names(tmp_path: Path) -> None:
    inner = EmailMessage()
    inner["Subject"], inner["From"] = "Ležaj", "ana@plant.example"
    inner.set_content("Ležaj zamenjajte.")
    inner.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="offer.pdf")
    data = MIMEBase("application", "octet-stream")
    data.set_payload("Time;Temperature\n10:00;21\n10:05;22\n")
    text = MIMEText("Pumpe prüfen", "plain", "iso-8859-1")
    told = read(
        tmp_path,
        MIMEText("See below."),
        MIMEMessage(inner),
        named(text, "note.txt"),
        named(data, "log.csv"),
        named(html("<h1>Report</h1><p>Wear 4 mm</p>"), "report.html"),
        named(MIMEText("BEGIN:VCALENDAR", "calendar"), "invite.ics"),
        named(MIMEBase("application", "ms-tnef"), "winmail.dat"),
    )
    assert told.labels == [
        "Cooling tower",
        "Cooling tower › Attached e-mail: Ležaj",
        "Cooling tower › Attached file: note.txt",
        "Cooling tower › Attached file: log.csv",
        "Cooling tower › Attached file: report.html",
    ]
    pages = [page.text for page in told.pages]
    assert pages[0].endswith("See below.\n\nAttachments (not read): offer.pdf, invite.ics, winmail.dat")
    assert pages[1].endswith("From:\tana@plant.example\n\nLežaj zamenjajte.")
    assert pages[2].endswith("Pumpe prüfen")
    assert pages[3].splitlines()[-2:] == ["Time: 10:00;\tTemperature: 21", "Time: 10:05;\tTemperature: 22"]
    assert pages[4].endswith("Report\n\nWear 4 mm")


_INNER = """Subject: Weekly report
 on the cooling tower and all of its pumps, with what was found on each of them last week
From: ana@plant.example
MIME-Version: 1.0
Content-Type: text/plain; charset="utf-8"
Content-Transfer-Encoding: 8bit

Ležaj zamenjajte: a = 20.
"""


@pytest.mark.parametrize("kind", ["rfc822", "global"])
@pytest.mark.parametrize("coding", ["base64", "quoted-printable", "BASE64", "Quoted-Printable", "8bit"])
def test_an_attached_mail_is_read_however_it_is_encoded(tmp_path: Path, kind: str, coding: str) -> None:
    encode = {"b": base64.encodebytes, "q": quopri.encodestring}.get(coding[0].lower(), bytes)
    head = "Subject: x\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nSee below.\n\n--b\n"
    part = f"Content-Type: message/{kind}\nContent-Transfer-Encoding: {coding}\n\n".encode()
    mail = head.encode() + part + encode(_INNER.encode()) + b"\n--b--\n"
    (tmp_path / "a.eml").write_bytes(mail)
    told = told_of(tmp_path / "a.eml")
    subject = "Weekly report on the cooling tower and all of its pumps, with what was found on each of them last week"
    assert told.text.split("\n\n") == [
        "x", "See below.", f"Attached e-mail: {subject}", "From:\tana@plant.example", "Ležaj zamenjajte: a = 20.",
    ]  # fmt: skip
    assert told.reason == ""


@pytest.mark.parametrize("coding", ["base64", "quoted-printable"])
def test_an_attached_mail_that_is_not_encoded_as_it_says_is_read_as_it_is(tmp_path: Path, coding: str) -> None:
    carrier = MIMEMessage(MIMEText("Efficiency =2071 %", "plain", "utf-8"))
    carrier["Content-Transfer-Encoding"] = coding
    assert "Efficiency =2071 %" in read(tmp_path, carrier).text


_SHORT = """Subject: x
MIME-Version: 1.0
Content-Type: message/rfc822
Content-Transfer-Encoding: quoted-printable

Subject: Weekly report

"""


@pytest.mark.parametrize("text", ["Efficiency =2071 % at a = 20.", "Efficiency =2071 %, Prüfung"])
def test_a_short_attached_mail_that_is_not_encoded_as_it_says_is_read_as_it_is(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.eml").write_text(f"{_SHORT}{text}\n", encoding="utf-8")
    assert told_of(tmp_path / "a.eml").text.splitlines()[-1] == text


@pytest.mark.parametrize("end", ["=", "= \n", "=\n", "=C"])
def test_an_encoded_attached_mail_that_is_cut_is_read(tmp_path: Path, end: str) -> None:
    (tmp_path / "a.eml").write_text(f"{_SHORT}The pump runs at =E2=89=A5 71 %.{end}")
    assert "The pump runs at ≥ 71 %." in told_of(tmp_path / "a.eml").text


def test_messages_that_are_no_mails_are_named(tmp_path: Path) -> None:
    part = MIMEBase("message", "partial", id="a", number="2", total="3")
    part.set_payload([MIMEText("which closes the valve.")])
    told = read(tmp_path, MIMEText("See below."), part)
    assert body(told) == "See below.\n\nAttachments (not read): message/partial"
    assert "message/partial" in told.reason


def test_a_long_cell_of_an_attached_table_is_read_to_its_end(tmp_path: Path) -> None:
    data = MIMEBase("text", "csv")
    data.set_payload(f"Id;Body\n1;{'Grease it weekly. ' * 9_000}The end.\n2;short\n")
    told = read(tmp_path, MIMEText("See below."), named(data, "notes.csv"))
    assert told.text.count("Grease it weekly.") == 9_000
    assert told.text.endswith("The end.\nId: 2;\tBody: short")
    assert told.reason == ""


def test_a_report_of_a_mail_that_did_not_arrive_is_read(tmp_path: Path) -> None:
    status = MIMEBase("message", "delivery-status")
    status.set_payload([Message(), Message()])
    status.get_payload()[1]["Diagnostic-Code"] = "smtp; 550 unknown mailbox"
    assert (
        "Diagnostic-Code:\tsmtp; 550 unknown mailbox" in read(tmp_path, MIMEText("Sorry."), status, kind="report").text
    )


@pytest.mark.parametrize(
    ("charset", "coding", "text"),
    [
        ("ISO-2022-JP", "7bit", "点検の結果、冷却ポンプの軸受に異常な摩耗が見つかりました。"),
        ("", "7bit", "軸受六三〇八の交換"),
        ("ISO-2022-KR", "7bit", "펌프 유지보수"),
        ("hz-gb-2312", "7bit", "离心泵维护"),
        ("gb2312", "8bit", "离心泵维护"),
        ("iso-8859-1", "8bit", "Pumpe prüfen"),
        ("", "8bit", "Підшипник змащують кожні 2000 годин."),
    ],
)
def test_a_declared_charset_comes_first_and_seven_bits_are_enough(
    tmp_path: Path, charset: str, coding: str, text: str
) -> None:
    used = {"": "iso-2022-jp" if coding == "7bit" else "koi8-u", "hz-gb-2312": "hz"}.get(charset, charset)
    declared = f"text/plain; charset={charset}" if charset else "text/plain"
    head = f"Subject: x\nMIME-Version: 1.0\nContent-Type: {declared}\nContent-Transfer-Encoding: {coding}\n\n"
    (tmp_path / "a.eml").write_bytes(head.encode() + text.encode(used) + b"\n")
    told = told_of(tmp_path / "a.eml")
    assert told.text == f"x\n\n{text}"
    assert (told.state, told.reason) == (State.READ, "")


def test_a_long_mail_is_read_to_its_end(tmp_path: Path) -> None:
    told = read(tmp_path, MIMEText("\n\n".join(f"Line {number} of the log of the pump." for number in range(20_000))))
    assert told.text.count("of the log") == 20_000
    assert told.labels[1] == "Cooling tower (2)"
