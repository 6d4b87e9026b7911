"""How fast the default model labels, beside scikit-learn's bare vectoriser and linear model; how its attributions do.

    python benchmarks/label.py [--segments 100000] [--json] [--out FILE]

- label: JSONL of articles to a silver release (reading, segments, features, labels, Parquet), segments per second;
- model: from segments to probabilities and attributions alone;
- bare: `TfidfVectorizer` of words and pairs with `LogisticRegression.predict_proba` on the same texts.

The articles are the composed ones, again and again until there are enough segments. Seconds are processor seconds of
one process, the least of rounds in which the contestants take turns. Then the default model on the five articles, which
it hasn't learnt from: labels, and attributions of the segments that have one.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from corpus_kit.build import assemble_corpus  # noqa: E402
from corpus_kit.classify.feature_model import FeatureModel  # noqa: E402
from corpus_kit.classify.silver import write_silver  # noqa: E402
from corpus_kit.classify.store import StoredModel  # noqa: E402
from corpus_kit.classify.train import load_default_model  # noqa: E402
from corpus_kit.corpus import load_corpus  # noqa: E402
from corpus_kit.model import Article, SegmentedArticle  # noqa: E402
from corpus_kit.segment import segment_article, segment_news  # noqa: E402

ROUNDS = 3
BATCH = 300
"""Articles that the model is given at once, about as many as `label` reads at a time."""


def measure_speed(stored: StoredModel, size: int) -> dict[str, Any]:
    """Segments per second, and the model's time in units of the bare one's."""
    assembly = assemble_corpus(load_corpus(ROOT / "seeds/composed"))
    own = [segment_article(article, segment_news) for article in assembly.articles]
    times = -(-size // sum(map(len, own)))
    articles = [
        SegmentedArticle(id=f"{article.id}-{i}", text=article.text, segments=segments)
        for i in range(times)
        for article, segments in zip(assembly.articles, own, strict=True)
    ]
    texts = [segment.text for article in articles for segment in article.segments]
    labels = [row["label"] for row in assembly.rows["sentences"]]
    predict_bare = fit_bare([segment.text for segments in own for segment in segments], labels)
    with tempfile.TemporaryDirectory() as folder:
        source = write_source(Path(folder, "articles.jsonl"), assembly.articles, times)
        contestants: dict[str, Callable[[int], object]] = {
            "label": lambda turn: write_silver([str(source)], Path(folder, f"silver-{turn}"), stored),
            "model": lambda _: judge_all(stored.model, articles),
            "bare": lambda _: predict_bare(texts),
        }
        seconds: dict[str, list[float]] = {name: [] for name in contestants}
        for turn in range(ROUNDS):
            for name, run in contestants.items():
                begin = time.process_time()
                run(turn)
                seconds[name].append(time.process_time() - begin)
    least = {name: min(own) for name, own in seconds.items()}
    return {
        "segments": len(texts),
        "segments_per_second": {name: len(texts) / least[name] for name in least},
        "model_to_bare": least["model"] / least["bare"],
    }


def write_source(path: Path, articles: tuple[Article, ...], times: int) -> Path:
    """The articles as JSON lines, as often as asked."""
    with path.open("w", encoding="utf-8") as file:
        for i in range(times):
            for article in articles:
                file.write(json.dumps({"id": f"{article.id}-{i}", "text": article.text}) + "\n")
    return path


def judge_all(model: FeatureModel, articles: list[SegmentedArticle]) -> None:
    """Label segments that are there already."""
    surfaces = model.make_surfaces()
    for begin in range(0, len(articles), BATCH):
        model.judge(articles[begin : begin + BATCH], surfaces)


def fit_bare(texts: list[str], labels: list[int]) -> Callable[[list[str]], object]:
    """What anyone would write with scikit-learn; texts are given to it in one piece."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    pipeline = make_pipeline(TfidfVectorizer(ngram_range=(1, 2), min_df=2), LogisticRegression(max_iter=1000))
    pipeline.fit(texts, labels)
    predict: Callable[[list[str]], object] = pipeline.predict_proba
    return predict


def measure_attributions(model: FeatureModel) -> dict[str, Any]:
    """Labels and attributions of the five articles: accuracy over those with one in gold, F1 and support of each."""
    from sklearn.metrics import accuracy_score, f1_score

    assembly = assemble_corpus(load_corpus(ROOT))
    articles = [
        SegmentedArticle(id=article.id, text=article.text, segments=segment_article(article, segment_news))
        for article in assembly.articles
    ]
    judged = model.judge(articles)
    said = dict(zip([own.id for article in articles for own in article.segments], judged.attributions, strict=True))
    names = assembly.corpus.scheme.attributions
    rows = [row for row in assembly.rows["sentences"] if row["attribution"] is not None]
    gold = [names[row["attribution"]] for row in rows]
    found = [said[row["id"]] or "" for row in rows]
    scores = f1_score(gold, found, labels=names, average=None, zero_division=0)
    return {
        "segments": len(rows),
        "accuracy": float(accuracy_score(gold, found)),
        "f1": {name: float(score) for name, score in zip(names, scores, strict=True)},
        "support": {name: gold.count(name) for name in names},
    }


def render(result: dict[str, Any]) -> str:
    """The figures in words."""
    speed, attributions = result["speed"], result["attributions"]
    rates = speed["segments_per_second"]
    names = attributions["f1"]
    return "\n".join(
        [
            "| what | segments per processor second |",
            "|---|---:|",
            f"| JSONL to a silver release | {rates['label']:,.0f} |",
            f"| the model alone | {rates['model']:,.0f} |",
            f"| scikit-learn's bare vectoriser and linear model | {rates['bare']:,.0f} |",
            "",
            f"The model takes {speed['model_to_bare']:.2f} times the bare one's time ({speed['segments']:,} segments).",
            "",
            f"| attribution | {' | '.join(names)} |",
            f"|---|{'---:|' * len(names)}",
            f"| F1 on the five articles | {' | '.join(f'{score:.3f}' for score in names.values())} |",
            f"| support | {' | '.join(str(n) for n in attributions['support'].values())} |",
            "",
            (
                f"Right for {attributions['accuracy']:.3f} of the {attributions['segments']} segments that have one;"
                " five articles are five clusters, so none of these figures is exact."
            ),
        ]
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--segments", type=int, default=100_000)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--out", type=Path, help="write the result to this file too")
    arguments = parser.parse_args()
    stored = load_default_model()
    result = {
        "speed": measure_speed(stored, arguments.segments),
        "attributions": measure_attributions(stored.model),
    }
    if arguments.out:
        arguments.out.write_text(json.dumps(result, indent=2) + "\n", "utf-8")
    print(json.dumps(result) if arguments.json else render(result))


if __name__ == "__main__":
    main()
