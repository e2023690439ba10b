"""What no import can beat: the reader alone on the same pages, the embedder alone on the same unique passages.

python -m tests.benchmarks.limits reader FOLDER, or: limits embedder HOME (of a library that holds the passages)
"""

from __future__ import annotations

import os
import sqlite3
import sys
import time
from pathlib import Path

from phi3desk.library.embedding.minilm import model_folder
from phi3desk.paths import Paths
from tests.benchmarks.processes import tell

_BATCHES = (8, 16, 32)
_TRIED = 192


def reader(folder: Path) -> None:
    """Take the text of every page with PDFium, in one process."""
    started = time.perf_counter()
    import pypdfium2

    pages = characters = 0
    for path in sorted(folder.rglob("*.pdf")):
        with pypdfium2.PdfDocument(path) as document:
            for number in range(len(document)):
                characters += len(document[number].get_textpage().get_text_range())
                pages += 1
    tell(seconds=time.perf_counter() - started, pages=pages, characters=characters)


def embedder(home: Path) -> None:
    """Embed the texts of a library that were embedded, each once, sorted by length, in the best of three batch sizes.

    Loading it counts, as it does in an import; finding the best batch size does not.
    """
    os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1")
    catalog = sqlite3.connect(Paths(home).catalog)
    rows = catalog.execute("SELECT context, text FROM passage WHERE embedded = 1 GROUP BY digest")
    texts = sorted((f"{context}\n{text}" if context else text for context, text in rows), key=len)
    catalog.close()
    started = time.perf_counter()
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(model_folder()), device="cpu", local_files_only=True)
    loaded = time.perf_counter() - started

    def seconds(some: list[str], batch: int) -> float:
        began = time.perf_counter()
        model.encode(some, batch_size=batch, show_progress_bar=False, normalize_embeddings=True)
        return time.perf_counter() - began

    sample = texts[:: max(1, len(texts) // _TRIED)]
    seconds(sample[:16], 16)
    best = min(_BATCHES, key=lambda batch: seconds(sample, batch))
    tell(seconds=loaded + seconds(texts, best), loaded=loaded, batch=best, passages=len(texts))


if __name__ == "__main__":
    {"reader": reader, "embedder": embedder}[sys.argv[1]](Path(sys.argv[2]))
