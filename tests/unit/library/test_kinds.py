"""The kinds of documents: declared once, and everything that depends on a kind follows from that."""

import subprocess
import sys
from pathlib import Path

import pytest

from phi3desk.library.documents import State, place
from phi3desk.library.kinds import KINDS, has_pages, kind_named, kind_of
from phi3desk.library.reading.kinds import refusal
from tests.helpers.office import write_docx, write_mail, write_pptx, write_xlsx
from tests.helpers.pdf import write_pump_manual
from tests.helpers.reading import told_of

WRITERS = {
    "pdf": write_pump_manual,
    "docx": write_docx,
    "pptx": write_pptx,
    "xlsx": write_xlsx,
    "eml": write_mail,
    "csv": lambda path: path.write_text("a;b\n1;2\n"),
    "html": lambda path: path.write_text("<p>The pump is greased."),
    "md": lambda path: path.write_text("# The pump is greased"),
    "txt": lambda path: path.write_text("The pump is greased."),
}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.key)
def test_a_kind_is_read_under_each_of_its_suffixes(tmp_path: Path, kind):
    for suffix in kind.suffixes:
        path = tmp_path / f"A.{suffix.upper()}"
        WRITERS[kind.key](path)
        told = told_of(path)
        assert (told.kind, told.state) == (kind.key, State.READ), suffix
        assert kind_named(path) is kind_of(told.kind) is kind


def test_no_two_kinds_share_a_key_or_a_suffix():
    suffixes = [suffix for kind in KINDS for suffix in kind.suffixes]
    assert len(set(suffixes)) == len(suffixes)
    assert len({kind.key for kind in KINDS}) == len(KINDS)


def test_what_is_said_to_be_readable_names_every_kind(tmp_path: Path):
    path = tmp_path / "picture.png"
    path.write_bytes(b"\x89PNG")
    said = str(refusal(path).reason)
    assert [kind.name for kind in KINDS if kind.name not in said] == []


@pytest.mark.parametrize(
    ("kind", "label", "words"),
    [
        ("pdf", "iv", "p. 12"),
        ("pptx", "", "slide 12"),
        ("xlsx", "Prices, rows 2–41", "Prices, rows 2–41"),
        ("csv", "rows 2–4", "rows 2–4"),
        ("docx", "Maintenance › Lubrication", "Maintenance › Lubrication"),
        ("eml", "", "part 12"),
        ("", "Care", "Care"),
        ("", "", "p. 12"),
    ],
)
def test_a_place_is_called_as_its_kind_calls_it(kind: str, label: str, words: str):
    assert str(place(kind, 12, label)) == words


def test_pdfs_alone_have_printed_pages():
    assert [kind.key for kind in KINDS if has_pages(kind.key)] == ["pdf"]
    assert not has_pages("")


def test_the_kinds_load_nothing_of_the_readers():
    code = "import phi3desk.library.kinds, sys; print(*sorted(n for n in sys.modules if n.startswith('phi3desk')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["phi3desk", "phi3desk.library", "phi3desk.library.kinds"]
