"""Rows to Arrow tables, from buffers: `pyarrow.array` on Python lists would import pandas."""

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_kit.columns import Column, make_arrow_schema

_NUMBERS = {"int32": np.int32, "int64": np.int64, "float64": np.float64, "class": np.int64}
Known = NDArray[np.bool_] | None
"""Per value whether there is one; None where all are there."""


def make_table(rows: Sequence[Mapping[str, Any]], columns: Sequence[Column]) -> pa.Table:
    """The rows as a table with the columns' schema; None becomes null."""
    return make_table_of_columns({column.name: [*map(itemgetter(column.name), rows)] for column in columns}, columns)


def make_table_of_columns(values: Mapping[str, Sequence[Any]], columns: Sequence[Column]) -> pa.Table:
    """The values of each column, by its name, as a table with the columns' schema; None becomes null."""
    schema = make_arrow_schema(columns)
    return pa.Table.from_arrays([_make_array(values[column.name], column) for column in columns], schema=schema)


def _make_array(values: Sequence[Any], column: Column) -> pa.Array:
    is_known = np.array([value is not None for value in values], dtype=np.bool_)
    if column.type == "string":
        return make_strings([b"" if value is None else value.encode("utf-8") for value in values], is_known)
    if column.type == "bool":
        return make_bools(np.array([bool(value) for value in values], dtype=np.bool_), is_known)
    data = np.array([0 if value is None else value for value in values], dtype=_NUMBERS[column.type])
    return make_numbers(data, is_known)


def make_strings(values: Sequence[bytes], is_known: Known = None) -> pa.Array:
    """Strings, given as UTF-8; null where one isn't known."""
    offsets = np.zeros(len(values) + 1, dtype=np.int32)
    np.cumsum(np.fromiter(map(len, values), dtype=np.int32, count=len(values)), out=offsets[1:])
    buffers = [_make_validity(is_known), pa.py_buffer(offsets), pa.py_buffer(b"".join(values))]
    return pa.Array.from_buffers(pa.string(), len(values), buffers)


def make_numbers(values: NDArray[Any], is_known: Known = None) -> pa.Array:
    """Numbers of the array's own type; null where one isn't known."""
    data = pa.py_buffer(np.ascontiguousarray(values))
    return pa.Array.from_buffers(pa.from_numpy_dtype(values.dtype), len(values), [_make_validity(is_known), data])


def make_bools(values: NDArray[np.bool_], is_known: Known = None) -> pa.Array:
    """Truth values; null where one isn't known."""
    bits = pa.py_buffer(np.packbits(values, bitorder="little"))
    return pa.Array.from_buffers(pa.bool_(), len(values), [_make_validity(is_known), bits])


def _make_validity(is_known: Known) -> pa.Buffer | None:
    if is_known is None or is_known.all():
        return None
    return pa.py_buffer(np.packbits(is_known, bitorder="little"))
