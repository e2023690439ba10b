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
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "phi3desk"
CATALOGUES = ROOT / "resources" / "translations"


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


@cache
def sentence_makers() -> frozenset[str]:
    """Return the names of what is called with a template first: `say`, and the errors that hold a sentence.

    An error that derives from these is one of them, unless it takes something else first.
    """
    classes = [node for tree in trees() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    makers = {"say", "Sentence", "UserError", "Refusal"}
    while more := {one.name for one in classes if _bases(one) & makers and _takes_template(one)} - makers:
        makers |= more
    return frozenset(makers)


def sentence_calls() -> Iterator[ast.Call]:
    """Yield the calls that make a sentence; a method named `say` is no such call."""
    for tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and makes_sentence(node):
                yield node


def makes_sentence(call: ast.Call) -> bool:
    """Tell whether a call makes a sentence of its first argument."""
    name = name_of(call)
    is_method = isinstance(call.func, ast.Attribute) and name == "say"
    return name in sentence_makers() and not is_method and bool(call.args)


def sentences() -> Iterator[str]:
    """Yield the templates of all sentences, as the source holds them."""
    for call in sentence_calls():
        template = call.args[0]
        if isinstance(template, ast.Constant) and isinstance(template.value, str):
            yield template.value


@cache
def trees() -> tuple[ast.Module, ...]:
    """Return the modules of the product as Python reads them."""
    return tuple(ast.parse(path.read_text(encoding="utf-8")) for path in sorted(PACKAGE.rglob("*.py")))


def _bases(node: ast.ClassDef) -> set[str]:
    return {getattr(base, "attr", getattr(base, "id", "")) for base in node.bases}


def _takes_template(node: ast.ClassDef) -> bool:
    own = next((one for one in node.body if isinstance(one, ast.FunctionDef) and one.name == "__init__"), None)
    return own is None or [argument.arg for argument in own.args.args][1:2] == ["template"]


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
