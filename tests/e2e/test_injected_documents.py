"""Forty documents that mean to be more than text, imported and asked about by commands: a terminal is told nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from phi3desk.foreign_text import printable
from tests.helpers.commands import run_command
from tests.helpers.injected import CLEAN, INJECTED, write_all

Run = Callable[..., CompletedProcess[str]]


@pytest.fixture(scope="module")
def phi3desk(tmp_path_factory: pytest.TempPathFactory, tiny_phi3: Path) -> Run:
    """Return a function that runs one command on a home with all the documents and the tiny model."""
    folder = tmp_path_factory.mktemp("injected")
    write_all(folder / "docs")
    run = partial(run_command, folder / "home")
    for words in (
        ("import", folder / "docs"),
        ("models", "add", tiny_phi3, "--name", "tiny"),
        ("models", "use", "tiny"),
    ):
        done = run(*words)
        assert done.returncode == 0, done.stderr
        assert_printable(done)
    return run


def assert_printable(done: CompletedProcess[str]) -> None:
    for stream in (done.stdout, done.stderr):
        assert printable(stream) == stream


def test_every_document_is_read_and_listed_on_a_line_of_its_own(phi3desk: Run):
    listed = phi3desk("documents", "--json")
    assert_printable(listed)
    (rows,) = map(json.loads, listed.stdout.splitlines())
    assert {Path(row["path"]).name for row in rows} == {each.name for each in (*INJECTED, *CLEAN.values())}
    assert {row["state"] for row in rows} == {"ready"}
    assert_printable(phi3desk("documents"))


@pytest.mark.parametrize("json_lines", [(), ("--json",)], ids=["text", "json"])
def test_searches_and_answers_print_nothing_that_a_terminal_obeys(phi3desk: Run, json_lines: tuple[str, ...]):
    for clean in CLEAN.values():
        found = phi3desk("search", clean.question, "-k", "40", *json_lines)
        assert found.returncode == 0, found.stderr
        assert_printable(found)
    answered = phi3desk("ask", CLEAN["en"].question, *json_lines)
    assert answered.returncode == 0, answered.stderr
    assert_printable(answered)
