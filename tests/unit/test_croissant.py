"""What `croissant.json` is made of: sections of the card, the dataset's keys, resources, record sets."""

import pytest
from pydantic import ValidationError

from corpus_kit.build.card import read_sections
from corpus_kit.build.croissant import CONTEXT, describe_dataset, list_record_sets, list_resources, select_tables
from corpus_kit.column_meanings import MEANINGS, describe_column
from corpus_kit.columns import define_columns
from corpus_kit.corpus import CorpusFile
from corpus_kit.labels import LabelScheme

CARD = """---
license: other
---
# Title

Before any section.

## Uses

For
this.

And `that`.

## Biases

<!-- Say whose view it has. -->

## Limitations
<!-- corpus-kit:counts -->
| 1 |
<!-- /corpus-kit:counts -->
### Small

Few.

## Uses

More.
"""


def make_scheme(attributions: tuple[str, ...] = ()) -> LabelScheme:
    """Two labels in an order that isn't the alphabet's."""
    return LabelScheme(
        labels=("b", "a"),
        attributions=attributions,
        allowed={"a": attributions, "b": ()},
        outside_prose=frozenset(),
        keys={},
    )


def make_file(**keys: object) -> CorpusFile:
    """A corpus.toml with the least that it may hold, and some keys."""
    least = {"name": "toy", "version": "1.0.0", "language": "en", "labels": {"names": ("b", "a")}}
    return CorpusFile.model_validate(least | keys, strict=False)


def test_a_section_is_its_prose() -> None:
    """Generated blocks and comments are left out, a paragraph is a line, equal headings are joined."""
    assert read_sections(CARD) == {"Uses": "For this.\nAnd `that`.\nMore.", "Limitations": "### Small\nFew."}


def test_a_card_without_sections_has_none() -> None:
    """Text before the first heading belongs to no section."""
    assert read_sections("# Title\n\nText.\n") == {}


def test_the_names_are_those_of_schema_org_with_https() -> None:
    """With http, as the specification prints it, mlcroissant doesn't recognise the dataset."""
    assert CONTEXT["@vocab"] == CONTEXT["sc"] == "https://schema.org/"


def test_what_the_corpus_doesnt_say_is_left_out() -> None:
    """Neither empty strings nor made-up values stand for a missing url, creator or date."""
    assert set(describe_dataset(make_file())) == {"name", "version", "license", "inLanguage"}


def test_a_citation_has_what_is_known() -> None:
    """Creators, year, title, version and page in one line."""
    known = describe_dataset(
        make_file(title="Toy", url="https://example.org/toy", creators=("A", "B"), published="2026-01-31")
    )
    assert known["citeAs"] == "A, B (2026). Toy, version 1.0.0. https://example.org/toy"
    assert known["alternateName"] == "Toy"
    assert known["creator"] == [{"@type": "sc:Organization", "name": name} for name in ("A", "B")]


@pytest.mark.parametrize(
    "keys",
    [{"published": "2026-02-30"}, {"published": "31.1.2026"}, {"url": "toy"}, {"url": ""}, {"creators": ("",)}],
)
def test_malformed_keys_are_refused(keys: dict[str, object]) -> None:
    """A day that doesn't exist, a page that is no URL and a nameless creator don't get into a release."""
    with pytest.raises(ValidationError):
        make_file(**keys)


@pytest.mark.parametrize("attributions", [(), ("none", "direct")])
def test_every_column_has_a_meaning(attributions: tuple[str, ...]) -> None:
    """No column is undescribed, and with attributions no meaning is without a column."""
    columns = {table: [c.name for c in own] for table, own in define_columns(make_scheme(attributions)).items()}
    assert all(describe_column(table, name) for table, names in columns.items() for name in names)
    if attributions:
        assert {table: set(names) for table, names in columns.items()} == {t: set(own) for t, own in MEANINGS.items()}


def test_labels_stand_in_the_order_of_the_scheme() -> None:
    """The enumeration's integers are the ClassLabel integers; without attributions there is no enumeration of them."""
    columns = define_columns(make_scheme())
    sets = list_record_sets(make_scheme(), columns, {"sentences": {"train": ["data/sentences/fold_0.parquet"]}})
    assert [node["@id"] for node in sets] == ["labels", "sentences/train"]
    assert sets[0]["data"] == [{"labels/id": 0, "labels/name": "b"}, {"labels/id": 1, "labels/name": "a"}]
    fields = {field["name"]: field for field in sets[1]["field"]}
    assert list(fields) == [column.name for column in columns["sentences"]]
    assert [name for name, field in fields.items() if "references" in field] == ["label"]
    assert fields["label"]["references"] == {"field": {"@id": "labels/id"}}


def test_only_whole_tables_have_record_sets() -> None:
    """Folds and `all_test` are lists of the same files, so they would describe the same rows again."""
    splits = {"train": ["f"]}
    configs = {"sentences": ("sentences", splits), "fold_0": ("sentences", splits), "all_test": ("sentences", splits)}
    assert select_tables(configs) == {"sentences": splits}


def test_a_file_set_names_its_split_and_a_file_its_hash() -> None:
    """A FileObject per file with its SHA-256, and a FileSet that isn't contained in anything."""
    path = "data/sentences/fold_0.parquet"
    file, file_set = list_resources({path: "0" * 64}, {"sentences": {"train": [path]}})
    assert (file["@id"], file["contentUrl"], file["sha256"]) == (path, path, "0" * 64)
    assert (file_set["@id"], file_set["includes"]) == ("files/sentences/train", [path])
    assert "containedIn" not in file_set
