"""The whole job in a terminal: imports the sample documents, asks three questions, prints the cited answers."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "resources" / "samples"


def main() -> int:
    """Run the demo on a data folder of its own, which is gone afterwards; returns the exit code."""
    file = SAMPLES / "demo.jsonl"
    questions = {row["id"]: row["question"] for row in map(json.loads, file.read_text(encoding="utf-8").splitlines())}
    with tempfile.TemporaryDirectory(prefix="phi3desk-demo-") as home:
        print("Importing the five sample documents", flush=True)
        code = subprocess.run(
            phi3desk(home, "import", *map(str, sorted(SAMPLES.glob("*.pdf")))), check=False
        ).returncode
        if code:
            return code
        print("Asking three questions", flush=True)
        ask = phi3desk(home, "ask", "--questions", str(file), "--json")
        with subprocess.Popen(ask, stdout=subprocess.PIPE, text=True, encoding="utf-8") as process:
            for line in process.stdout or ():
                show(questions, json.loads(line))
        if process.returncode:
            return process.returncode
    print("\nThe same with your own documents: make run, or phi3desk --help.")
    return 0


def phi3desk(home: str, *arguments: str) -> list[str]:
    """Return the command line of one command."""
    return [sys.executable, "-m", "phi3desk", "--home", home, *arguments]


def show(questions: dict[str, str], answered: dict[str, Any]) -> None:
    """Print a question, its answer and the sentences it comes from."""
    print(f"\n> {questions[answered['id']]}\n\n{answered['answer']}\n")
    for citation in answered["citations"]:
        quote = " ".join(citation["quote"].split())
        print(f"[{citation['n']}] {citation['document']}, page {citation['page']}: {quote}")
    timings = answered["timings"]
    print(f"    first word after {timings['first_token_s']:.1f} s, {answered['model']}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
