"""HTML as a tree that holds all of its text: however deep it is nested, and whatever is never closed."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from phi3desk.errors import Sentence, say

#: A picture that is part of the page itself: all but its beginning is left out before anything looks at it.
_EMBEDDED = re.compile(rb"(data:[\w/+.-]{1,100}(?:;[\w=.+-]{1,60}){0,4};base64,)[A-Za-z0-9+/=%\s]{400,}", re.IGNORECASE)
_TAG = re.compile(r"""<(/?)([a-zA-Z][^\s/>]*)((?:[^>"']++|"[^"]*+"|'[^']*+'){0,400}+)>""")
#: A tag up to its end, or up to a quote in it that nothing closes.
_TO_END = re.compile(r"""<(!--|/?[a-zA-Z][^\s/>"']*)(?:[^>"']++|"[^"]*+"|'[^']*+')*+""")
#: So many quotes without an end are looked for.
_MOST_OPEN_QUOTES = 50
#: What is no text: comments, and elements whose content is none.
_NO_TEXT = re.compile(r"<!--.*?-->|<(script|style)\b[^>]*>.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_VOID = frozenset(
    """
    area base basefont bgsound br col embed frame hr img input keygen link meta param source track wbr
    """.split()  # noqa: SIM905
)
#: Elements that begin no new line.
_WITHIN_LINES = frozenset(
    """
    a abbr acronym b bdi bdo big cite code del dfn em font i ins kbd label mark q s samp small span strike strong sub
    sup tt u var
    """.split()  # noqa: SIM905
)
#: Elements that end where the next of their kind begins, if not before.
_SIBLINGS = {
    name: group
    for group in (frozenset(("p",)), frozenset(("li",)), frozenset(("dt", "dd")), frozenset(("td", "th")))
    for name in group
} | {"tr": frozenset(("tr", "td", "th")), "option": frozenset(("option",))}
#: Elements that are not shown, or only as text, and that are read where they are never closed.
_SHOWN_IF_OPEN = """
    nav select button object dialog map noscript template svg canvas audio video iframe title textarea
""".split()  # noqa: SIM905
#: Of these the parser takes all that follows as their text, up to their end.
_RAW = frozenset(("title", "textarea", "iframe"))
_OPEN_OR_CLOSE = re.compile(rf"<(/?)({'|'.join(_SHOWN_IF_OPEN)})(?=[\s/>])", re.IGNORECASE)
_SELF_CLOSED = re.compile(r"""<([a-zA-Z][\w:.-]*)((?:[^>"'/]++|/(?!>)|"[^"]*+"|'[^']*+'){0,400}+)/>""")
#: A cell behind the end of a row begins the next one, whose own tag is left out.
_WITHOUT_ROW = re.compile(r"(</tr\s*>\s*)(?=<t[dh][\s>])", re.IGNORECASE)
#: Deeper elements lose their tags, not their text, in a page that is too deep for the parser.
_DEEPEST = 200


@dataclass
class HtmlTree:
    """A parsed page: its root, elements that are never closed and are shown for that, and what is not read of it."""

    root: Any
    shown: frozenset[str] = frozenset()
    reasons: list[Sentence] = field(default_factory=list)


def without_pictures(data: bytes) -> bytes:
    """Return a page without the pictures that are written into it in base64, which may be all but a little of it."""
    return _EMBEDDED.sub(rb"\1", data) if b";base64," in data else data


def tree_of(page: str) -> HtmlTree:
    """Parse HTML; entities stand for single characters only, and nothing outside the text is reached."""
    if page.lstrip("\ufeff \t\r\n")[:5] == "<?xml":
        page = _SELF_CLOSED.sub(_with_end, page)
    page = _WITHOUT_ROW.sub(r"\1<tr>", _with_tags_ended(page))
    shown = _never_closed(page)
    for name in _RAW & shown:
        page = _without_last(page, name)
    root, is_whole = _parsed(page)
    for deepest in (_DEEPEST, 0):
        if is_whole:
            break
        root, is_whole = _parsed(_flattened(page, deepest))
    for line_break in root.iter("br"):
        # the text of what stands around it would join the last word of a line and the first one of the next
        line_break.text = "\n"
    tree = HtmlTree(root, shown - _RAW)
    if not is_whole:
        tree.reasons.append(say("Only a part of the page was read: it is nested too deeply or damaged."))
    elif _hides_the_rest(page):
        tree.reasons.append(say("The page has a script or comment without an end; what follows it was not read."))
    return tree


def _with_tags_ended(page: str) -> str:
    """Return a page whose tags end, where a quote without an end would make all that follows a part of one."""
    small = page.lower()
    pieces: list[str] = []
    begin = at = 0
    while (tag := _TO_END.search(page, at)) and len(pieces) < 2 * _MOST_OPEN_QUOTES:
        name, at = tag[1].lower(), tag.end()
        hidden_until = "-->" if name == "!--" else f"</{name}" if name in ("script", "style") else ""
        if hidden_until:
            at = small.find(hidden_until, tag.start())
            if at < 0:
                break
        elif page[at : at + 1] in ('"', "'") and (end := page.find(">", at)) >= 0:
            pieces += [page[begin : tag.start()], f"<{tag[1]}>"]
            begin = at = end + 1
    return "".join([*pieces, page[begin:]])


def _parsed(page: str) -> tuple[Any, bool]:
    """Return the root of a page, and whether the parser got to its end."""
    from lxml import etree, html

    parser = html.HTMLParser(
        no_network=True, huge_tree=True, remove_comments=True, remove_pis=True, encoding="utf-8", collect_ids=False
    )
    try:
        root = html.document_fromstring(page.encode("utf-8", "replace") or b"<p></p>", parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        root = None
    is_whole = not any(entry.level >= etree.ErrorLevels.FATAL for entry in parser.error_log)
    return root if root is not None else html.fragment_fromstring("<div></div>"), is_whole


def _with_end(tag: re.Match[str]) -> str:
    name = tag[1]
    return tag[0] if name.lower() in _VOID else f"<{name}{tag[2]}></{name}>"


def _never_closed(page: str) -> frozenset[str]:
    """Return the elements, of those that are not shown, that are opened more often than closed."""
    balance: Counter[str] = Counter()
    for closing, name in _OPEN_OR_CLOSE.findall(page):
        balance[name.lower()] += -1 if closing else 1
    return frozenset(name for name, more in balance.items() if more > 0)


def _without_last(page: str, name: str) -> str:
    """Return a page without the last opening tag of a name."""
    at = page.lower().rfind(f"<{name}")
    end = page.find(">", at)
    return f"{page[:at]} {page[end + 1 :]}" if 0 <= at < end else page


def _hides_the_rest(page: str) -> bool:
    """Return whether a comment, script or style is opened and never closed with words behind it."""
    small = page.lower()
    for opening, end in (("<!--", "-->"), ("<script", "</script"), ("<style", "</style")):
        at = small.rfind(opening)
        if at >= 0 and small.find(end, at) < 0 and re.search(r">\s*\w", small[at:]):
            return True
    return False


def _flattened(page: str, deepest: int) -> str:
    """Return a page whose elements are nested at most so deep: tags below are left out, with a break for blocks."""
    page = _NO_TEXT.sub(" ", page)
    opened: list[tuple[str, bool]] = []
    counted: Counter[str] = Counter()

    def close() -> bool:
        name, is_kept = opened.pop()
        counted[name] -= 1
        return is_kept

    def written(tag: re.Match[str]) -> str:
        name = tag[2].lower()
        if name in _VOID:
            return tag[0]
        if tag[1]:
            is_kept = False
            while counted[name]:
                is_last = opened[-1][0] == name
                is_kept = close()
                if is_last:
                    break
            return tag[0] if is_kept else _break(name)
        while opened and opened[-1][0] in _SIBLINGS.get(name, ()):
            close()
        is_kept = len(opened) < deepest
        opened.append((name, is_kept))
        counted[name] += 1
        return tag[0] if is_kept else _break(name)

    return _TAG.sub(written, page)


def _break(name: str) -> str:
    return "" if name in _WITHIN_LINES else "<br>"
