"""`embeddings` with one encoder, sentence-transformers/all-MiniLM-L6-v2."""

from collections.abc import Sequence

from corpus_kit import EmbeddingClassifier

WEIGHTS = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


class Classifier(EmbeddingClassifier):
    """Its folder is the one that CORPUS_KIT_EMBEDDINGS names; other weights are refused."""

    version = "1"

    def __init__(self, labels: Sequence[str], seed: int = 0) -> None:
        super().__init__(labels, seed, weights_sha256=WEIGHTS)
