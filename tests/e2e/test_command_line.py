"""The command line as other programs use it: names, shapes, exit codes, one sentence on stderr."""

import json
import os
import subprocess
import sys
from functools import partial

import pytest

from phi3desk.library.reading.pdf.ocr import default_languages, installed_languages
from tests.helpers.commands import run_command
from tests.helpers.pdf import write_pump_manual


@pytest.fixture
def phi3desk(tmp_path):
    """Return a function that runs one command on a home of its own."""
    return partial(run_command, tmp_path / "home")


def json_lines(text: str) -> list:
    return [json.loads(line) for line in text.splitlines()]


def test_import_documents_search_and_ask_keep_their_shapes(phi3desk, tmp_path, tiny_phi3):
    manual = write_pump_manual(tmp_path / "docs" / "pump.pdf")
    (tmp_path / "docs" / "broken.pdf").write_bytes(b"no pdf at all")
    done = phi3desk("import", tmp_path / "docs", "--json")
    assert done.returncode == 0, done.stderr
    *files, last = json_lines(done.stdout)
    assert {frozenset(row) for row in files} == {frozenset({"path", "state", "pages", "passages", "reason"})}
    ready = next(row for row in files if row["state"] == "ready")
    assert (ready["path"], ready["pages"], ready["reason"]) == (str(manual), 2, None)
    assert last["summary"] == {"ready": 1, "failed": 1}
    assert last["seconds"] > 0

    (rows,) = json_lines(phi3desk("documents", "--json").stdout)
    assert {frozenset(row) for row in rows} == {
        frozenset({"path", "state", "pages", "passages", "reason", "collection"})
    }

    questions = tmp_path / "questions.jsonl"
    questions.write_text(
        '{"id": "a", "question": "How often is the main bearing greased?"}\n'
        '{"id": "b", "question": "Who won the chess tournament in Linares?"}\n'
    )
    found = json_lines(phi3desk("search", "--questions", questions, "-k", 3, "--json").stdout)
    assert [row["id"] for row in found] == ["a", "b"]
    assert set(found[0]["passages"][0]) == {"document", "page", "text", "score"}
    assert (found[0]["passages"][0]["document"], found[0]["passages"][0]["page"]) == ("pump.pdf", 2)

    assert phi3desk("models", "add", tiny_phi3, "--name", "tiny").returncode == 0
    assert phi3desk("models", "use", "tiny").returncode == 0
    done = phi3desk("ask", "--questions", questions, "--json")
    assert done.returncode == 0, done.stderr
    answered, refused = json_lines(done.stdout)
    keys = {"id", "answer", "citations", "passages", "model", "grounded", "reading", "timings", "refused", "mode"}
    assert set(answered) == keys | {"sentences", "corrected", "nearest"}
    assert answered["reading"]["budget_s"] == 60.0
    assert 1 <= answered["reading"]["passages"] <= len(answered["passages"]) and answered["reading"]["tokens"] > 0
    assert refused["reading"] == {"budget_s": 0.0, "tokens": 0, "passages": 0}
    assert set(answered["timings"]) == {
        "search_s",
        "prompt_tokens",
        "reused_tokens",
        "prefill_s",
        "first_token_s",
        "generated_tokens",
        "tokens_per_s",
    }
    assert answered["model"] == "tiny"
    assert answered["passages"][0]["page"] == 2
    assert (refused["grounded"], refused["citations"]) == (False, [])
    assert (refused["refused"], refused["mode"], answered["mode"]) == (True, "documents_only", "documents_only")
    assert "Nothing relevant" in refused["answer"]


