"""Tables of sheets come with the import, come back when they are gone, and go with their documents."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from phi3desk.library.library import Library
from phi3desk.paths import Paths, open_paths
from phi3desk.settings import Settings
from tests.helpers.readers_in_process import LibraryInProcess
from tests.helpers.unanswered import unanswered
from tests.helpers.word_embedder import WordEmbedder

SHEET = "Site,Item,Cost\nKranj,x,10\nGraz,y,20\n"


class Counting(WordEmbedder):
    def __init__(self) -> None:
        super().__init__()
        self.embedded = 0

    def embed(self, texts: list[str]) -> np.ndarray:
        self.embedded += len(texts)
        return super().embed(texts)


def opened(paths: Paths, embedder: WordEmbedder) -> Library:
    return LibraryInProcess(paths, Settings(paths.settings), embedder=embedder)


def files(paths: Paths) -> list[Path]:
    return sorted(paths.sheets.iterdir()) if paths.sheets.exists() else []


def test_tables_come_back_with_the_next_sync_and_nothing_is_embedded_again(tmp_path: Path):
    folder = tmp_path / "sheets"
    folder.mkdir()
    (folder / "costs.csv").write_text(SHEET, encoding="utf-8")
    (folder / "note.txt").write_text("A pump stands in Kranj.", encoding="utf-8")
    paths, embedder = open_paths(tmp_path / "home"), Counting()
    library = opened(paths, embedder)
    library.import_paths([folder], library.create_collection("Documents"))
    kept = files(paths)
    assert len(kept) == 1
    library.close()

    # as after an update of the program, or a folder that was put back without its tables
    kept[0].unlink()
    embedder.embedded = 0
    library = opened(paths, embedder)
    library.sync()
    assert files(paths) == kept
    assert embedder.embedded == 0
    assert library.sync().states == {}

    # another content has tables of its own; the old ones go when the program starts the next time
    (folder / "costs.csv").write_text(SHEET + "Linz,z,30\n", encoding="utf-8")
    library.sync()
    assert len(files(paths)) == 2
    library.purge_removed()
    assert len(files(paths)) == 1 and files(paths) != kept

    library.remove_documents([each.id for each in library.documents() if each.kind == "csv"])
    library.purge_removed()
    assert files(paths) == []
    library.close()


def test_a_sheet_on_a_share_that_does_not_answer_gets_its_tables_when_it_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    sheet = tmp_path / "costs.csv"
    sheet.write_text(SHEET, encoding="utf-8")
    paths = open_paths(tmp_path / "home")
    library = opened(paths, Counting())
    library.import_paths([sheet], library.create_collection("Documents"))
    kept = files(paths)
    library.close()
    kept[0].unlink()
    library = opened(paths, Counting())
    with monkeypatch.context() as patched:
        unanswered(patched, sheet)
        library.sync()
        assert files(paths) == []
    library.sync()
    assert files(paths) == kept
    library.close()
