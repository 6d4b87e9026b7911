"""A result as Every Eval Ever takes it: JSON after its schema 0.3.0, with a line per segment if texts may go out.

https://github.com/evaleval/every_eval_ever; the schema's copy that the tests validate against is in
`tests/golden/every_eval_ever/`.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from corpus_kit.annotate.intervals import LEVEL_FRACTION
from corpus_kit.canonical import hash_bytes, hash_text, to_canonical_json, to_pretty_json
from corpus_kit.exchange.publication import Publication, Result, Score, describe_setting, list_scores
from corpus_kit.exchange.task import EVALUATED_CONFIG, EVALUATED_SPLIT

SCHEMA_VERSION = "0.3.0"
_UNKNOWN = "unknown"


def render_every_eval_ever(result: Result, publication: Publication) -> Mapping[str, bytes]:
    """`data/<dataset>/<org>/<model>/<uuid>.json` and, with samples, `<uuid>_samples.jsonl` beside it.

    Asks for `time` and `evaluator`. The UUID is made from the predictions and the record's id, so that the same result
    has the same name. A score that isn't known is left out.
    """
    record = result.record
    id_ = f"{record.dataset.name}/{publication.model}/{publication.count_seconds()}"
    uuid = UUID(bytes=bytes.fromhex(hash_text(f"{id_} {record.predictions_sha256}"))[:16], version=4)
    stem = f"data/{record.dataset.name}/{publication.model}/{uuid}"
    document = {
        "schema_version": SCHEMA_VERSION,
        "evaluation_id": id_,
        "retrieved_timestamp": publication.count_seconds(),
        "source_metadata": {
            "source_type": "evaluation_run",
            "source_organization_name": publication.require_evaluator(),
            "evaluator_relationship": "other",
        },
        "eval_library": {"name": "corpus-kit", "version": record.versions.get("corpus-kit", _UNKNOWN)},
        "model_info": _describe_model(result, publication),
        "evaluation_results": [_describe_result(score, result, publication) for score in list_scores(record)],
    }
    if not publication.samples:
        return {f"{stem}.json": to_pretty_json(document).encode("utf-8")}
    lines = [to_canonical_json(sample) + "\n" for sample in _list_samples(result, publication, id_)]
    samples = "".join(lines).encode("utf-8")
    document["detailed_evaluation_results"] = {
        "format": "jsonl",
        "file_path": f"{stem}_samples.jsonl",
        "hash_algorithm": "sha256",
        "checksum": hash_bytes(samples),
        "total_rows": len(lines),
    }
    return {f"{stem}.json": to_pretty_json(document).encode("utf-8"), f"{stem}_samples.jsonl": samples}


def _describe_model(result: Result, publication: Publication) -> dict[str, Any]:
    """Nothing is known here of how a model is deployed; what a result states of its system stands in the details."""
    system = result.record.system
    return {
        "name": system.name,
        "id": publication.model,
        "developer": publication.model.split("/")[0],
        "additional_details": {
            "deployment_type": _UNKNOWN,
            "model_availability": _UNKNOWN,
            "version": system.version,
            "source_sha256": system.source_sha256 or _UNKNOWN,
            "is_trained_on_this_dataset": str(system.is_trained).lower(),
        },
    }


def _describe_result(score: Score, result: Result, publication: Publication) -> dict[str, Any]:
    return {
        "evaluation_result_id": score.name,
        "evaluation_name": f"{result.record.dataset.name}: {score.title}",
        "source_data": _describe_source(result, publication),
        "metric_config": {
            "metric_id": score.name,
            "metric_name": score.title,
            "metric_kind": score.kind,
            "metric_unit": "proportion",
            "lower_is_better": False,
            "score_type": "continuous",
            "min_score": 0.0,
            "max_score": 1.0,
        },
        "score_details": {
            "score": score.value,
            "details": {
                "setting": describe_setting(result.record),
                "interval_is_approximate": str(score.entry.approximate).lower(),
                "why_no_interval": score.entry.note,
            },
            **_describe_uncertainty(score),
        },
    }


def _describe_uncertainty(score: Score) -> dict[str, Any]:
    """Standard error and interval, counted over articles; nothing where there is no interval."""
    entry = score.entry
    if entry.se is None or entry.low is None or entry.high is None:
        return {}
    return {
        "uncertainty": {
            "standard_error": {"value": entry.se, "method": entry.method},
            "confidence_interval": {
                "lower": entry.low,
                "upper": entry.high,
                "confidence_level": LEVEL_FRACTION,
                "method": entry.method,
            },
            "num_samples": entry.df + 1,
        }
    }


def _describe_source(result: Result, publication: Publication) -> dict[str, Any]:
    dataset = result.record.dataset
    details = {"version": dataset.version, "digest": dataset.digest, "config": EVALUATED_CONFIG}
    if publication.repo is None:
        return {"dataset_name": dataset.name, "source_type": "other", "additional_details": details}
    return {
        "dataset_name": dataset.name,
        "source_type": "hf_dataset",
        "hf_repo": publication.repo,
        "hf_split": EVALUATED_SPLIT,
        "samples_number": result.record.counts.segments,
        "additional_details": {**details, "revision": publication.revision or f"v{dataset.version}"},
    }


def _list_samples(result: Result, publication: Publication, id_: str) -> Iterator[dict[str, Any]]:
    """A line per segment of the release in its order, linked to the accuracy; one without a prediction is wrong."""
    said = {one.id: one.label for one in result.predictions}
    title = next(score.title for score in list_scores(result.record) if score.name == "accuracy")
    for labelled in result.release.articles:
        for segment, label in zip(labelled.article.segments, labelled.labels, strict=True):
            answer = said.get(segment.id)
            content = {"raw": segment.text, "reference": [label]}
            yield {
                "schema_version": SCHEMA_VERSION,
                "evaluation_id": id_,
                "model_id": publication.model,
                "evaluation_name": f"{result.record.dataset.name}: {title}",
                "evaluation_result_id": "accuracy",
                "sample_id": segment.id,
                "sample_hash": hash_text(_write_hashed(content)),
                "interaction_type": "single_turn",
                "input": {**content, "choices": list(result.record.labels)},
                "output": {"raw": [] if answer is None else [answer]},
                "answer_attribution": [] if answer is None else [_attribute(answer)],
                "evaluation": {"score": float(answer == label), "is_correct": answer == label},
                "metadata": {"article_id": segment.article_id, "fold": str(labelled.fold)},
            }


def _attribute(answer: str) -> dict[str, Any]:
    return {
        "turn_idx": 0,
        "source": "output.raw",
        "extracted_value": answer,
        "extraction_method": "exact_match",
        "is_terminal": True,
    }


def _write_hashed(content: Mapping[str, Any]) -> str:
    """What the schema's own adapters hash: JSON in ASCII with sorted keys and no spaces."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"))
