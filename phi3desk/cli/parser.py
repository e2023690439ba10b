"""What the command line understands."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import NoReturn

from phi3desk import __version__
from phi3desk.errors import UserError
from phi3desk.library.search.page_ranges import PageRanges, read_page_ranges
from phi3desk.model.types import STRONGEST, WEAKEST


class Parser(argparse.ArgumentParser):
    """A parser that says in one sentence what is wrong with the arguments, and exits with 2."""

    def error(self, message: str) -> NoReturn:
        """Print the sentence and exit."""
        sys.stderr.write(f"{self.prog}: {message}. See {self.prog} --help.\n")
        sys.exit(2)


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Return the parsed arguments; `command` is None where the window is wanted. Exits with 2 on wrong use."""
    parser = Parser(
        prog="phi3desk",
        description="Make Phi-3 an expert of your documents, on your own machine. Without a command the window opens.",
    )
    parser.add_argument("--version", action="version", version=f"phi3desk {__version__}")
    _add_home(parser, default=None)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=Parser)
    _add_library_commands(commands)
    _add_ask(commands)
    _add_verify(commands)
    _add_compare(commands)
    _add_sweep(commands)
    _add_model_commands(commands)
    doctor = commands.add_parser("doctor", help="versions, devices, folders, what is missing and how to mend it")
    doctor.add_argument("--check", action="store_true", help="look whether the library agrees with itself")
    doctor.add_argument("--repair", action="store_true", help="mend what does not agree")
    _add_common(doctor)
    _add_restore(commands)
    options = parser.parse_args(arguments)
    _check(parser, options)
    return options


_Commands = argparse._SubParsersAction
_WHICH = "catalogue, conversations, comparisons, sweeps, examples, profiles, settings or models"


def _add_home(parser: argparse.ArgumentParser, default: object) -> None:
    parser.add_argument("--home", metavar="DIR", type=_given, default=default, help="where all data is kept")


def _add_common(parser: argparse.ArgumentParser) -> None:
    _add_home(parser, default=argparse.SUPPRESS)
    parser.add_argument("--json", action="store_true", help="write JSON for other programs")


def _add_restore(commands: _Commands[Parser]) -> None:
    from phi3desk.backups import Kept

    restore = commands.add_parser("restore", help="list the copies of your data, or put one back in place of a file")
    restore.add_argument("which", nargs="?", choices=[kept.value for kept in Kept], metavar="WHICH", help=_WHICH)
    restore.add_argument("--list", action="store_true", help="list the copies and change nothing")
    restore.add_argument("--copy", type=_given, metavar="WHEN", help="this copy of the list; the newest unless given")
    restore.add_argument("--new", action="store_true", help="put no copy back: put the file aside and begin anew")
    _add_common(restore)


def _add_library_commands(commands: _Commands[Parser]) -> None:
    command = commands.add_parser("import", help="bind files and folders to the library and read what is new")
    command.add_argument("paths", nargs="+", metavar="PATH", help="a file or a folder")
    command.add_argument("--collection", type=_given, metavar="NAME", help="made where it does not exist")
    _add_common(command)

    command = commands.add_parser("sync", help="look what has changed in bound folders, and read it")
    command.add_argument("--collection", type=_given, metavar="NAME", help="this one only")
    _add_common(command)

    command = commands.add_parser("documents", help="list the documents with their states")
    command.add_argument("--collection", type=_given, metavar="NAME")
    _add_common(command)

    command = commands.add_parser("search", help="find passages")
    _add_questions(command)
    command.add_argument("-k", type=_positive, default=10, metavar="N", help="how many passages (10)")
    _add_scope(command)
    _add_common(command)


def _add_ask(commands: _Commands[Parser]) -> None:
    command = commands.add_parser("ask", help="answer questions from the documents")
    _add_questions(command)
    _add_scope(command)
    command.add_argument("--model", metavar="NAME", help="a model of `models list` in place of the one in use")
    command.add_argument("--profile", metavar="NAME", help="an expert of `profiles list` in place of the one in use")
    command.add_argument(
        "--adapter",
        type=_adapter,
        action="append",
        metavar="NAME=STRENGTH",
        dest="adapters",
        help="an adapter of `adapters list` beside the expert's, from 0 (without it) to 2; may be repeated",
    )
    _add_wait(command, "how long passages are read before the first word")
    command.add_argument("--ask-model", action="store_true", help="ask the model also where you corrected its answer")
    _add_dossier(command)
    _add_common(command)


def _add_wait(command: argparse.ArgumentParser, what: str) -> None:
    command.add_argument(
        "--wait",
        choices=("quick", "balanced", "thorough"),
        metavar="WAIT",
        help=f"{what}: quick (6 s), balanced (15 s) or thorough (a minute), in place of the setting",
    )


