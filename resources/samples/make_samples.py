"""Writes the sample documents from `source/*.md`: `python resources/samples/make_samples.py [--to FOLDER]`."""

from __future__ import annotations

import argparse
from pathlib import Path

from source.layout import write_pdf
from source.markdown import read_source

HERE = Path(__file__).resolve().parent


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the sample PDFs.")
    parser.add_argument("--to", type=Path, default=HERE, metavar="FOLDER", help="where the PDFs go (default: here)")
    folder = parser.parse_args().to
    folder.mkdir(parents=True, exist_ok=True)
    for source in sorted((HERE / "source").glob("*.md")):
        path = folder / f"{source.stem}.pdf"
        write_pdf(read_source(source), path)
        print(f"{path}  {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
