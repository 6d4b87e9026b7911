"""What a server said becomes an answer, and an answer labels with probabilities; what is no label is left out."""

import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from math import exp, isfinite
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpus_kit.classify.llm.cache import Answer, Token
from corpus_kit.classify.llm.transport import HTTPAnswer, Unreadable
from corpus_kit.records import load_json

UNSTATED = 0.05
"""The probability that the labels that were not said share, where the server gives none."""
MOST_TOKENS = 10**6
_FENCE = re.compile(r"```(?:json)?[ \t]*\n(.*)\n```", re.DOTALL)
_PAIR = re.compile(r'"((?:[^"\\]|\\.)*)"\s*:\s*"((?:[^"\\]|\\.)*)"')


def read_answer(found: HTTPAnswer, body: Mapping[str, Any], key: str) -> Answer:
    """A chat completion as an answer; Unreadable where it is something else. Too large a one has no content."""
    if found.data is None:
        return _make_answer(key, found, said="the answer is too large")
    try:
        completion = read_json(found.data.decode("utf-8"))
        message = completion["choices"][0]["message"]
        content = message.get("content")
        logprobs = completion["choices"][0].get("logprobs")
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as e:
        raise Unreadable from e
    prompt, completed = _read_usage(completion.get("usage"), body)
    is_text = isinstance(content, str)
    return _make_answer(key, found).model_copy(
        update={
            "content": content if is_text else None,
            "said": "" if is_text else str(message.get("refusal") or "the answer has no content")[:300],
            "tokens": _read_tokens(logprobs) if is_text else [],
            "model": str(completion.get("model") or "")[:200],
            "prompt_tokens": prompt,
            "completion_tokens": completed,
        }
    )


def make_filtered(found: HTTPAnswer, said: str, key: str) -> Answer:
    """The answer to a request that a filter of contents stopped: it has none."""
    return _make_answer(key, found, said=said)


def _make_answer(key: str, found: HTTPAnswer, *, said: str = "") -> Answer:
    return Answer(
        format="corpus-kit/llm-answer/1",
        key=key,
        content=None,
        said=said,
        tokens=[],
        model="",
        prompt_tokens=None,
        completion_tokens=None,
        seconds=round(found.seconds, 3),
    )


def read_json(text: str) -> Any:
    """The value of a JSON text; a ValueError for anything else, and for NaN and the infinities."""
    return load_json(text, parse_constant=_refuse_constant)


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def _read_usage(usage: Any, body: Mapping[str, Any]) -> tuple[int | None, int | None]:
    """The tokens of prompt and answer, each where it is possible: no token of a prompt is shorter than a byte."""
    stated = usage if isinstance(usage, dict) else {}
    most = {
        "prompt_tokens": len(json.dumps(body, ensure_ascii=False).encode()),
        "completion_tokens": body.get("max_tokens", MOST_TOKENS),
    }
    found = [
        value
        if isinstance(value := stated.get(name), int) and not isinstance(value, bool) and 0 <= value <= n
        else None
        for name, n in most.items()
    ]
    return found[0], found[1]


def _read_tokens(logprobs: Any) -> list[Token]:
    """The tokens with what was likely in their place; none where any of it isn't as the protocol has it."""
    try:
        return [
            Token(
                text=_read_bytes(one).decode("latin-1"),
                likely={_read_bytes(own).decode("latin-1"): _read_logprob(own) for own in one["top_logprobs"]},
            )
            for one in logprobs["content"]
        ]
    except (ValueError, KeyError, TypeError):
        return []


def _read_bytes(token: Mapping[str, Any]) -> bytes:
    """A token may be part of a character, which only its bytes tell."""
    own = token.get("bytes")
    return bytes(own) if isinstance(own, list) else str(token["token"]).encode("utf-8")


def _read_logprob(token: Mapping[str, Any]) -> float:
    value = float(token["logprob"])
    if not isfinite(value) or value > 1e-6:
        raise ValueError("no logarithm of a probability")
    return value


class Said(NamedTuple):
    """A label that an answer gives, and the row of probabilities; `is_stated` where these are the server's."""

    label: str
    row: NDArray[np.float64]
    is_stated: bool


def read_labels(answer: Answer, wanted: Sequence[int], labels: Sequence[str]) -> dict[int, Said]:
    """The labels that an answer gives the segments that were asked for, by number.

    The content is a JSON object, alone or in one fence of three backticks. Of its entries those count whose key is a
    number that was asked for and whose value is a label, letter for letter; everything else is left out.
    """
    content = (answer.content or "").strip()
    fenced = _FENCE.fullmatch(content)
    try:
        said = read_json(fenced[1] if fenced else content)
    except ValueError:
        return {}
    if not isinstance(said, dict):
        return {}
    given = {n: said[str(n)] for n in wanted if isinstance(said.get(str(n)), str) and said[str(n)] in labels}
    stated = dict(_find_rows(answer, labels))
    found = {}
    for number, label in given.items():
        row = stated.get(str(number))
        is_stated = row is not None and labels[int(np.argmax(row))] == label
        found[number] = Said(label, row if row is not None and is_stated else make_row(label, labels), is_stated)
    return found


def make_row(label: str | None, labels: Sequence[str]) -> NDArray[np.float64]:
    """Probabilities where nobody states any: 1 - .05 for the label that was said; all alike where none was."""
    if label is None:
        return np.full(len(labels), 1 / len(labels))
    row = np.full(len(labels), UNSTATED / (len(labels) - 1))
    row[labels.index(label)] = 1 - UNSTATED
    return row


def _find_rows(answer: Answer, labels: Sequence[str]) -> Iterator[tuple[str, NDArray[np.float64]]]:
    """Per key of the answer's object the labels' probabilities, by the token in which its value begins."""
    content = (answer.content or "").encode("utf-8")
    parts = [token.text.encode("latin-1") for token in answer.tokens]
    if not parts or b"".join(parts) != content:
        return
    starts = [0, *accumulate(len(part) for part in parts)]
    for pair in _PAIR.finditer(answer.content or ""):
        begin = len((answer.content or "")[: pair.start(2)].encode("utf-8"))
        place = bisect_right(starts, begin) - 1
        lead = parts[place][: begin - starts[place]] if place < len(parts) else b""
        row = _weigh_labels(answer.tokens[place], lead, labels) if place < len(parts) else None
        if row is not None:
            yield pair[1], row


def _weigh_labels(token: Token, lead: bytes, labels: Sequence[str]) -> NDArray[np.float64] | None:
    """The labels' shares in what was likely in a token's place after `lead`; None where a token fits several labels."""
    row = np.zeros(len(labels))
    for text, logprob in token.likely.items():
        data = text.encode("latin-1")
        rest = data[len(lead) :]
        if not data.startswith(lead) or not rest:
            continue
        closed = [f'{label}"'.encode() for label in labels]
        fitting = [i for i, name in enumerate(closed) if name.startswith(rest) or rest.startswith(name)]
        if len(fitting) > 1:
            return None
        for i in fitting:
            row[i] += exp(logprob)
    total = row.sum()
    return row / total if total > 0 else None
