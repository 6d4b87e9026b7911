"""Which model is asked, where, and how: from arguments, or from the environment's variables."""

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from math import isfinite
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from corpus_kit.classify.extras import import_extra
from corpus_kit.errors import ClassifierError

URL, MODEL, KEY = "CORPUS_KIT_LLM_URL", "CORPUS_KIT_LLM_MODEL", "CORPUS_KIT_LLM_KEY"
OFFLINE = "CORPUS_KIT_LLM_OFFLINE"
PROMPT_PRICE, COMPLETION_PRICE = "CORPUS_KIT_LLM_PROMPT_PRICE", "CORPUS_KIT_LLM_COMPLETION_PRICE"
CACHE = "CORPUS_KIT_CACHE"
_SAY_URL = f"Set {URL} to the part of the address before /chat/completions, such as http://127.0.0.1:8000/v1"


class Pace(NamedTuple):
    """How time passes: what waits a number of seconds, and what tells seconds since some moment."""

    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.perf_counter


REAL_PACE = Pace()


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where a model is.

    Attributes:
        url: what stands before `/chat/completions`; without name and password.
        key: the bearer token; empty where the server asks for none. It is in no message and no file.
    """

    url: str
    model: str
    key: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        """Refuse what can't be asked, or would carry a secret into messages."""
        if not self.model.strip():
            raise ClassifierError("no model is named", remedy=f"Set {MODEL}")
        try:
            parts = urlsplit(self.url)
            is_plain = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            is_plain = False
        if not is_plain or "@" in parts.netloc or parts.query or parts.fragment or not self.url.isprintable():
            raise ClassifierError("the endpoint's address is no plain http or https address", remedy=_SAY_URL)
        if not self.key.isascii() or not self.key.isprintable() or " " in self.key:
            raise ClassifierError("the key holds characters that no header takes", remedy=f"Correct {KEY}")


@dataclass(frozen=True, slots=True, kw_only=True)
class LLMOptions:
    """How a model is asked.

    Attributes:
        window_segments: for how many segments a request asks labels.
        context_segments: how many segments before and after those it shows.
        tries: how often the same segments are asked for where the answer gives them no label.
        attempts: how often a request is sent where it is not answered, or refused for now.
        timeout_s: for one attempt, from the first byte sent to the last received.
        max_answer_tokens: at most as long an answer is asked for.
        prompt_price: of a million tokens; None is not known. `completion_price` likewise.
        cache_dir: where answers are kept; None: `$CORPUS_KIT_CACHE`, else the user's cache folder.
        is_offline: whether only the cache answers.
    """

    window_segments: int = 25
    context_segments: int = 100
    tries: int = 3
    attempts: int = 6
    timeout_s: float = 120.0
    max_answer_tokens: int = 4096
    prompt_price: float | None = None
    completion_price: float | None = None
    cache_dir: Path | None = None
    is_offline: bool = False

    def __post_init__(self) -> None:
        """Refuse numbers that ask nothing."""
        least = {"window_segments": 1, "context_segments": 0, "tries": 1, "attempts": 1, "max_answer_tokens": 1}
        for name, number in least.items():
            if getattr(self, name) < number:
                raise ClassifierError(f"{name} is {getattr(self, name)}", remedy=f"It is at least {number}")
        for name in ("timeout_s", "prompt_price", "completion_price"):
            value = getattr(self, name)
            if value is not None and not (isfinite(value) and value >= 0):
                raise ClassifierError(f"{name} is {value}", remedy="It is a number, and not below 0")


def find_endpoint(environment: Mapping[str, str] = os.environ) -> Endpoint:
    """The endpoint that `CORPUS_KIT_LLM_URL`, `_MODEL` and `_KEY` name; a ClassifierError says which one is wanting.

    Offline the address may be absent.
    """
    url, model = environment.get(URL, ""), environment.get(MODEL, "")
    if not url and _is_set(environment, OFFLINE):
        url = "http://127.0.0.1"
    if not url:
        raise ClassifierError("no endpoint is named", remedy=f"{_SAY_URL}, and {MODEL} to the model's name there")
    return Endpoint(url=url, model=model, key=environment.get(KEY, ""))


def find_options(options: LLMOptions | None = None, environment: Mapping[str, str] = os.environ) -> LLMOptions:
    """The options with what the environment says of prices and offline mode where they say nothing."""
    given = options or LLMOptions()
    prompt_price, completion_price = given.prompt_price, given.completion_price
    return replace(
        given,
        prompt_price=_read_price(environment, PROMPT_PRICE) if prompt_price is None else prompt_price,
        completion_price=_read_price(environment, COMPLETION_PRICE) if completion_price is None else completion_price,
        is_offline=given.is_offline or _is_set(environment, OFFLINE),
    )


def find_cache(options: LLMOptions, environment: Mapping[str, str] = os.environ) -> Path:
    """The folder in which answers are kept."""
    named = options.cache_dir or environment.get(CACHE, "")
    if named:
        return Path(named) / "llm"
    return Path(import_extra("platformdirs", "llm").user_cache_path("corpus-kit")) / "llm"


def _is_set(environment: Mapping[str, str], name: str) -> bool:
    return environment.get(name, "") not in ("", "0")


def _read_price(environment: Mapping[str, str], name: str) -> float | None:
    text = environment.get(name, "")
    try:
        return float(text) if text else None
    except ValueError as e:
        raise ClassifierError(f"{name} is no number", remedy="State the price of a million tokens") from e
