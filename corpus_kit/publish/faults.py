"""What can go wrong between here and the Hub becomes one HubError, without a token in it."""

import logging
import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from corpus_kit.errors import HubError

PAUSES_S = (1.0, 3.0, 9.0)
"""How long to wait before each new attempt after a fault that may pass."""

_TRANSIENT = frozenset({408, 425, 429, 500, 502, 503, 504})
_LOG_IN = "Log in with `hf auth login`, or set HF_TOKEN to a token that may write there"
_AGAIN = "Run the command again: it goes on from what is there"
_REACH = "See that HF_ENDPOINT (if it is set) and HF_TOKEN are right and the Hub can be reached; then run it again"
_DISK = "See that the folder is writable and the disk has room"
_REMEDIES = {
    401: _LOG_IN,
    403: _LOG_IN,
    404: "See that the name is right; a private repository needs a token: `hf auth login`, or HF_TOKEN",
    429: f"Wait some minutes. {_AGAIN}",
}
_SECRETS = re.compile(r"hf_[A-Za-z0-9]{8,}|(?<=bearer )[^\s'\",;)]+", re.IGNORECASE)
_USERINFO = re.compile(r"(?<=://)[^/\s@]+@")
_QUERY = re.compile(r"(://[^\s?'\"]+\?)[^\s'\"]+")
_MAX_CHARS = 300
_OURS = frozenset({"LocalProtocolError", "UnsupportedProtocol", "ProxyError", "TooManyRedirects"})
"""Errors of the HTTP client that no new attempt helps with."""

T = TypeVar("T")


def mask_secrets(text: str, token: str | None = None) -> str:
    """A text on one line without tokens, passwords in URLs and queries of URLs (which sign them), shortened."""
    for secret in (token, *(part for part in (token or "").split() if len(part) >= 6)):
        if secret:
            text = text.replace(secret, "***")
    text = _SECRETS.sub("***", " ".join(text.split()))
    text = _QUERY.sub(r"\1***", _USERINFO.sub("***@", text))
    return text if len(text) <= _MAX_CHARS else text[: _MAX_CHARS - 1] + "…"


def repeat_on_fault(act: Callable[[], T], wait: Callable[[float], object]) -> T:
    """Do something again after a fault that may pass, with a pause before each new attempt; else its HubError."""
    for pause in PAUSES_S:
        try:
            return act()
        except HubError as e:
            if not e.is_transient:
                raise
            wait(pause)
    return act()


@contextmanager
def convert_faults(repo_id: str, doing: str, *, token: str | None, is_upload: bool = False) -> Iterator[None]:
    """Turn what huggingface_hub and the network raise into a HubError; huggingface_hub itself prints nothing.

    `doing` completes "can't …". An upload that was refused as malformed counts as one that was cut short on its way.
    """
    errors = (OSError, ValueError, RuntimeError, KeyError, TypeError, AttributeError, _find_network_error())
    try:
        with _keep_quiet():
            yield
    except errors as e:
        raise _make_error(e, repo_id, doing, token=token, is_upload=is_upload) from None


def _make_error(error: Exception, repo_id: str, doing: str, *, token: str | None, is_upload: bool) -> HubError:
    from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled

    causes = list(_follow_causes(error))
    if any(isinstance(own, OfflineModeIsEnabled) for own in causes):
        what, remedy = "offline mode is on, and what a cache holds is not trusted", "Unset HF_HUB_OFFLINE"
        return HubError(f"can't {doing}: {what}", path=repo_id, remedy=remedy)
    shown = next((own for own in causes if isinstance(own, _find_network_error())), causes[0])
    status = shown.response.status_code if isinstance(shown, HfHubHTTPError) else None
    is_cut = is_upload and status in (400, 422)
    is_transient = is_cut or status in _TRANSIENT or (status is None and _is_passing(shown))
    return HubError(
        f"can't {doing} ({mask_secrets(f'{type(shown).__name__}: {shown}', token)})",
        path=repo_id,
        remedy=_choose_remedy(shown) if status is None else _REMEDIES.get(status, _AGAIN if is_transient else ""),
        status=status,
        is_transient=is_transient,
    )


def _choose_remedy(error: BaseException) -> str:
    """What to do about an error without an answer; one with an error number that isn't the network's is the disk's."""
    is_of_network = isinstance(error, (_find_network_error(), ConnectionError, TimeoutError))
    return _DISK if isinstance(error, OSError) and error.errno and not is_of_network else _REACH


def _is_passing(error: BaseException) -> bool:
    """Whether an error without an answer is the network's: a file system's has an error number and a path."""
    if isinstance(error, _find_network_error()):
        return type(error).__name__ not in _OURS
    is_cut_download = isinstance(error, OSError) and error.errno is None
    return is_cut_download or isinstance(error, (ConnectionError, TimeoutError))


def _find_network_error() -> type[Exception]:
    """The root of what the HTTP client raises, whichever client huggingface_hub has."""
    from huggingface_hub.errors import HfHubHTTPError

    return next(base for base in HfHubHTTPError.__mro__ if base.__name__ == "HTTPError")


def _follow_causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error and what it came from."""
    while error is not None:
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


@contextmanager
def _keep_quiet() -> Iterator[None]:
    """huggingface_hub's bars, log lines (which name signed URLs) and warnings are off; afterwards as they were."""
    from huggingface_hub.utils import logging as hub_logging
    from huggingface_hub.utils.tqdm import are_progress_bars_disabled, disable_progress_bars, enable_progress_bars

    level, were_disabled = hub_logging.get_verbosity(), are_progress_bars_disabled()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        disable_progress_bars()
        hub_logging.set_verbosity(logging.CRITICAL)
        try:
            yield
        finally:
            hub_logging.set_verbosity(level)
            if not were_disabled:
                enable_progress_bars()
