"""The links that stand in the conversation: as addresses in its text, and what each of them leads to."""

from __future__ import annotations

from dataclasses import dataclass

from phi3desk.ui.answers.markup import LINK
from phi3desk.ui.chat.conversation.message_actions import MessageAction

#: leads to the messages that are not shown yet
EARLIER = "earlier:"
_WITHOUT = "without:"
_SEARCHED = "searched:"
_VERSION = "version:"
_DOUBT = "doubt:"
_QUERY = "query:"
_ACTION = "action:"


@dataclass(frozen=True)
class SourceLink:
    """Leads to the source with the number `n` of a message; `citation` is the place in its citations, -1 for none."""

    message_id: int
    n: int
    citation: int


@dataclass(frozen=True)
class ActionLink:
    """Does something with a message."""

    message_id: int
    action: MessageAction


@dataclass(frozen=True)
class QueryLink:
    """Shows the query of an answer from a sheet, or hides it."""

    message_id: int


@dataclass(frozen=True)
class DoubtLink:
    """Tells of a sentence of a message, by its place among those that were checked, why no source holds it."""

    message_id: int
    sentence: int


def source_address(message_id: int, n: int, citation: int) -> str:
    """Return the address of a source; `citation` is -1 where no sentence cites it."""
    return f"{LINK}{message_id}/{n}/{citation}"


def without_documents_address(message_id: int) -> str:
    """Return the address that answers without documents."""
    return f"{_WITHOUT}{message_id}"


def edit_search_address(message_id: int) -> str:
    """Return the address that changes what was searched for."""
    return f"{_SEARCHED}{message_id}"


def version_address(message_id: int, step: int) -> str:
    """Return the address of the answer before (-1) or after (1) the one in view."""
    return f"{_VERSION}{message_id}/{step}"


def action_address(message_id: int, action: MessageAction) -> str:
    """Return the address that does something with a message."""
    return f"{_ACTION}{message_id}/{action.name}"


def doubt_address(message_id: int, sentence: int) -> str:
    """Return the address that tells why a sentence is not supported."""
    return f"{_DOUBT}{message_id}/{sentence}"


def query_address(message_id: int) -> str:
    """Return the address that shows the query of an answer from a sheet, or hides it."""
    return f"{_QUERY}{message_id}"


def read_address(address: str) -> SourceLink | ActionLink | DoubtLink | QueryLink | None:
    """Return what an address leads to; None for one that is not of a message."""
    scheme = address[: address.find(":") + 1]
    first, *others = address.removeprefix(scheme).split("/")
    if not first.isdigit():
        return None
    message_id = int(first)
    if scheme == LINK and len(others) == 2 and others[0].isdigit():
        return SourceLink(message_id, int(others[0]), int(others[1]) if others[1].isdigit() else -1)
    if scheme == _DOUBT and len(others) == 1 and others[0].isdigit():
        return DoubtLink(message_id, int(others[0]))
    if scheme == _QUERY and not others:
        return QueryLink(message_id)
    if scheme == _WITHOUT and not others:
        return ActionLink(message_id, MessageAction.WITHOUT_DOCUMENTS)
    if scheme == _SEARCHED and not others:
        return ActionLink(message_id, MessageAction.EDIT_SEARCH)
    if scheme == _ACTION and len(others) == 1 and others[0] in MessageAction.__members__:
        return ActionLink(message_id, MessageAction[others[0]])
    if scheme == _VERSION and len(others) == 1:
        back = others[0].startswith("-")
        return ActionLink(message_id, MessageAction.VERSION_BEFORE if back else MessageAction.VERSION_AFTER)
    return None
