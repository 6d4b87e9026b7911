"""The card of a release of silver labels: how they came about and what they are not."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import yaml

from corpus_kit.classify.store import TrainedOn
from corpus_kit.columns import Column, make_feature_list


class Labeller(NamedTuple):
    """What the card says of the model."""

    name: str
    language: str
    trained_on: TrainedOn


def render_silver_card(counts: Mapping[str, Any], labeller: Labeller, columns: Sequence[Column]) -> str:
    """Markdown with the front matter that `datasets` reads the two configs from."""
    front = {
        "language": [labeller.language.partition("-")[0]],
        "configs": [
            {
                "config_name": table,
                "data_files": [{"split": "train", "path": f"data/{table}/*.parquet"}],
                **({"default": True} if table == "sentences" else {}),
            }
            for table in ("sentences", "articles")
        ],
        "dataset_info": [{"config_name": "sentences", "features": make_feature_list(columns)}],
    }
    rows = [f"| {label} | {n} |" for label, n in counts["labels"].items()]
    learnt = labeller.trained_on
    return "\n".join(
        [
            "---",
            yaml.safe_dump(front, sort_keys=False, allow_unicode=True).rstrip(),
            "---",
            "# Silver labels",
            "",
            (
                f"{counts['segments']} segments of {counts['articles']} articles, labelled by the model"
                f" `{labeller.name}`, which learnt from {learnt.name} {learnt.version} ({learnt.segments} segments of"
                f" {learnt.articles} articles). No person has looked at these labels."
            ),
            "",
            "| label | segments |",
            "|---|---:|",
            *rows,
            f"| none: the model abstains | {counts['abstained']} |",
            "",
            f"A label is given where its probability is at least {counts['min_confidence']}. {_describe_error(counts)}",
            "The probabilities of all labels are in the columns `p_…`, and `uncertainty` is their entropy from 0 to 1.",
            "",
        ]
    )


def _describe_error(counts: Mapping[str, Any]) -> str:
    if counts["expected_error"] is None:
        return "What share of them is wrong isn't known: the model has no held-out predictions as certain as that."
    return (
        f"Of segments like those that it learnt from, an expected {counts['expected_error']:.1%} of the accepted are"
        f" wrong (calibrated confidence) and {counts['held_out_error']:.1%} were, in articles that were held out;"
        " on other kinds of text it may be more."
    )