def _add_dossier(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--dossier",
        type=_given,
        metavar="FILE",
        help="write the answers, with the support of each sentence, their sources and pages, as .md, .docx or .pdf",
    )
    command.add_argument(
        "--pictures",
        choices=("none", "parts", "pages"),
        metavar="WHICH",
        default="parts",
        help="of a dossier: none, parts of the pages around the cited sentences, or whole pages (parts)",
    )


def _add_verify(commands: _Commands[Parser]) -> None:
    command = commands.add_parser("verify", help="check whether passages hold what claims say")
    command.add_argument(
        "--pairs",
        type=_given,
        metavar="FILE.jsonl",
        required=True,
        help='lines with "id", "passage", "claim" and "question", which may be empty',
    )
    command.add_argument(
        "--model", metavar="NAME", default="none", help="a model of `models list` that is asked, too (none)"
    )
    _add_common(command)


def _add_compare(commands: _Commands[Parser]) -> None:
    command = commands.add_parser("compare", help="answer questions in several ways and say which does better")
    command.add_argument(
        "--questions",
        type=_given,
        metavar="FILE.jsonl",
        required=True,
        help='lines with "question" and, where known, "id", "answers", "document", "pages", "answerable"',
    )
    command.add_argument(
        "--variants",
        type=_variants,
        metavar="LIST",
        default="alone,documents",
        help="alone, documents, adapter, both, profile:NAME; two or more with commas between (alone,documents)",
    )
    command.add_argument("--profile", metavar="NAME", help="the expert of alone, documents, adapter and both")
    command.add_argument("--model", metavar="NAME", help="a model of `models list` for every variant")
    command.add_argument("--collection", type=_given, metavar="NAME", help="search this collection in every variant")
    command.add_argument("--limit", type=_positive, metavar="N", help="the first questions only")
    command.add_argument("--csv", type=_given, metavar="FILE", help="write the answers as a table")
    command.add_argument("--html", type=_given, metavar="FILE", help="write figures, chart and answers as a page")
    _add_common(command)


def _add_sweep(commands: _Commands[Parser]) -> None:
    command = commands.add_parser("sweep", help="ask every document in turn, and make a table of the answers")
    command.add_argument("question", nargs="?", metavar="QUESTION")
    command.add_argument(
        "--questions", type=_given, metavar="FILE", help='one question to a line, or JSONL with "question" in each'
    )
    _add_documents(command)
    command.add_argument("--model", metavar="NAME", help="a model of `models list`; none: the documents' own sentences")
    command.add_argument("--profile", metavar="NAME", help="an expert of `profiles list` in place of the one in use")
    _add_wait(command, "how long each document is read at most")
    command.add_argument("--update", action="store_true", help="take up the last one, and ask only what is new")
    command.add_argument("--csv", type=_given, metavar="FILE", help="write the table as CSV")
    command.add_argument("--xlsx", type=_given, metavar="FILE", help="write the table for Excel, with links")
    command.add_argument("--docx", type=_given, metavar="FILE", help="write the table for Word, with links")
    _add_dossier(command)
    command.set_defaults(pages=())
    _add_common(command)


