"""What Office's formats share: contents in several forms for newer and older programs, and formulas."""

from __future__ import annotations

from typing import Any

from phi3desk.library.reading.blocks import Line
from phi3desk.library.reading.limits import Refusal

_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
#: formulas as a whole, in a line or set apart
FORMULAS = frozenset((_MATH + "oMath", _MATH + "oMathPara"))
_NOT_SHOWN = frozenset(
    "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}" + name for name in ("del", "moveFrom", "rPr")
)
_STRUCTURES = frozenset(("f", "sSup", "sSub", "sSubSup", "rad", "d", "nary", "m"))
_DEEPEST = 150
_NARY_SIGN = "∫"


def parsed(data: bytes) -> Any:
    """Return the root of a part's XML; no entity is resolved and nothing is fetched."""
    from lxml import etree

    return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False))


def settle_alternatives(root: Any) -> None:
    """Put the form that is read in place of every content that is there in several forms (ECMA-376, part 3, 9).

    It is the first form that holds text: the second one, for older programs, says the same once more.
    """
    for element in reversed(list(root.iter(_MC + "AlternateContent"))):
        parent = element.getparent()
        if parent is None:
            continue
        forms = [*element.findall(_MC + "Choice"), *element.findall(_MC + "Fallback")]
        chosen = next((form for form in forms if _has_text(form)), forms[0] if forms else ())
        at = parent.index(element)
        for child in reversed(list(chosen)):
            parent.insert(at, child)
        parent.remove(element)


def _has_text(form: Any) -> bool:
    return any(
        isinstance(element.tag, str) and element.tag.endswith("}t") and (element.text or "").strip()
        for element in form.iter()
    )


def add_formula(line: Line, element: Any, depth: int = 0) -> None:
    """Write a formula in one line: fractions, what is raised or lowered, roots, brackets (ECMA-376, part 1, 22.1)."""
    if depth > _DEEPEST:
        raise Refusal("The document is nested too deeply to be read.")
    for child in element:
        tag = child.tag
        if not isinstance(tag, str) or tag in _NOT_SHOWN:
            continue
        if tag.rpartition("}")[2] == "t":
            line.add(child.text or "")
        elif tag.startswith(_MATH) and tag.removeprefix(_MATH) in _STRUCTURES:
            _add_structure(line, child, tag.removeprefix(_MATH), depth + 1)
        else:
            add_formula(line, child, depth + 1)


def _add_structure(line: Line, formula: Any, name: str, depth: int) -> None:
    def part(of: str) -> str:
        found = formula.find(_MATH + of)
        return _text(found, depth) if found is not None else ""

    if name == "f":
        line.add_fraction(part("num"), part("den"))
    elif name == "rad":
        line.add(f"{part('deg')}√({part('e')})")
    elif name == "d":
        between = _sign(formula, "dPr", "sepChr", "|").join(_text(each, depth) for each in formula.findall(_MATH + "e"))
        line.add(f"{_sign(formula, 'dPr', 'begChr', '(')}{between}{_sign(formula, 'dPr', 'endChr', ')')}")
    elif name == "nary":
        line.add(_sign(formula, "naryPr", "chr", _NARY_SIGN))
        line.add(f"_({part('sub')})" if part("sub") else "")
        line.add(f"^({part('sup')})" if part("sup") else "")
        line.add(f" {part('e')}")
    elif name == "m":
        rows = (" ".join(_text(e, depth) for e in row.findall(_MATH + "e")) for row in formula.findall(_MATH + "mr"))
        line.add(f"[{'; '.join(rows)}]")
    else:
        line.add(part("e"))
        line.add(part("sub"), -1)
        line.add(part("sup"), 1)


def _text(element: Any, depth: int) -> str:
    line = Line()
    add_formula(line, element, depth)
    return line.text()


def _sign(formula: Any, properties: str, name: str, usual: str) -> str:
    found = formula.find(f"{_MATH}{properties}/{_MATH}{name}")
    return str(found.get(_MATH + "val", "")) if found is not None else usual
