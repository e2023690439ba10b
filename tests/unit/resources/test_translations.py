"""Every text that a user sees reaches the catalogues that translators fill, and can be filled in as it is written."""

from __future__ import annotations

import ast
import string
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "packaging"))

import translations  # noqa: E402

#: modules that handle sentences and texts made elsewhere
HANDLES_SENTENCES = {"errors.py", "library/catalog.py", "library/reading/limits.py"}
HANDLES_TEXTS = {"ui/formatting.py"}
#: keywords of a sentence that do not fill it
OPTIONS = {("Refusal", "state")}


def calls() -> Iterator[tuple[str, str, ast.Call]]:
    """Yield module, enclosing class ("" outside of one) and call, for every call of the product."""
    for path in sorted(translations.PACKAGE.rglob("*.py")):
        module = path.relative_to(translations.PACKAGE).as_posix()
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in tree.body:
            owner = node.name if isinstance(node, ast.ClassDef) else ""
            yield from ((module, owner, each) for each in ast.walk(node) if isinstance(each, ast.Call))


def literal(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def is_tr(call: ast.Call) -> bool:
    return translations.name_of(call) == "tr" and bool(call.args)


def is_translate(call: ast.Call) -> bool:
    """Whether this is QCoreApplication.translate, and not a painter's."""
    owner = call.func.value if isinstance(call.func, ast.Attribute) else None
    return translations.name_of(call) == "translate" and isinstance(owner, ast.Name) and owner.id == "QCoreApplication"


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> set[tuple[str, str]]:
    """What lupdate finds in the product, as (context, text)."""
    file = tmp_path_factory.mktemp("translations") / "phi3desk_sl.ts"
    translations.update(file)
    return {
        (context.findtext("name", ""), message.findtext("source", ""))
        for context in ElementTree.parse(file).getroot().iter("context")
        for message in context.iter("message")
    }


def test_extractor_finds_every_text_of_the_window(catalogue: set[tuple[str, str]]) -> None:
    wanted = set()
    for _, owner, call in calls():
        if is_tr(call):
            wanted.add((owner, literal(call.args[0])))
        elif is_translate(call) and literal(call.args[0]) and literal(call.args[1]):
            wanted.add((literal(call.args[0]), literal(call.args[1])))
    assert len(wanted) > 600
    assert wanted <= catalogue


def test_extractor_finds_every_sentence_and_declaration(catalogue: set[tuple[str, str]]) -> None:
    templates = {literal(call.args[0]) for module, _, call in calls() if translations.makes_sentence(call)} - {None}
    assert len(templates) > 200
    assert {("Sentence", template) for template in templates} <= catalogue
    assert {("Declared", text) for text in translations.declared()} <= catalogue


def test_errors_that_derive_from_a_sentence_are_known() -> None:
    assert {"UserError", "Refusal", "PackRefused", "IndexRefused"} <= translations.sentence_makers()
    assert "DoubtfulBase" not in translations.sentence_makers()


def test_no_text_is_made_where_the_extractor_cannot_see_it() -> None:
    hidden = []
    for module, _, call in calls():
        texts: list[ast.expr] = []
        if is_tr(call):
            texts = call.args[:1]
        elif is_translate(call) and module not in HANDLES_TEXTS:
            texts = call.args[:2]
        elif translations.makes_sentence(call) and module not in HANDLES_SENTENCES:
            texts = call.args[:1]
        hidden += [f"{module}:{call.lineno} {ast.unparse(text)}" for text in texts if literal(text) is None]
    assert not hidden


def test_no_sentence_is_glued_together_with_and() -> None:
    glued = [
        f"{path.relative_to(translations.PACKAGE)}:{node.lineno}"
        for path in sorted(translations.PACKAGE.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and node.value in (" and ", " or ")
    ]
    assert not glued


def placeholders(template: str) -> set[str]:
    return {field.split(".")[0] for _, field, _, _ in string.Formatter().parse(template) if field}


def test_every_placeholder_is_filled() -> None:
    wrong = []
    for module, _, call in calls():
        template: str | None = None
        if translations.name_of(call) == "format" and isinstance(call.func, ast.Attribute):
            filled = call.func.value
            if isinstance(filled, ast.Call) and (is_tr(filled) or is_translate(filled)):
                template = literal(filled.args[0 if is_tr(filled) else 1])
        elif translations.makes_sentence(call) and translations.name_of(call) != "Sentence":
            template = literal(call.args[0])
        given = {keyword.arg for keyword in call.keywords if (translations.name_of(call), keyword.arg) not in OPTIONS}
        if template is not None and None not in given and placeholders(template) != given:
            wrong.append(f"{module}:{call.lineno} {placeholders(template)} {given}")
    assert not wrong


def test_english_plurals_are_complete_and_compiled(tmp_path: Path) -> None:
    english = translations.catalogue("en")
    updated = tmp_path / english.name
    updated.write_bytes(english.read_bytes())
    translations.update(updated)
    messages = list(ElementTree.parse(updated).getroot().iter("message"))
    assert messages
    for message in messages:
        forms = [form.text or "" for form in message.iter("numerusform")]
        assert len(forms) == 2
        assert all(forms), message.findtext("source")
    translations.compile_catalogue(english, tmp_path / "phi3desk_en.qm")
    assert (tmp_path / "phi3desk_en.qm").read_bytes() == english.with_suffix(".qm").read_bytes()
