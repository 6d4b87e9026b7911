"""Embedding models made on the spot: no network, no hub."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np


def make_static_model(folder: Path, texts: Iterable[str], *, dimensions: int = 48) -> Path:
    """A model of model2vec of the words and marks of some texts, each with a vector drawn at random."""
    from model2vec import StaticModel
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.normalizers import Lowercase
    from tokenizers.pre_tokenizers import Whitespace

    splitter = Whitespace()
    words = sorted({word for text in texts for word, _ in splitter.pre_tokenize_str(text.lower())})
    tokenizer = Tokenizer(WordLevel({word: i for i, word in enumerate(["[UNK]", *words])}, unk_token="[UNK]"))
    tokenizer.normalizer, tokenizer.pre_tokenizer = Lowercase(), splitter  # type: ignore[assignment]
    vectors = np.random.default_rng(0).standard_normal((len(words) + 1, dimensions)).astype(np.float32)
    StaticModel(vectors, tokenizer).save_pretrained(folder)
    return folder