def _add_model_commands(commands: _Commands[Parser]) -> None:
    actions = _actions(commands, "embedders", "embedding models: what makes the search by meaning")
    add = _action(actions, "add", "look at a sentence-transformers model in a folder and list it; it stays where it is")
    add.add_argument("folder", type=_given, metavar="FOLDER")
    use = _action(actions, "use", "embed with this model from now on, and embed again what there is")
    use.add_argument("name", type=_given, metavar="NAME")
    use.add_argument("--collection", type=_given, metavar="NAME", help="this one only; all, and new ones, unless given")

    actions = _actions(commands, "models", "language models (GGUF)")
    add = _action(actions, "add", "check a GGUF file and add it; it stays where it is")
    add.add_argument("file", metavar="FILE")
    add.add_argument("--name", metavar="NAME", help="the file's stem unless given")
    available = _action(actions, "available", "list models that can be downloaded; goes online for a REPOSITORY only")
    available.add_argument(
        "repository", nargs="?", type=_given, metavar="REPOSITORY", help="list the models of this one"
    )
    download = _action(actions, "download", "download a model, or go on with it, check it and add it")
    download.add_argument("name", type=_given, metavar="NAME", help="of `models available`, or a repository OWNER/NAME")
    download.add_argument("--file", type=_given, metavar="FILE", help="this file of the repository")
    _action(actions, "found", "list the models that other programs on this computer hold")
    _action(actions, "use", "answer with this model from now on").add_argument("name", metavar="NAME")
    _action(actions, "remove", "forget a model; its file stays").add_argument("name", metavar="NAME")

    actions = _actions(commands, "adapters", "LoRA adapters (GGUF, or a folder as PEFT saves it)")
    add = _action(actions, "add", "check an adapter and copy it into the program's folder, as GGUF")
    add.add_argument("file", metavar="PATH")
    add.add_argument("--base", type=_given, metavar="NAME", help="the model of `models list` it was trained on")
    add.add_argument("--name", metavar="NAME", help="the stem of the file or folder unless given")
    check = _action(actions, "check", "say whether an adapter fits the model in use; nothing is kept")
    check.add_argument("file", metavar="FILE")
    check.add_argument("--base", type=_given, metavar="NAME", help="this model of `models list` instead")
    _action(actions, "remove", "delete an adapter from the program's folder").add_argument("name", metavar="NAME")

    actions = _actions(commands, "profiles", "expert profiles")
    _action(actions, "show", "show what an expert is made of").add_argument("name", metavar="NAME")
    _action(actions, "use", "answer as this expert from now on").add_argument("name", metavar="NAME")
    export = _action(actions, "export", "write an expert into one file (.phi3pack) for somebody else")
    export.add_argument("name", metavar="NAME")
    export.add_argument("file", type=_given, metavar="FILE")
    export.add_argument("--with-documents", action="store_true", help="with the files of its documents")
    export.add_argument("--with-index", action="store_true", help="with their index: nothing is embedded again")
    take = _action(actions, "import", "take in an expert that somebody else wrote into a file")
    take.add_argument("file", type=_given, metavar="FILE")


def _actions(commands: _Commands[Parser], name: str, says: str) -> _Commands[Parser]:
    command = commands.add_parser(name, help=says)
    actions = command.add_subparsers(dest="action", metavar="ACTION", required=True, parser_class=Parser)
    _action(actions, "list", f"list the {name}")
    return actions


def _action(actions: _Commands[Parser], name: str, says: str) -> argparse.ArgumentParser:
    action = actions.add_parser(name, help=says)
    _add_common(action)
    return action


def _add_questions(command: argparse.ArgumentParser) -> None:
    command.add_argument("question", nargs="?", metavar="QUESTION")
    command.add_argument(
        "--questions", type=_given, metavar="FILE.jsonl", help='lines with "id" and "question"; answers a line each'
    )
    command.add_argument(
        "--explain", action="store_true", help="tell how each passage was found, and why another was not taken"
    )


def _add_scope(command: argparse.ArgumentParser) -> None:
    _add_documents(command)
    command.add_argument("--pages", type=_pages, default=(), metavar="PAGES", help="search these pages only: 3-5,8")


def _add_documents(command: argparse.ArgumentParser) -> None:
    command.add_argument("--collection", type=_given, metavar="NAME", help="search this collection only")
    command.add_argument(
        "--document",
        type=_given,
        action="append",
        default=[],
        metavar="NAME",
        dest="documents",
        help="search this document only; may be repeated",
    )
    command.add_argument(
        "--folder",
        type=_given,
        action="append",
        default=[],
        metavar="FOLDER",
        dest="folders",
        help="search the documents of this folder only, by its path or name; may be repeated",
    )


def _pages(text: str) -> PageRanges:
    try:
        return read_page_ranges(text)
    except UserError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _given(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError("it is empty")
    return text


def _variants(text: str) -> str:
    from phi3desk.comparison.plan import KINDS, PROFILE

    for name in _given(text).split(","):
        if name.strip() not in KINDS and not name.strip().startswith(PROFILE):
            raise argparse.ArgumentTypeError(f"“{name.strip()}” is none of: {', '.join((*KINDS, PROFILE + 'NAME'))}")
    return text


def _positive(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError("a whole number from 1 on is needed")
    return int(text)


def _adapter(text: str) -> tuple[str, float]:
    name, equals, strength = text.rpartition("=")
    try:
        number = float(strength)
    except ValueError:
        number = -1.0
    if not equals or not name.strip() or not WEAKEST <= number <= STRONGEST:
        raise argparse.ArgumentTypeError("NAME=STRENGTH is needed, with a strength from 0 to 2")
    return name, number


def _check(parser: Parser, options: argparse.Namespace) -> None:
    if options.command in ("search", "ask", "sweep"):
        if (options.question is None) == (options.questions is None):
            parser.error(f"{options.command} needs either a question or --questions FILE.jsonl")
        if options.question is not None and not options.question.strip():
            parser.error("the question is empty")
    if options.command == "restore":
        chosen = options.new or options.copy is not None
        if options.which is None and chosen:
            parser.error("restore needs to know which file: " + _WHICH)
        if options.new and options.copy is not None:
            parser.error("restore takes either --copy or --new")
