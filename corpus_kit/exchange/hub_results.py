"""A result for a model's repository on the Hub: `.eval_results/*.yaml`, or the older `model-index`."""

from collections.abc import Mapping
from typing import Any

from corpus_kit.build.eval_task import EVAL_TASK
from corpus_kit.exchange.publication import (
    Publication,
    Result,
    Score,
    describe_score,
    describe_setting,
    list_scores,
)
from corpus_kit.exchange.task import EVALUATED_CONFIG, EVALUATED_SPLIT


def render_eval_results(result: Result, publication: Publication) -> Mapping[str, bytes]:
    """`.eval_results/<dataset>.yaml`. It has room for one value, which is the accuracy, as in the dataset's eval.yaml.

    Macro-F1, the intervals and what they rest on stand in the notes.
    """
    from huggingface_hub import EvalResultEntry, eval_result_entries_to_yaml

    record = result.record
    shown = [score for score in list_scores(record) if score.name in ("accuracy", "macro_f1")]
    entry = EvalResultEntry(
        dataset_id=publication.require_repo(),
        task_id=EVAL_TASK,
        value=next((score.value for score in shown if score.name == "accuracy"), None),
        dataset_revision=_name_revision(result, publication),
        notes=f"{'; '.join(map(describe_score, shown))}. {describe_setting(record)}",
    )
    return {f".eval_results/{record.dataset.name}.yaml": _dump(eval_result_entries_to_yaml([entry]))}


def render_model_index(result: Result, publication: Publication) -> Mapping[str, bytes]:
    """`model-index.yaml`: the block `model-index` for the front matter of a model's card, with every score."""
    from huggingface_hub import EvalResult
    from huggingface_hub.repocard_data import eval_results_to_model_index

    record, manifest = result.record, result.release.manifest
    results = [
        EvalResult(
            task_type="text-classification",
            dataset_type=publication.require_repo(),
            dataset_name=f"{manifest.name} {manifest.version}",
            dataset_config=EVALUATED_CONFIG,
            dataset_split=EVALUATED_SPLIT,
            dataset_revision=_name_revision(result, publication),
            metric_type=score.kind,
            metric_name=score.title,
            metric_value=score.value,
            metric_args={**_describe_interval(score), "setting": describe_setting(record)},
        )
        for score in list_scores(record)
    ]
    block = eval_results_to_model_index(publication.model.split("/")[1], results)
    return {"model-index.yaml": _dump({"model-index": block})}


def _describe_interval(score: Score) -> dict[str, Any]:
    entry = score.entry
    if entry.low is None or entry.high is None:
        return {"why_no_interval": entry.note}
    return {"interval_95": [entry.low, entry.high], "is_approximate": entry.approximate}


def _name_revision(result: Result, publication: Publication) -> str:
    return publication.revision or f"v{result.release.manifest.version}"


def _dump(value: Any) -> bytes:
    import yaml

    return yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=1000).encode("utf-8")
