"""`transformer` from one model, sentence-transformers/all-MiniLM-L6-v2, in one pass over the training segments."""

from collections.abc import Sequence

from corpus_kit import TrainingOptions, TransformerClassifier

WEIGHTS = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
OPTIONS = TrainingOptions(epochs=1, batch_segments=32, learning_rate=5e-5, max_tokens=128)


class Classifier(TransformerClassifier):
    """Its folder is the one that CORPUS_KIT_TRANSFORMER names; other weights are refused."""

    version = "1"

    def __init__(self, labels: Sequence[str], seed: int = 0) -> None:
        super().__init__(labels, seed, weights_sha256=WEIGHTS, options=OPTIONS)