def test_list_of_documents_asks_no_model_and_pages_named_come_first(phi3desk, tmp_path):
    write_pump_manual(tmp_path / "docs" / "pump.pdf")
    assert phi3desk("import", tmp_path / "docs").returncode == 0
    questions = tmp_path / "questions.jsonl"
    questions.write_text(
        '{"id": "a", "question": "List the documents."}\n{"id": "b", "question": "Koliko strani ima pump.pdf?"}\n'
    )
    done = phi3desk("ask", "--questions", questions, "--json")
    assert done.returncode == 0, done.stderr
    listed, counted = json_lines(done.stdout)
    assert listed["answer"].startswith("Documents in the library: 1, pages: 2.")
    assert [(c["document"], c["page"]) for c in listed["citations"]] == [("pump.pdf", 1)]
    assert (listed["model"], listed["grounded"], listed["passages"]) == ("", True, [])
    assert counted["answer"] == "Strani v pump.pdf: 2 [1]."

    for page in (1, 2):
        question = f"What is on page {page} of pump.pdf?"
        (found,) = json_lines(phi3desk("search", question, "-k", 3, "--json").stdout)
        assert found["passages"][0]["page"] == page
        scores = [row["score"] for row in found["passages"]]
        assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize(
    "arguments",
    [
        ["fly"],
        ["search"],
        ["import"],
        ["models"],
        ["models", "use"],
        ["search", "x", "-k", "0"],
        ["ask", " "],
        ["compare", "--questions", "q.jsonl", "--variants", "alone,foo"],
    ],
)
def test_wrong_use_exits_with_2_and_a_sentence(phi3desk, arguments):
    done = phi3desk(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["import", "/no/such/folder"],
        ["models", "use", "nobody"],
        ["models", "add", "/no/such.gguf"],
        ["profiles", "use", "nobody"],
        ["search", "--questions", "/no/such.jsonl"],
        ["search", "pump", "--collection", "nowhere"],
        ["adapters", "add", __file__],
    ],
)
def test_what_fails_exits_with_1_and_a_sentence(phi3desk, arguments):
    done = phi3desk(*arguments)
    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert "Traceback" not in done.stderr


def test_models_and_adapters_are_listed_as_json(phi3desk, tiny_phi3, tiny_adapters):
    assert phi3desk("models", "add", tiny_phi3, "--json").returncode == 0
    (models,) = json_lines(phi3desk("models", "list", "--json").stdout)
    tiny = next(row for row in models if row["name"] == "tiny-phi3")
    assert (tiny["fits"], tiny["context"], tiny["gpu_layers"]) == ("fits", 2048, 0)
    assert tiny["size"] < tiny["memory"] < tiny["size"] + (8 << 20)
    assert "fits: needs 0.0 GB with a context of 2048 tokens" in phi3desk("models", "list").stdout
    assert phi3desk("adapters", "add", tiny_adapters[0]).returncode == 0
    (adapters,) = json_lines(phi3desk("adapters", "list", "--json").stdout)
    assert ("tiny-a", "phi3") in [(row["name"], row["architecture"]) for row in adapters]
    assert phi3desk("models", "remove", "tiny-phi3").returncode == 0
    (models,) = json_lines(phi3desk("models", "list", "--json").stdout)
    assert "tiny-phi3" not in [row["name"] for row in models]


def test_damaged_model_is_refused_with_the_reason(phi3desk, tiny_phi3, tmp_path):
    cut = tmp_path / "cut.gguf"
    cut.write_bytes(tiny_phi3.read_bytes()[:9000])
    done = phi3desk("models", "add", cut)
    assert done.returncode == 1
    assert "cut.gguf" in done.stderr


def test_doctor_names_versions_devices_and_folders(phi3desk, tmp_path):
    (report,) = json_lines(phi3desk("doctor", "--json").stdout)
    assert report["packages"]["llama-cpp-python"]
    assert report["folders"]["home"] == str(tmp_path / "home")
    assert all(check["ok"] or check["mend"] for check in report["checks"])
    assert all(device["memory_free"] <= device["memory_total"] for device in report["devices"])
    (memory,) = (check for check in report["checks"] if check["name"] == "memory")
    assert memory["ok"] and "GB free" in memory["says"]
    (recognition,) = (check for check in report["checks"] if check["name"] == "text recognition")
    assert recognition["ok"] == bool(installed_languages())
    assert all(name in recognition["says"] for name in default_languages(installed_languages() or ()))


def test_profiles_are_listed_and_used(phi3desk):
    (profiles,) = json_lines(phi3desk("profiles", "list", "--json").stdout)
    assert [row["name"] for row in profiles if row["in_use"]] == ["General"]
    assert phi3desk("profiles", "use", "general").returncode == 0


def test_window_without_a_display_names_the_demo(tmp_path):
    without = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    environment = {name: value for name, value in os.environ.items() if name not in without}
    command = [sys.executable, "-m", "phi3desk", "--home", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False, timeout=60)
    if sys.platform.startswith("linux"):
        assert done.returncode == 1
        assert "make demo" in done.stderr
