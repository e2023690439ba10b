"""A plain LangChain pipeline on a folder of PDFs: python -m tests.benchmarks.langchain_pipeline FOLDER STORE

As its own guides put it together: PyPDFLoader, RecursiveCharacterTextSplitter 1000/200, HuggingFaceEmbeddings with the
same MiniLM, Chroma.from_documents; default batches, all cores. `from_documents` is one step: the first question can be
asked when everything is embedded. The clock begins to run when LangChain is imported and the embedder is not loaded.
HuggingFaceEmbeddings is that of langchain-community: the same code as in langchain-huggingface, which wants an older
huggingface-hub than phi3desk has.
"""

from __future__ import annotations

import logging
import os
import sys
import time
from pathlib import Path

from tests.benchmarks.processes import Memory, tell

QUESTION = "Which limits apply?"


def main(folder: Path, store: Path) -> None:
    """Build the store, ask it once, and tell the figures."""
    os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", LANGSMITH_TRACING="false")
    # pypdf warns of every oddity in a file; those lines would cost time that is not the pipeline's
    logging.getLogger("pypdf").setLevel(logging.ERROR)
    from langchain_chroma import Chroma
    from langchain_community.document_loaders import PyPDFLoader
    from langchain_community.embeddings import HuggingFaceEmbeddings
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    from phi3desk.library.embedding.minilm import model_folder

    memory = Memory()
    started = time.perf_counter()
    pages, failed = [], 0
    for path in sorted(folder.rglob("*.pdf")):
        try:
            pages += PyPDFLoader(str(path)).load()
        except Exception:  # pypdf raises what it likes; a user would leave such a file out
            failed += 1
    read = time.perf_counter() - started
    passages = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200).split_documents(pages)
    embeddings = HuggingFaceEmbeddings(model_name=str(model_folder()), model_kwargs={"device": "cpu"})
    made = Chroma.from_documents(passages, embeddings, persist_directory=str(store))
    embedded = time.perf_counter() - started
    assert made.similarity_search(QUESTION, k=5)
    asked = time.perf_counter() - started
    tell(
        read=read,
        asked=asked,
        embedded=embedded,
        pages=len(pages),
        passages=len(passages),
        failed=failed,
        megabytes=memory.peak(),
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
