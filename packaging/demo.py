"""The whole job in a terminal: imports the sample documents, asks three questions, prints the cited answers."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "resources" / "samples"


def main() -> int:
    """Run the demo on a data folder of its own, which is gone afterwards; returns the exit code."""
    questions = [json.loads(line) for line in (SAMPLES / "demo.jsonl").read_text(encoding="utf-8").splitlines()]
    with tempfile.TemporaryDirectory(prefix="phi3desk-demo-") as home:
        print("Importing the sample documents", flush=True)
        if code := phi3desk(home, "import", *map(str, sorted(SAMPLES.glob("*.pdf")))):
            return code
        for question in questions:
            print(f"\n> {question['question']}\n", flush=True)
            if code := phi3desk(home, "ask", question["question"]):
                return code
    print("\nThe same with your own documents: make run, or phi3desk --help.")
    return 0


def phi3desk(home: str, *arguments: str) -> int:
    """Run one command of the command line; returns its exit code."""
    command = [sys.executable, "-m", "phi3desk", "--home", home, *arguments]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
