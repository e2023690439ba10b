"""Collects every text that a user sees, and keeps the catalogues of translations.

Usage: python packaging/translations.py update [LANGUAGE ...]   the .ts files of resources/translations, all or some
       python packaging/translations.py compile                 the .qm files beside them, which the program loads

Texts stand in three places: in Qt's translation functions, which lupdate reads by itself; in sentences (`UserError`,
`say`, `Sentence`), which the window translates when it shows them; and in the declarations of the settings. The last
two are handed to lupdate as a file of calls. English has a catalogue too: it holds the plurals and nothing else.
"""

from __future__ import annotations

import ast
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "phi3desk"
CATALOGUES = ROOT / "resources" / "translations"
SENTENCES = ("UserError", "say", "Sentence", "Refusal")


def main(arguments: Sequence[str]) -> int:
    """Do what is asked; returns the exit code."""
    if arguments[:1] == ["update"]:
        files = [catalogue(language) for language in arguments[1:]] or sorted(CATALOGUES.glob("*.ts"))
        for file in files:
            update(file)
        return 0
    if arguments == ["compile"]:
        for file in sorted(CATALOGUES.glob("*.ts")):
            compile_catalogue(file, file.with_suffix(".qm"))
        return 0
    print(__doc__, file=sys.stderr)
    return 2


def catalogue(language: str) -> Path:
    """Return the catalogue of a language, such as sl or pt_BR."""
    return CATALOGUES / f"phi3desk_{language}.ts"


def update(file: Path) -> None:
    """Bring a catalogue up to date with the texts of the program; what is translated is kept."""
    with tempfile.TemporaryDirectory() as folder:
        gathered = Path(folder, "sentences.py")
        gathered.write_text(gathered_calls(), encoding="utf-8")
        sources = [str(path) for path in sorted(PACKAGE.rglob("*.py"))]
        plural_only = ["-pluralonly"] if file.stem == "phi3desk_en" else []
        options = ["-locations", "none", "-no-obsolete", *plural_only]
        run("lupdate", *options, *sources, str(gathered), "-ts", str(file))


def compile_catalogue(file: Path, target: Path) -> None:
    """Write the binary form of a catalogue, which Qt loads."""
    run("lrelease", "-silent", str(file), "-qm", str(target))


def run(tool: str, *arguments: str) -> None:
    """Run one of Qt's tools as PySide6 brings them; raises CalledProcessError with what it printed."""
    command = [str(Path(sys.executable).with_name(f"pyside6-{tool}")), *arguments]
    subprocess.run(command, check=True, capture_output=True, text=True)


def gathered_calls() -> str:
    """Return a Python file of translation calls, for lupdate, of the texts that stand in no such call."""
    rows = [("Sentence", text) for text in sentences()] + [("Declared", text) for text in declared()]
    calls = [f"QCoreApplication.translate({context!r}, {quoted(text)})" for context, text in dict.fromkeys(rows)]
    return "\n".join(calls) + "\n"


def quoted(text: str) -> str:
    """Return a literal as lupdate reads it: between double quotes."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def sentences() -> Iterator[str]:
    """Yield the templates of all sentences, as the source holds them."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and name_of(node) in SENTENCES and node.args:
                template = node.args[0]
                if isinstance(template, ast.Constant) and isinstance(template.value, str):
                    yield template.value


def declared() -> Iterator[str]:
    """Yield the texts of the settings' declarations."""
    sys.path.insert(0, str(ROOT))
    from phi3desk.settings import SETTINGS

    for setting in SETTINGS:
        yield from (text for text in (setting.section, setting.label, setting.cost, setting.unit) if text)
        yield from (label for _, label in setting.choices)


def name_of(call: ast.Call) -> str:
    """Return the name of what is called, without the object it belongs to."""
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
