"""The loop that fine-tunes: AdamW, a rate that rises and falls in a line, and an early stop if one is asked for."""

import copy
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpus_kit.errors import ClassifierError

_LONGEST_GRADIENT = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingOptions:
    """How a transformer is trained.

    Attributes:
        max_tokens: of a segment with its neighbours; the longer of the two texts is cut first.
        warmup_fraction: the share of steps in which the rate rises.
        is_balanced: whether a class weighs inversely to its frequency.
        held_out_fraction: the share of the training folds that is held out to stop by; 0 trains on all to the end.
        patience: after so many epochs without a smaller held-out loss training stops; the best epoch is kept.
    """

    epochs: int = 4
    batch_segments: int = 16
    learning_rate: float = 3e-5
    weight_decay: float = 0.01
    warmup_fraction: float = 0.1
    max_tokens: int = 256
    is_balanced: bool = True
    held_out_fraction: float = 0.0
    patience: int = 2

    def __post_init__(self) -> None:
        """Refuse what trains nothing."""
        for name in ("epochs", "batch_segments", "max_tokens", "patience"):
            if getattr(self, name) < 1:
                raise ClassifierError(f"{name} is {getattr(self, name)}", remedy="It is at least 1")
        for name in ("warmup_fraction", "held_out_fraction"):
            if not 0 <= getattr(self, name) < 1:
                raise ClassifierError(f"{name} is {getattr(self, name)}", remedy="It is at least 0 and below 1")


class Batch(NamedTuple):
    """Some segments: per segment the tokenizer's columns; the classes by number, if known; and what pads columns."""

    inputs: list[dict[str, list[int]]]
    targets: list[int] | None
    pad: Callable[..., Any]


@contextmanager
def use_seed(seed: int) -> Iterator[None]:
    """Deterministic algorithms and a seeded generator inside; outside everything is as it was."""
    import torch

    was_deterministic = torch.are_deterministic_algorithms_enabled()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        torch.use_deterministic_algorithms(True)
        try:
            yield
        finally:
            torch.use_deterministic_algorithms(was_deterministic)


def train(model: Any, articles: Sequence[Batch], groups: Sequence[int], *, options: TrainingOptions, seed: int) -> None:
    """Train a model in place on the segments of articles; `groups` has the fold of each article."""
    import torch

    held_out = _choose_held_out(groups, options.held_out_fraction, seed)
    training = join_batches([own for own, group in zip(articles, groups, strict=True) if group not in held_out])
    watched = join_batches([own for own, group in zip(articles, groups, strict=True) if group in held_out])
    random = np.random.default_rng(seed)
    weights = _weigh_classes(training, model.config.num_labels) if options.is_balanced else None
    loss_of = torch.nn.CrossEntropyLoss(weight=weights)
    optimizer = torch.optim.AdamW(model.parameters(), lr=options.learning_rate, weight_decay=options.weight_decay)
    steps = options.epochs * -(-len(training.inputs) // options.batch_segments)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, make_schedule(steps, options.warmup_fraction))
    best, state, worse = float("inf"), None, 0
    for _ in range(options.epochs):
        model.train()
        for part in _cut(training, random.permutation(len(training.inputs)), options.batch_segments):
            optimizer.zero_grad()
            loss_of(model(**_pad(part)).logits, torch.tensor(part.targets)).backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), _LONGEST_GRADIENT)
            optimizer.step()
            schedule.step()
        if watched.inputs:
            loss = _measure_loss(model, watched, options)
            best, state, worse = (loss, _copy_state(model), 0) if loss < best else (best, state, worse + 1)
            if worse >= options.patience:
                break
    if state is not None:
        model.load_state_dict(state)
    model.eval()


def make_schedule(steps: int, warmup_fraction: float) -> Callable[[int], float]:
    """The factor of the learning rate at each step from 0: up in a line to 1, then down in a line towards 0."""
    warmup = int(steps * warmup_fraction)

    def find_factor(step: int) -> float:
        return (step + 1) / (warmup + 1) if step < warmup else max(0.0, (steps - step) / max(1, steps - warmup))

    return find_factor


def predict_batches(model: Any, batch: Batch, options: TrainingOptions) -> NDArray[np.float64]:
    """Probabilities of shape (segments, classes)."""
    import torch

    model.eval()
    found = []
    with torch.inference_mode():
        for part in _cut(batch, range(len(batch.inputs)), options.batch_segments):
            found.append(torch.softmax(model(**_pad(part)).logits.double(), dim=1).numpy())
    return np.concatenate(found)


def join_batches(batches: Sequence[Batch]) -> Batch:
    """Several articles' segments in one."""
    targets = [target for own in batches for target in own.targets or ()]
    return Batch([row for own in batches for row in own.inputs], targets, batches[0].pad if batches else dict)


def _choose_held_out(groups: Sequence[int], fraction: float, seed: int) -> frozenset[int]:
    """Whole folds, so that nothing of an article is on both sides; none where there is but one fold."""
    names = sorted(set(groups))
    if not fraction or len(names) < 2:
        return frozenset()
    number = min(len(names) - 1, max(1, round(fraction * len(names))))
    return frozenset(np.random.default_rng(seed).permutation(names)[:number].tolist())


def _weigh_classes(batch: Batch, classes: int) -> Any:
    import torch

    counts = np.bincount(batch.targets or [], minlength=classes)
    return torch.tensor(len(batch.inputs) / (classes * np.maximum(counts, 1)), dtype=torch.float32)


def _cut(batch: Batch, order: Sequence[int] | NDArray[np.int64], size: int) -> Iterator[Batch]:
    for begin in range(0, len(order), size):
        own = [int(i) for i in order[begin : begin + size]]
        targets = None if batch.targets is None else [batch.targets[i] for i in own]
        yield Batch([batch.inputs[i] for i in own], targets, batch.pad)


def _pad(batch: Batch) -> Any:
    columns = {name: [row[name] for row in batch.inputs] for name in batch.inputs[0]}
    return batch.pad(columns, return_tensors="pt")


def _measure_loss(model: Any, watched: Batch, options: TrainingOptions) -> float:
    """The mean logarithmic loss on what is held out."""
    rows = predict_batches(model, watched, options)
    return float(-np.log(np.maximum(rows[np.arange(len(rows)), watched.targets or []], 1e-12)).mean())


def _copy_state(model: Any) -> dict[str, Any]:
    return copy.deepcopy(model.state_dict())
