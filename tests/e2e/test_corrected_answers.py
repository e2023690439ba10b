"""The command line answers as a person put it right in the window, and says so."""

from __future__ import annotations

import json
from contextlib import closing
from functools import partial
from pathlib import Path

from phi3desk.chat.answer_mode import AnswerMode
from phi3desk.chat.examples import AskedWith, Chosen, ExampleStore, Verdict
from phi3desk.chat.messages import Basis, MadeBy, Message, Source
from phi3desk.library.documents import Passage
from phi3desk.model.types import Role
from phi3desk.paths import open_paths
from phi3desk.profiles.store import ProfileStore
from tests.helpers.commands import run_command
from tests.helpers.pdf import BEARING_PAGES, write_pdf

ASKED = "How often is the main bearing greased?"
RIGHT = "Every 2,000 operating hours [1]."
QUOTE = "Re-grease the main bearing every 2,000 operating hours."


def correct(home: Path, manual: Path) -> None:
    paths = open_paths(home)
    profile = ProfileStore(paths.profiles).current
    source = Source(1, Passage(1, 1, manual.name, str(manual), "Pump manual", 2, 0, len(QUOTE), QUOTE, ()))
    made = MadeBy(profile=profile.name, profile_id=profile.id)
    asked = AskedWith("", AnswerMode.DOCUMENTS_ONLY, (source,), (), Basis.DOCUMENTS, made)
    with closing(ExampleStore(paths.examples)) as store:
        wrong = Message(1, 1, Role.ASSISTANT, "Every 500 hours.", 1.0)
        store.judge(ASKED, wrong, asked, Verdict.CORRECTED, RIGHT, [Chosen(source, QUOTE)])
        taken_back = Message(2, 1, Role.ASSISTANT, "Every 500 hours.", 2.0)
        removed = store.judge(ASKED, taken_back, asked, Verdict.CORRECTED, "Never.")
        store.remove(removed.id)


def test_ask_gives_the_corrected_answer_and_says_whether_its_document_still_holds_it(tmp_path: Path, tiny_phi3: Path):
    phi3desk = partial(run_command, tmp_path / "home")
    manual = write_pdf(tmp_path / "docs" / "pump.pdf", BEARING_PAGES, "Pump manual")
    for words in (
        ("import", tmp_path / "docs"),
        ("models", "add", tiny_phi3, "--name", "tiny"),
        ("models", "use", "tiny"),
    ):
        assert phi3desk(*words).returncode == 0
    correct(tmp_path / "home", manual)

    row = json.loads(phi3desk("ask", ASKED, "--json").stdout)
    assert (row["answer"], row["corrected"], row["model"]) == (RIGHT, True, "")
    assert [(c["document"], c["page"], c["quote"]) for c in row["citations"]] == [("pump.pdf", 2, QUOTE)]
    assert row["timings"]["prompt_tokens"] == 0
    printed = phi3desk("ask", ASKED.upper()).stdout
    assert f"[1] pump.pdf, p. 2: {QUOTE}" in printed
    assert "Yours, corrected on " in printed
    assert "no longer says this" not in printed

    row = json.loads(phi3desk("ask", ASKED, "--ask-model", "--json").stdout)
    assert (row["corrected"], row["model"]) == (False, "tiny")
    similar = phi3desk("ask", "How often must the main bearing be greased?").stdout
    assert f"You answered a similar question before: {ASKED}" in similar

    changed = tuple(tuple(line.replace("2,000", "1,000") for line in page) for page in BEARING_PAGES)
    write_pdf(manual, changed, "Pump manual")
    assert phi3desk("import", tmp_path / "docs").returncode == 0
    printed = phi3desk("ask", ASKED).stdout
    assert "[1] pump.pdf no longer says this: check the answer." in printed
    with closing(ExampleStore(open_paths(tmp_path / "home").examples, tidy=False)) as store:
        assert len(store._db.execute("SELECT 1 FROM example").fetchall()) == 2, "the commands took nothing away"
