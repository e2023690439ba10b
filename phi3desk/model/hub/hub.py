"""A Hugging Face hub, or a mirror of one: what a repository holds, and the bytes of its files.

The only module that opens a connection to the internet. It is used where the person asked for a download, or for the
list of a repository, and nowhere else.
"""

from __future__ import annotations

import importlib
import ipaddress
import json
import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import cache
from typing import Any, TypeVar
from urllib.parse import urlsplit

from phi3desk import __version__
from phi3desk.errors import UserError
from phi3desk.model.hub.listing import models_of
from phi3desk.model.hub.types import RemoteFile, Repository

log = logging.getLogger(__name__)

ADDRESS = "https://huggingface.co"
#: the environment variable by which the hub's own tools are pointed to another address
ADDRESS_VARIABLE = "HF_ENDPOINT"
#: seconds without a byte after which a connection counts as cut
SILENCE = 10.0
#: the branch that a repository is read from where no commit is asked for
BRANCH = "main"
#: what keeps the library from telling anybody anything, and from fetching in ways that cannot be resumed here
_QUIET = {
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_UPDATE_CHECK": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1",
    "HF_HUB_DISABLE_XET": "1",
}
_TRUE = frozenset({"1", "on", "yes", "true"})
_OFF = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")

Result = TypeVar("Result")


class Interrupted(Exception):
    """The connection was cut, fell silent, or the hub asks for patience; worth trying again after `seconds`."""

    def __init__(self, seconds: float = 0.0) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Hub:
    """The hub at an address; raises UserError for an address that cannot be used, and where going online is off.

    Redirects to other hosts are followed over https alone. The person's token goes to the hub it was made for and to
    no other host, a mirror that is set in this program least of all.
    """

    def __init__(self, address: str = "", silence: float = SILENCE) -> None:
        own = (os.environ.get(ADDRESS_VARIABLE) or ADDRESS).rstrip("/")
        self.address = _checked(address) if address.strip() else _checked(own)
        if any(os.environ.get(name, "").casefold() in _TRUE for name in _OFF):
            raise UserError(
                "Nothing is fetched: {variable} is set on this computer, which forbids it. Unset it, then try again.",
                variable=next(name for name in _OFF if os.environ.get(name, "").casefold() in _TRUE),
            )
        self._silence = silence
        self._library = _library()
        with _setting_client:
            _set_client()
        _hold_the_logs_back()
        self._token: str | bool = False
        if self.address in (own, ADDRESS):
            self._token = self._library.get_token() or False

    @property
    def host(self) -> str:
        """The hub's host, as a person is told of it."""
        return urlsplit(self.address).netloc

    def repository(self, name: str, commit: str = BRANCH) -> Repository:
        """Return what a repository (`owner/name`) holds at a commit.

        Raises UserError where there is none or it is not open, and Interrupted where the connection fails.
        """

        def ask() -> Any:
            api = self._library.HfApi(endpoint=self.address, library_name="phi3desk", library_version=__version__)
            return api.model_info(name, revision=commit, files_metadata=True, timeout=self._silence, token=self._token)

        info = self._asked(ask, name)
        try:
            files = [
                RemoteFile(str(file.rfilename), int(file.lfs.size), str(file.lfs.sha256).lower())
                for file in info.siblings or ()
                if file.lfs is not None
            ]
            licences = [tag.removeprefix("license:") for tag in info.tags or () if tag.startswith("license:")]
            return Repository(name, str(info.sha or commit), ", ".join(licences), models_of(files))
        except (AttributeError, TypeError, ValueError) as error:
            raise self._no_hub() from error

    @contextmanager
    def bytes_of(
        self, repository: str, commit: str, file: RemoteFile, start: int
    ) -> Iterator[tuple[int, Iterator[bytes]]]:
        """Give where the bytes of a file begin that the hub sends, at `start` or at 0, and the bytes themselves.

        Raises UserError where the file is refused or is not the one that the hub told of, and Interrupted where the
        connection fails, also while the bytes are read.
        """
        url = self._library.hf_hub_url(repository, file.name, revision=commit, endpoint=self.address)
        headers = self._library.utils.build_hf_headers(
            token=self._token, library_name="phi3desk", library_version=__version__
        )
        headers |= {"Accept-Encoding": "identity"} | ({"Range": f"bytes={start}-"} if start else {})
        with self._cuts(repository):
            session = self._library.get_session()
            with session.stream("GET", url, headers=headers, timeout=self._silence) as response:
                if response.status_code not in (200, 206):
                    raise self._refusal(response, repository, file.name)
                begin = self._begin_of(response, file, start)
                yield begin, response.iter_raw()

    def _begin_of(self, response: Any, file: RemoteFile, start: int) -> int:
        """Return where what is sent begins; UserError where it is not the file that was announced."""
        headers = response.headers
        begin, whole = 0, headers.get("Content-Length", "")
        if response.status_code == 206:
            said, _, whole = headers.get("Content-Range", "").removeprefix("bytes ").partition("/")
            begin = int(first) if (first := said.partition("-")[0]).isdigit() else -1
        if begin not in (0, start) or headers.get("Content-Encoding", "identity") != "identity":
            raise self._no_hub()
        if whole.isdigit() and int(whole) != file.size:
            raise UserError(
                "{host} sends {sent} bytes for “{file}” and had told of {told}. None of them is kept. Try again later.",
                host=self.host,
                file=file.name,
                sent=int(whole),
                told=file.size,
            )
        return begin

    def _asked(self, ask: Callable[[], Result], repository: str) -> Result:
        """Return what the hub answers; a token that it does not know is left out from then on."""
        try:
            with self._cuts(repository):
                return ask()
        except Closed:
            if not self._token:
                raise
            self._token = False
            return self._asked(ask, repository)
        except (json.JSONDecodeError, TypeError, KeyError) as error:
            raise self._no_hub() from error

    @contextmanager
    def _cuts(self, repository: str) -> Iterator[None]:
        """Tell what the HTTP library raises as UserError or Interrupted."""
        errors = self._library.errors
        asking = _asking.set(self)
        try:
            yield
        except errors.HfHubHTTPError as error:
            raise self._refusal(error.response, repository, "") from error
        except (errors.HFValidationError, errors.FileMetadataError) as error:
            raise self._no_hub() from error
        except _request_error() as error:
            log.info("the connection to the hub failed: %s", type(error).__name__)
            raise Interrupted from error
        finally:
            _asking.reset(asking)

    def _refusal(self, response: Any, repository: str, file: str) -> Exception:
        """Return what to tell of an answer that is a refusal; Interrupted where it is worth trying again."""
        status = int(response.status_code)
        code = response.headers.get("X-Error-Code", "")
        if status in (408, 425, 429) or status >= 500:
            return Interrupted(_seconds(response.headers.get("Retry-After", "")))
        if code == "GatedRepo":
            return UserError(
                "“{repository}” is given only to people who agreed to its terms. Open its page on {host} in a browser "
                "and agree there, sign in on this computer with `hf auth login`, then try again. Or choose another "
                "repository.",
                repository=repository,
                host=self.host,
            )
        if status == 404 and (file or code in ("EntryNotFound", "RevisionNotFound")):
            return Gone(
                "“{repository}” does not hold “{file}” any more. Look at the list of its files again.",
                repository=repository,
                file=file or repository,
            )
        if status in (401, 403, 404):
            return Closed(
                "{host} shows no repository “{repository}”: there is none of that name, or it is open to some people "
                "only. Check the name. For one that is closed, sign in on this computer with `hf auth login`, then try "
                "again.",
                host=self.host,
                repository=repository,
            )
        return UserError(
            "{host} refused with the number {status}. Try again later, or set another address on the Settings page.",
            host=self.host,
            status=status,
        )

    def _no_hub(self) -> UserError:
        return UserError(
            "{host} does not answer as a Hugging Face hub does. Check the address on the Settings page, and whether "
            "this network lets you through without signing in.",
            host=self.host,
        )

    def guard(self, request: Any) -> None:
        """Look at each request before it leaves, those of redirects too."""
        target, own = urlsplit(str(request.url)), urlsplit(self.address)
        local = is_loopback(own.hostname or "") and is_loopback(target.hostname or "")
        if target.scheme != "https" and not local:
            raise UserError(
                "{host} leads to an address without encryption ({target}), so nothing was fetched. Try another "
                "address on the Settings page.",
                host=self.host,
                target=f"{target.scheme}://{target.netloc}",
            )
        if (target.scheme, target.netloc) != (own.scheme, own.netloc):
            request.headers.pop("authorization", None)


