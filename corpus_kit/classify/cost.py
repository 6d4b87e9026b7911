"""What a classifier costs: the size of what it has learnt, and what its requests to a server came to."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any, Protocol, runtime_checkable

import numpy as np

_NUMBER_BYTES = 8
_NOT_LEARNT = (type, ModuleType, FunctionType, BuiltinFunctionType, MethodType, np.ufunc)


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What the answers that a classifier used came to when they were asked for, whether they are from a cache or not.

    Attributes:
        model: as it was asked for; several by name, with commas.
        requests: answers that were used; `cached` of them came from a cache.
        unmetered: answers whose server stated no tokens, or impossible ones.
        request_s: seconds of all requests; `slowest_s` those of the slowest.
        cost: by the prices that were given, in their currency; None without prices or with unmetered answers.
        abstained: segments that got no usable answer, and so the same probability for every label.
    """

    model: str
    requests: int = 0
    cached: int = 0
    unmetered: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    request_s: float = 0.0
    slowest_s: float = 0.0
    cost: float | None = None
    abstained: int = 0

    def describe(self) -> str:
        """The usage in one line."""
        tokens = f"{self.prompt_tokens + self.completion_tokens} tokens"
        unknown = f" and {self.unmetered} answers without a count" if self.unmetered else ""
        cost = "" if self.cost is None else f", cost {self.cost:.6g}"
        return (
            f"{self.requests} requests to {self.model} ({self.cached} from the cache), {tokens}{unknown}{cost}, "
            f"{self.request_s:.1f} s; {self.abstained} segments without a usable answer"
        )


@runtime_checkable
class Sized(Protocol):
    """A classifier that knows the size of what it has learnt."""

    def measure_bytes(self) -> int | None:
        """The bytes of everything that `predict` needs and `fit` or a model file gave; None where nobody can know."""


def add_usages(usages: Iterable[Usage | None]) -> Usage | None:
    """The usage of several classifiers in one; None where none has any."""
    found = [one for one in usages if one is not None]
    if not found:
        return None
    costs = [one.cost for one in found if one.cost is not None]
    return Usage(
        model=", ".join(sorted({one.model for one in found})),
        requests=sum(one.requests for one in found),
        cached=sum(one.cached for one in found),
        unmetered=sum(one.unmetered for one in found),
        prompt_tokens=sum(one.prompt_tokens for one in found),
        completion_tokens=sum(one.completion_tokens for one in found),
        request_s=sum(one.request_s for one in found),
        slowest_s=max(one.slowest_s for one in found),
        cost=sum(costs) if len(costs) == len(found) else None,
        abstained=sum(one.abstained for one in found),
    )


def measure_bytes(classifier: object) -> int | None:
    """The size of what a classifier holds, in bytes.

    What its own method `measure_bytes` says, if it has one. Else the sum over everything that its attributes lead to:
    each array's bytes once, and wherever they stand texts in UTF-8 and 8 for any other number. Code doesn't count, nor
    what an extension type hides. None where an answer of its own is not a whole number of bytes.
    """
    if isinstance(classifier, Sized):
        own = classifier.measure_bytes()
        return own if isinstance(own, int) and not isinstance(own, bool) and own >= 0 else None
    return sum(_list_sizes(classifier))


def _list_sizes(root: object) -> Iterable[int]:
    seen: set[int] = set()
    kept: list[object] = []  # a temporary object's id must not be given to another one
    waiting = [root]
    while waiting:
        found = waiting.pop()
        if found is None or isinstance(found, _NOT_LEARNT):
            continue
        if isinstance(found, str):
            yield len(found.encode("utf-8", "surrogatepass"))
        elif isinstance(found, bytes):
            yield len(found)
        elif isinstance(found, bool | int | float | complex | np.generic):
            yield _NUMBER_BYTES
        elif id(found) not in seen:
            seen.add(id(found))
            kept.append(found)
            if isinstance(found, np.ndarray):
                yield found.nbytes
            waiting.extend(_list_parts(found))


def _list_parts(found: Any) -> Iterable[object]:
    if isinstance(found, np.ndarray):
        return list(found.flat) if found.dtype.hasobject else ()
    if isinstance(found, Mapping):
        return [*found.keys(), *found.values()]
    if isinstance(found, list | tuple | AbstractSet):
        return list(found)
    slots = [name for kind in type(found).__mro__ for name in _list_slots(kind)]
    return [*getattr(found, "__dict__", {}).values(), *(getattr(found, name) for name in slots if hasattr(found, name))]


def _list_slots(kind: type) -> Iterable[str]:
    slots = vars(kind).get("__slots__", ())
    names = (slots,) if isinstance(slots, str) else tuple(slots)
    return [name for name in names if name not in ("__dict__", "__weakref__")]
