"""Where the program keeps its data, and where its own resources are."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from phi3desk.errors import UserError

HOME_VARIABLE = "PHI3DESK_HOME"


@dataclass(frozen=True)
class Paths:
    """All files of one installation's data; everything lies under `home`."""

    home: Path

    @property
    def catalog(self) -> Path:
        """SQLite file: documents, pages, passages, word index."""
        return self.home / "catalog.db"

    @property
    def vectors(self) -> Path:
        """Folder of the Chroma store."""
        return self.home / "chroma"

    @property
    def sheets(self) -> Path:
        """Folder of the tables of sheets; they are made from the documents again at any time."""
        return self.home / "sheets"

    @property
    def conversations(self) -> Path:
        """SQLite file: conversations and messages."""
        return self.home / "conversations.db"

    @property
    def comparisons(self) -> Path:
        """SQLite file: comparisons, their questions and answers."""
        return self.home / "comparisons.db"

    @property
    def sweeps(self) -> Path:
        """SQLite file: questions asked of every document, and the answers of each."""
        return self.home / "sweeps.db"

    @property
    def examples(self) -> Path:
        """SQLite file: answers the user judged, with their passages; kept when a conversation is deleted."""
        return self.home / "examples.db"

    @property
    def models(self) -> Path:
        """JSON file that lists the models the user added; the GGUF files stay where they are."""
        return self.home / "models.json"

    @property
    def measured(self) -> Path:
        """JSON file of what was measured of models on this machine; it is made again at any time."""
        return self.home / "measured.json"

    @property
    def model_files(self) -> Path:
        """Folder of the models that were downloaded, finished and unfinished; see `phi3desk.model.hub.journal`."""
        return self.home / "models"

    @property
    def embedder_list(self) -> Path:
        """JSON file that lists the folders of embedding models that the user added, and which one is the default."""
        return self.home / "embedders.json"

    @property
    def adapters(self) -> Path:
        """Folder of the adapters, each copied in under its own name."""
        return self.home / "adapters"

    @property
    def embedders(self) -> Path:
        """Folder of what is made of embedding models for this machine; it can be made again at any time."""
        return self.home / "embedders"

    @property
    def saved_states(self) -> Path:
        """Folder of what models have read of conversations, so that it need not be read again; see `model.llama`."""
        return self.home / "saved-states"

    @property
    def packs(self) -> Path:
        """Folder of the documents that came in packs, copies all of them; the rest of a pack goes where its kind is."""
        return self.home / "packs"

    @property
    def profiles(self) -> Path:
        """JSON file of the expert profiles."""
        return self.home / "profiles.json"

    @property
    def settings(self) -> Path:
        """JSON file of the settings that differ from their default."""
        return self.home / "settings.json"

    @property
    def logs(self) -> Path:
        """Folder of the rotating logs; they hold no text of documents, questions or answers."""
        return self.home / "logs"

    @property
    def backups(self) -> Path:
        """Folder of the copies of the files above that the program keeps by itself; see `phi3desk.backups`."""
        return self.home / "backups"

    @property
    def set_aside(self) -> Path:
        """Folder of what was damaged and had to make room; nothing in it is used or deleted by the program."""
        return self.home / "set-aside"

    @property
    def library_lock(self) -> Path:
        """Lock file: Chroma may be open in one process only."""
        return self.home / "library.lock"

    @property
    def library_door(self) -> Path:
        """File that tells commands how to reach the library worker of the window; see `workers.door`."""
        return self.home / "library.door"


def open_paths(home: str | os.PathLike[str] | None = None) -> Paths:
    """Return the data paths, with the folder made and readable by its owner only; a folder of others is refused.

    `home` wins over the environment's PHI3DESK_HOME, which wins over the platform's own place. Raises UserError where
    the folder cannot be used.
    """
    chosen = home or os.environ.get(HOME_VARIABLE) or platformdirs.user_data_path("phi3desk", appauthor=False)
    paths = Paths(Path(chosen).expanduser().resolve())
    try:
        _make_folders(paths)
    except OSError as error:
        raise UserError(
            "The folder for the data cannot be used: {problem}.", problem=error.strerror or str(error)
        ) from error
    return paths


def _make_folders(paths: Paths) -> None:
    if not paths.home.exists():
        paths.home.mkdir(parents=True, mode=0o700)
    elif not paths.home.is_dir():
        raise UserError("{path} is a file; the data need a folder.", path=str(paths.home))
    elif not paths.logs.exists() and any(paths.home.iterdir()):
        raise UserError(
            "{path} holds other things. Choose an empty or a new folder for the data, such as {inside}.",
            path=str(paths.home),
            inside=str(paths.home / "phi3desk"),
        )
    else:
        paths.home.chmod(0o700)
    for folder in (paths.adapters, paths.logs):
        folder.mkdir(exist_ok=True, mode=0o700)


def restrict_new_files() -> None:
    """Make every file this process writes readable by its owner only; call once at the start of a process."""
    os.umask(0o077)


def resource(*parts: str) -> Path:
    """Return a file or folder of the program's own resources, in a checkout as in an installed wheel."""
    package = Path(__file__).resolve().parent
    installed = package / "resources"
    root = installed if installed.is_dir() else package.parent / "resources"
    return root.joinpath(*parts)


def write_atomically(path: Path, text: str) -> None:
    """Replace a file's content in one step, through a temporary file beside it."""
    write_bytes_atomically(path, text.replace("\n", os.linesep).encode())


def write_bytes_atomically(path: Path, content: bytes) -> None:
    """Replace a file's content in one step, byte by byte as it is given."""
    temporary = path.with_name(path.name + ".new")
    try:
        with open(temporary, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        # what a full disk has left of it would only take room
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        if error.filename is None:
            error.filename = str(path)
        raise


def copies_of(file: Path) -> list[Path]:
    """Return what is in the folder of copies under a file's name; see `phi3desk.backups`."""
    try:
        return list((file.parent / "backups").glob(f"{file.stem}.*{file.suffix}"))
    except OSError:
        return []


def is_empty(database: Path) -> bool:
    """Return whether a database is gone, or has no byte and nothing in the log beside it."""
    return not any(_size(path) for path in (database, database.with_name(f"{database.name}-wal")))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def put_aside(path: Path) -> Path:
    """Give a file that cannot be read another name, a free one beside it, and return that; its own where it must stay.

    Nothing is thrown away by it.
    """
    aside, number = path.with_name(f"{path.name}.unreadable"), 2
    while aside.exists():
        aside, number = path.with_name(f"{path.name}.unreadable-{number}"), number + 1
    try:
        path.replace(aside)
    except OSError:
        return path
    return aside


def worker_command(name: str) -> list[str]:
    """Return the command that starts a worker of the given name (library, model, downloads, reader, vectors)."""
    return [sys.executable, "-m", "phi3desk", "--worker", name]


def worker_environment() -> dict[str, str]:
    """Return the environment of a worker process: this one's, in which the package is found from any folder."""
    root = str(Path(__file__).resolve().parent.parent)
    known = os.environ.get("PYTHONPATH", "")
    parts = [root, *[part for part in known.split(os.pathsep) if part and part != root]]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(parts), "PYTHONIOENCODING": "utf-8"}