#: the hub that a thread asks just now: the library has one HTTP client for all of them
_asking: ContextVar[Hub | None] = ContextVar("asking", default=None)
_setting_client = threading.Lock()


class Gone(UserError):
    """A file or a commit that the hub knew is not there any more."""


class Closed(UserError):
    """A repository that the hub shows to nobody, or not to this person."""


def is_loopback(host: str) -> bool:
    """Tell whether a host is this computer itself."""
    if host == "localhost":
        return True
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return False


def _checked(address: str) -> str:
    try:
        parts = urlsplit(address.strip().rstrip("/"))
        usable = bool(parts.hostname) and not parts.query and not parts.fragment and "@" not in parts.netloc
        _ = parts.port
    except ValueError:
        usable = False
    if not usable or (parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or ""))):
        raise UserError(
            "“{address}” cannot be used to download models: an address that begins with https:// is needed. Change it "
            "on the Settings page.",
            address=address.strip(),
        )
    return parts.geturl()


def _seconds(text: str) -> float:
    return float(text) if text.strip().isdigit() else 0.0


@cache
def _library() -> Any:
    """Import huggingface_hub, told beforehand to keep quiet: it reads its environment while it is imported."""
    os.environ.update(_QUIET)
    library = importlib.import_module("huggingface_hub")
    for name in ("constants", "errors", "utils"):
        importlib.import_module(f"huggingface_hub.{name}")
    # whoever imported it before may have told it nothing
    library.constants.HF_HUB_DISABLE_TELEMETRY = True
    return library


@cache
def _client_kind() -> Any:
    """Return the class of the HTTP client that the library works with: httpx's, or its successor's, by version."""
    return type(_library().get_session())


@cache
def _set_client() -> None:
    """Have the library work with a client that looks at each request; to set another would cut what is under way."""
    kind = _client_kind()

    def guard(request: Any) -> None:
        hub = _asking.get()
        if hub is not None:
            hub.guard(request)

    _library().set_client_factory(
        lambda: kind(event_hooks={"request": [guard]}, follow_redirects=True, timeout=SILENCE)
    )


@cache
def _request_error() -> type[Exception]:
    """Return what that client raises where a connection fails, and where redirects lead round in a circle."""
    found: type[Exception] = importlib.import_module(_client_package()).RequestError
    return found


def _client_package() -> str:
    return str(_client_kind().__module__).partition(".")[0]


@cache
def _hold_the_logs_back() -> None:
    """Keep addresses out of the log: one that the hub leads to holds a signature that opens the file to anybody."""
    package = _client_package()
    for name in (package, package.replace("httpx", "httpcore"), "huggingface_hub"):
        logging.getLogger(name).setLevel(logging.WARNING)
