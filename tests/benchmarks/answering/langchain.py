"""A plain LangChain pipeline that answers: python -m ...answering.langchain STORE MODEL.gguf QUESTIONS SECONDS

As LangChain's guides put it together: the store of `finding.langchain_store`, its four nearest passages, the prompt of
the tutorial on retrieval, ChatLlamaCpp with a context of 4,096 tokens and temperature 0. It gives no marks. Questions
are lines of JSON; none is begun after so many seconds.
"""

from __future__ import annotations

import json
import os
import sys
import time
import warnings
from pathlib import Path
from typing import Any

from phi3desk.library.embedding.embedder import open_embedder
from tests.benchmarks.finding.langchain_store import OwnEmbeddings, opened
from tests.benchmarks.processes import tell

PROMPT = (
    "You are an assistant for question-answering tasks. Use the following pieces of retrieved context to answer the "
    "question. If you don't know the answer, just say that you don't know. Use three sentences maximum and keep the "
    "answer concise.\nQuestion: {question}\nContext: {context}\nAnswer:"
)
_PASSAGES, _CONTEXT, _LONGEST = 4, 4096, 512


def main(store: Path, model: Path, questions: Path, seconds: float) -> None:
    """Answer, and tell what was written for each question by its id, how many tokens were read and how long it took."""
    os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", LANGSMITH_TRACING="false")
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    from langchain_community.chat_models import ChatLlamaCpp

    rows = [json.loads(line) for line in questions.read_text(encoding="utf-8").splitlines()]
    chat: Any = ChatLlamaCpp(
        model_path=str(model),
        n_ctx=_CONTEXT,
        temperature=0.0,
        max_tokens=_LONGEST,
        n_threads=os.cpu_count() or 1,
        verbose=False,
    )
    embeddings = OwnEmbeddings(open_embedder())
    embeddings.embedder.load()
    made = opened(store, embeddings)
    until = time.monotonic() + seconds
    told: dict[str, dict[str, Any]] = {}
    for row in rows:
        if time.monotonic() > until:
            break
        began = time.perf_counter()
        passages = made.similarity_search(row["question"], k=_PASSAGES)
        context = "\n\n".join(each.page_content for each in passages)
        prompt = PROMPT.format(question=row["question"], context=context)
        written, first = "", 0.0
        for piece in chat.stream(prompt):
            first = first or time.perf_counter() - began
            written += str(piece.content)
        took = time.perf_counter() - began
        tokens = len(chat.client.tokenize(prompt.encode()))
        told[row["id"]] = {"text": written, "tokens": tokens, "first": first, "seconds": took}
    tell(answers=told)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), float(sys.argv[4]))
