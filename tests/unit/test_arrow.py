"""Tables from rows, against pyarrow's own."""

from typing import Any

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from corpus_kit.arrow import make_table
from corpus_kit.columns import Column, make_arrow_schema

COLUMNS = (
    Column("s", "string"),
    Column("i", "int32"),
    Column("l", "int64"),
    Column("f", "float64"),
    Column("b", "bool"),
    Column("c", "class", ("a", "b")),
)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "s": st.none() | TEXT,
            "i": st.none() | st.integers(-(2**31), 2**31 - 1),
            "l": st.none() | st.integers(-(2**63), 2**63 - 1),
            "b": st.none() | st.booleans(),
            "f": st.none() | st.floats(allow_nan=False),
            "c": st.none() | st.integers(0, 1),
        }
    ),
    max_size=20,
)


@given(ROWS)
def test_tables_are_those_of_pyarrow(rows: list[dict[str, Any]]) -> None:
    """Any rows, with nulls anywhere, give the table that `from_pylist` gives, metadata included."""
    table = make_table(rows, COLUMNS)
    table.validate(full=True)
    assert table.equals(pa.Table.from_pylist(rows, schema=make_arrow_schema(COLUMNS)), check_metadata=True)
