"""Forms of Adobe LiveCycle: what no page shows is read from their packets."""

from __future__ import annotations

from pathlib import Path

import pytest

from phi3desk.library.documents import State
from tests.helpers.pdf import write_xfa
from tests.helpers.reading import told_of


def _field(name: str, caption: str, ui: str = "<textEdit/>", items: str = "") -> str:
    said = f"<caption><value><text>{caption}</text></value></caption>" if caption else ""
    return f'<field name="{name}"><ui>{ui}</ui>{said}{items}</field>'


TICK = "<items><integer>1</integer><integer>0</integer></items>"
TEMPLATE = f"""<template xmlns="http://www.xfa.org/schema/xfa-template/2.8/"><subform name="form1">
<draw><value><exData contentType="text/html"><body xmlns="http://www.w3.org/1999/xhtml"><p>The subsidy covers
<b>forty percent</b>.</p></body></exData></value></draw>
<draw presence="hidden"><value><text>Only for the office</text></value></draw>
<draw><value><text>Please wait...</text></value></draw>
{_field("applicant", "Applicant:")}
<subform name="item">{_field("part", "Part")}</subform>
{_field("agreed", "I agree", "<checkButton/>", TICK)}
{_field("heated", "With heating", "<checkButton/>", TICK)}
<exclGroup name="tariff">{_field("a", "Day", "<checkButton/>", "<items><text>1</text></items>")}
{_field("b", "Night", "<checkButton/>", "<items><text>2</text></items>")}</exclGroup>
{_field("empty", "Not filled in")}
</subform></template>"""
DATASETS = """<xfa:datasets xmlns:xfa="http://www.xfa.org/schema/xfa-data/1.0/"><xfa:data><form1>
<applicant>Orchard Dairy &amp; Sons</applicant><item><part>Ring</part></item><item><part>Seal</part></item>
<agreed>1</agreed><heated>0</heated><tariff>2</tariff><empty/></form1></xfa:data></xfa:datasets>"""
FORM = [
    "The subsidy covers forty percent .",
    "Applicant: Orchard Dairy & Sons",
    "Part: Ring",
    "I agree: ticked",
    "With heating: not ticked",
    "tariff: Night",
    "Part: Seal",
]


@pytest.mark.parametrize("in_one", [False, True])
def test_words_and_values_of_a_form_that_no_page_shows_are_read(tmp_path: Path, in_one: bool):
    told = told_of(write_xfa(tmp_path / "application.pdf", TEMPLATE, DATASETS, in_one))

    assert told.state is State.READ
    assert [page.label for page in told.pages] == ["", "inside: form (XFA)"]
    assert told.pages[1].text.split("\n\n") == FORM


def test_a_damaged_or_hostile_form_costs_only_itself(tmp_path: Path):
    bomb = '<!DOCTYPE a [<!ENTITY b "lol"><!ENTITY c "&b;&b;"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
    hostile = bomb + DATASETS.replace("Ring", "&c;&f;")
    deep = "<template>" + "<subform>" * 5000 + "</template>"
    told = told_of(write_xfa(tmp_path / "hostile.pdf", deep, hostile))

    assert told.state is State.READ
    assert told.pages[0].text == "Please wait..."
    assert "root:" not in told.text
    assert "lol" not in told.text
