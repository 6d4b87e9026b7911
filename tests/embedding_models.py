"""Embedding models made on the spot: no network, no hub."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np


def make_static_model(
    folder: Path, texts: Iterable[str], *, dimensions: int = 48, vectors: Mapping[str, Sequence[float]] | None = None
) -> Path:
    """A model of model2vec of the words and marks of some texts, each with its vector, or else one drawn at random."""
    from model2vec import StaticModel
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.normalizers import Lowercase
    from tokenizers.pre_tokenizers import Whitespace

    splitter = Whitespace()
    words = sorted({word for text in texts for word, _ in splitter.pre_tokenize_str(text.lower())})
    tokenizer = Tokenizer(WordLevel({word: i for i, word in enumerate(["[UNK]", *words])}, unk_token="[UNK]"))
    tokenizer.normalizer, tokenizer.pre_tokenizer = Lowercase(), splitter  # type: ignore[assignment]
    table = np.random.default_rng(0).standard_normal((len(words) + 1, dimensions)).astype(np.float32)
    for i, word in enumerate(words, 1):
        table[i] = (vectors or {}).get(word, table[i])
    StaticModel(table, tokenizer).save_pretrained(folder)
    return folder
