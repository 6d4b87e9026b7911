"""What a run cost, as its record holds it; the record's digest doesn't cover it."""

from typing import Annotated, Any

from pydantic import Field, model_validator

from corpus_kit.records import Record

Count = Annotated[int, Field(ge=0, le=2**53)]
Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class UsageEntry(Record):
    """What the answers of a server came to when they were asked for; null is "not known"."""

    model: str
    requests: Count
    cached: Count
    unmetered: Count
    prompt_tokens: Count
    completion_tokens: Count
    request_s: Seconds
    slowest_s: Seconds
    cost: Seconds | None
    abstained: Count


class Timing(Record):
    """What the run cost, not covered by the digest. Records of before sizes were measured may lack the last two.

    Attributes:
        fit_s: seconds by the wall clock, summed over folds; `predict_s` likewise.
        model_bytes: of the largest fold's classifier; null where nobody can know.
        usage: null unless a server was asked.
    """

    fit_s: Seconds
    predict_s: Seconds
    workers: int = Field(ge=1)
    model_bytes: Count | None
    usage: UsageEntry | None

    @model_validator(mode="before")
    @classmethod
    def _fill_unmeasured(cls, value: Any) -> Any:
        return {"model_bytes": None, "usage": None, **value} if isinstance(value, dict) else value
