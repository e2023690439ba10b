"""Flips, cuts, zeroes and takes away the files of a data folder, and finds a sentence and a working program each time.

`python -m tests.benchmarks.damage --runs 200`: each run copies a finished data folder, damages one file of it, and does
what a user would: looks at settings, experts, documents, conversations and comparisons, searches, and imports. What the
program says must be a sentence, and the way on that it names must lead to a program that has everything again; nothing
may be gone without a word. All of it runs in this process, so that any other error is seen.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from phi3desk.backups import Kept, closed, copies, explained, keep_copy, kept_of, restore, start_anew
from phi3desk.chat.examples import AskedWith, ExampleStore, Verdict
from phi3desk.chat.history import ConversationStore
from phi3desk.chat.messages import Answer, Basis, MadeBy, Message, Timings
from phi3desk.comparison.plan import Plan, Variant
from phi3desk.comparison.questions import typed_questions
from phi3desk.comparison.store import ComparisonStore
from phi3desk.errors import DamagedFile, UserError
from phi3desk.model.store import ModelStore
from phi3desk.model.types import Ending, Role
from phi3desk.paths import Paths, open_paths
from phi3desk.profiles.store import ProfileStore
from phi3desk.settings import DECLARED, Settings
from tests.helpers.readers_in_process import LibraryInProcess
from tests.helpers.word_embedder import WordEmbedder

_FILES, _TALKS = 12, 40
_ANSWER = Answer("Every 500 hours.", (), (), Basis.MODEL, Ending.STOP, MadeBy(), Timings())
#: what is not damaged: locks hold nothing, and the vectors can be rebuilt from the catalogue
_LEFT_OUT = ("chroma", "logs", "set-aside")
_ROUNDS = 3
#: how often it is no copy that is damaged
_NO_COPY = 0.85


@dataclass
class Visit:
    """What one look at everything found: counts of what is there, sentences said, and errors that are none."""

    there: Counter[str] = field(default_factory=Counter)
    said: list[UserError] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def silent(self) -> bool:
        """Whether nothing was said and nothing went wrong."""
        return not self.said and not self.errors


def fill(paths: Paths, documents: Path) -> None:
    """Make a data folder with something in each file of it, closed well, with a copy of each."""
    documents.mkdir()
    for number in range(_FILES):
        lines = [f"Pump P-{number}{row} is serviced every {100 * row + number} hours. " * 3 for row in range(40)]
        (documents / f"pump-{number}.txt").write_text("\n\n".join(lines), encoding="utf-8")
    with closing(_library(paths)) as library:
        library.import_paths([documents], library.collection_id("Pumps", create=True))
    with closing(ConversationStore(paths.conversations)) as talks, closing(ExampleStore(paths.examples)) as examples:
        for number in range(_TALKS):
            talk = talks.create(f"talk {number}")
            talks.add(talk.id, Role.USER, f"How often is pump P-{number} serviced?")
            answer = talks.add(talk.id, Role.ASSISTANT, "Every 500 hours. " * 40, _ANSWER)
            examples.judge("How often?", answer, AskedWith(), Verdict.GOOD)
    profiles = ProfileStore(paths.profiles)
    profile = profiles.create("Pump expert")
    with closing(ComparisonStore(paths.comparisons)) as comparisons:
        plan = Plan("t", typed_questions("How often?\nWhy?"), (Variant("alone", "Alone", profile),))
        for _ in range(_TALKS):
            comparisons.begin(plan)
    Settings(paths.settings).set("answers.passages", 8)
    paths.models.write_text('{"hashes": {}, "in_use": "", "models": []}', encoding="utf-8")
    for kept in Kept:
        keep_copy(paths, kept)


def damage(file: Path, draw: random.Random) -> str:
    """Damage a file in one way; return how."""
    content = bytearray(file.read_bytes())
    size = len(content)
    way = draw.choice(("flip", "flip", "flip", "flips", "cut", "zero", "noise", "empty", "byte", "gone"))
    if way in ("flip", "flips"):
        for _ in range(1 if way == "flip" else 20):
            content[draw.randrange(size)] ^= 1 << draw.randrange(8)
    elif way in ("zero", "noise"):
        start = draw.randrange(size)
        length = min(size - start, draw.choice((16, 512, 4096)))
        content[start : start + length] = bytes(length) if way == "zero" else draw.randbytes(length)
    elif way == "gone":
        file.unlink()
        return way
    else:
        del content[{"cut": draw.randrange(size), "empty": 0, "byte": 1}[way] :]
    file.write_bytes(content)
    return way


def look_at_everything(paths: Paths) -> Visit:
    """Do what a user does, as the window and the commands do it."""
    visit = Visit()
    for work in (_lists, _documents, _talks, _comparisons, _examples):
        try:
            work(paths, visit)
        except Exception as error:
            told = explained(error, paths)
            if isinstance(told, UserError):
                visit.said.append(told)
            else:
                visit.errors.append("".join(traceback.format_exception(error)[-3:]))
    return visit


def _lists(paths: Paths, visit: Visit) -> None:
    settings, profiles, models = Settings(paths.settings), ProfileStore(paths.profiles), ModelStore(paths)
    models.list()
    models.fingerprint(__file__)
    for key in DECLARED:
        # another letter or digit that makes sense cannot be told from what the user wrote
        DECLARED[key].check(settings.get(key))
    visit.there["experts"] = len(profiles.profiles())
    visit.said += [each for each in (settings.problem, profiles.problem, models.problem) if each is not None]
    settings.remember("seen", 1)
    profiles.use(profiles.current.id)


def _documents(paths: Paths, visit: Visit) -> None:
    with closing(_library(paths)) as library:
        library.purge_removed()
        library.sync()
        documents = library.documents()
        visit.there["documents"] = len(documents)
        visit.there["passages"] = library.status().passages
        for question in ("How often is pump P-339 serviced?", "pump"):
            library.search(question)
        for document in documents:
            library.page(document.id, 1)
        visit.said += [UserError.of(fault.says) for fault in library.check()]
        library.repair()
        library.sync()


def _talks(paths: Paths, visit: Visit) -> None:
    with closing(ConversationStore(paths.conversations)) as talks:
        for talk in talks.conversations():
            visit.there["conversations"] += 1
            visit.there["messages"] += len(talks.messages(talk.id))
        talks.conversations("hours")
        talks.delete(talks.create("new").id)


def _comparisons(paths: Paths, visit: Visit) -> None:
    with closing(ComparisonStore(paths.comparisons)) as comparisons:
        found = comparisons.comparisons()
        visit.there["comparisons"] = len(found)
        for comparison in found:
            comparisons.outcomes(comparison.id)
        comparisons.forget_deleted()


def _examples(paths: Paths, visit: Visit) -> None:
    with closing(ExampleStore(paths.examples)) as examples:
        visit.there["examples"] = len(examples.examples())
        examples.of_answer(Message(1, 1, Role.ASSISTANT, "", 0.0))


def mend(paths: Paths, said: Sequence[UserError]) -> bool:
    """Follow what the sentences say: put back the newest copy that can be read; return whether there was one for each.

    A file without such a copy is given up.
    """
    restored = True
    for error in said:
        kept = kept_of(paths, error.path) if isinstance(error, DamagedFile) else None
        if kept is None:
            continue
        with closed(paths, kept):
            restored &= _put_back(paths, kept)
    return restored


def _put_back(paths: Paths, kept: Kept) -> bool:
    for copy in copies(paths, kept):
        try:
            restore(paths, copy)
        except UserError:
            continue
        return True
    start_anew(paths, kept)
    return False


def run(filled: Path, expected: Counter[str], stage: Path, seed: int) -> tuple[str, list[str]]:
    """Damage a copy of a data folder, look at it, mend it; return what was done and what is wrong."""
    draw = random.Random(seed)
    shutil.copytree(filled, stage)
    paths = open_paths(stage)
    files = [file for file in sorted(stage.rglob("*")) if file.is_file() and file.stat().st_size]
    files = [file for file in files if not file.relative_to(stage).parts[0].startswith(_LEFT_OUT)]
    file = draw.choice([file for file in files if file.parent == stage] if draw.random() < _NO_COPY else files)
    done = f"{file.relative_to(stage)}: {damage(file, draw)}"
    first = visit = look_at_everything(paths)
    wrong = list(visit.errors)
    lost = expected - visit.there
    if lost and not visit.said:
        wrong.append(f"gone without a word: {dict(lost)}")
    restored = True
    for _ in range(_ROUNDS):
        if visit.silent:
            break
        restored &= mend(paths, visit.said)
        visit = look_at_everything(paths)
        wrong += visit.errors
    if not visit.silent:
        wrong.append(f"it does not work again: {[str(error) for error in visit.said]}")
    only_told = not any(isinstance(error, DamagedFile) for error in first.said)
    lost = expected - visit.there
    if lost and restored and not (only_told and first.said):
        wrong.append(f"not there again: {dict(lost)}")
    return f"{done}; {'; '.join(sorted({str(error)[:110] for error in first.said})) or 'nothing said'}", wrong


def prepare(base: Path) -> tuple[Path, Counter[str]]:
    """Make the data folder that is damaged; return it and what is in it."""
    filled = base / "filled"
    fill(open_paths(filled), base / "documents")
    untouched = base / "untouched"
    shutil.copytree(filled, untouched)
    visit = look_at_everything(open_paths(untouched))
    assert visit.silent, (visit.said, visit.errors)
    return filled, visit.there


def _library(paths: Paths) -> LibraryInProcess:
    return LibraryInProcess(paths, Settings(paths.settings), embedder=WordEmbedder())


def main(arguments: Sequence[str] | None = None) -> int:
    """Do the runs, tell of each that failed; returns the exit code."""
    parser = argparse.ArgumentParser(description="Damage the files of a data folder and see what the program says.")
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1, help="seed of the first run; the next has the next number")
    parser.add_argument("--tell", action="store_true", help="tell of every run")
    chosen = parser.parse_args(arguments)
    failed = 0
    with tempfile.TemporaryDirectory(prefix="phi3desk-damage-") as folder:
        base = Path(folder)
        filled, expected = prepare(base)
        for seed in range(chosen.seed, chosen.seed + chosen.runs):
            stage = base / f"run-{seed}"
            done, wrong = run(filled, expected, stage, seed)
            shutil.rmtree(stage)
            failed += bool(wrong)
            if wrong or chosen.tell:
                print(f"seed {seed}: {done}", *wrong, sep="\n    ", flush=True)
    print(f"{chosen.runs} runs, {failed} with something else than a sentence and a working program", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
