"""What each column of a release means: the fields of croissant.json and the table in docs/release.md are made of it."""

from collections.abc import Mapping

_PLACE = {
    "article_id": "The article that it belongs to.",
    "start": "Where it begins in the article's text, in code points from 0.",
    "end": "Where it ends in the article's text, in code points, exclusive.",
    "fold": "The fold of its article; splits are sets of folds.",
}

MEANINGS: Mapping[str, Mapping[str, str]] = {
    "sentences": {
        **_PLACE,
        "id": "The article's id, 12 hexadecimal digits of the text's SHA-256, and which occurrence (from 1).",
        "position": "Which segment of the article it is, counted from 0.",
        "text": "Exactly what stands at `start` to `end` of the article's text.",
        "in_quotation": "Whether it begins inside a quotation that an earlier segment opened.",
        "label": "The label that holds, as an index into the scheme's labels.",
        "attribution": "Whose voice it is, as an index into the scheme's attributions; null for labels that have none.",
        "label_source": "`gold` (annotated) or `silver` (predicted).",
        "confidence": "Of a silver label, from 0 to 1; null for gold.",
        "annotators": "How many annotators gave a label.",
        "agreement": "The share of agreeing pairs of annotators, from 0 to 1; null below two annotators.",
        "duplicate_group": "The first segment of the group of those that recur in another fold; null if it doesn't.",
    },
    "articles": {
        "id": "The name of the article within the corpus.",
        "publisher": "Who published it; null where the page doesn't state it.",
        "title": "Its headline; null where the page doesn't state it.",
        "author": "Its byline; null where the page doesn't state it.",
        "published": "When it was published, as an ISO 8601 date or time; null where the page doesn't state it.",
        "url": "Where it was published; null where it isn't known.",
        "retrieved": "When it was retrieved, as an ISO 8601 date or time; null where it isn't known.",
        "license_note": "What holds for its text.",
        "origin": "`found`, or `composed` for the corpus.",
        "source": "The file or URL that it was read from; of a seed, relative to `seeds/`.",
        "record_offset": "Where its record begins in the unpacked file: bytes, or Parquet rows; null for a whole file.",
        "raw_sha256": "The SHA-256 of the record's bytes as read, in hexadecimal digits.",
        "encoding": "The encoding of those bytes.",
        "sha256": "The SHA-256 of its text's UTF-8 bytes, in hexadecimal digits.",
        "language": "The language of its text, as a BCP 47 tag.",
        "text": "Its whole text as found; offsets count its code points.",
        "fold": "The fold that it is in; splits are sets of folds.",
    },
    "annotations": {
        **_PLACE,
        "id": "The UUID of the annotator's last event on the span.",
        "segment_id": "The segment that it is about.",
        "annotator": "Who said it.",
        "action": "`label`, `skip` or `flag` (the segment itself is at fault).",
        "label": "The label that was given, as an index into the scheme's labels; null for other actions.",
        "attribution": "The attribution that was given, as an index into the scheme's attributions; null without one.",
        "guidelines": "The version of the guidelines under which it was said.",
        "time": "When it was said, in UTC, as an ISO 8601 time.",
        "note": "What the annotator added; empty without a note.",
    },
}
"""Per table and column, one sentence."""


def describe_column(table: str, name: str) -> str:
    """What a column means. Every column that `define_columns` defines has a meaning, which a test checks."""
    return MEANINGS[table][name]
