"""Rows to Arrow tables, from buffers: `pyarrow.array` on Python lists would import pandas."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from corpus_kit.columns import Column, make_arrow_schema

_NUMBERS = {"int32": np.int32, "int64": np.int64, "float64": np.float64, "class": np.int64}


def make_table(rows: Sequence[Mapping[str, Any]], columns: Sequence[Column]) -> pa.Table:
    """The rows as a table with the columns' schema; None becomes null."""
    return make_table_of_columns({column.name: [row[column.name] for row in rows] for column in columns}, columns)


def make_table_of_columns(values: Mapping[str, Sequence[Any]], columns: Sequence[Column]) -> pa.Table:
    """The values of each column, by its name, as a table with the columns' schema; None becomes null."""
    schema = make_arrow_schema(columns)
    arrays = [_make_array(values[column.name], column, schema.field(column.name).type) for column in columns]
    return pa.Table.from_arrays(arrays, schema=schema)


def _make_array(values: Sequence[Any], column: Column, type_: pa.DataType) -> pa.Array:
    if column.type == "string":
        return _make_strings(values)
    if column.type == "bool":
        bits = pa.py_buffer(np.packbits(np.array([bool(value) for value in values], dtype=np.bool_), bitorder="little"))
        return pa.Array.from_buffers(type_, len(values), [_make_validity(values), bits])
    return _make_numbers(values, type_, _NUMBERS[column.type])


def _make_strings(values: Sequence[str | None]) -> pa.Array:
    encoded = [b"" if value is None else value.encode("utf-8") for value in values]
    offsets = np.zeros(len(values) + 1, dtype=np.int32)
    np.cumsum([len(value) for value in encoded], out=offsets[1:])
    buffers = [_make_validity(values), pa.py_buffer(offsets), pa.py_buffer(b"".join(encoded))]
    return pa.Array.from_buffers(pa.string(), len(values), buffers)


def _make_numbers(values: Sequence[float | None], type_: pa.DataType, dtype: type[Any]) -> pa.Array:
    data = np.array([0 if value is None else value for value in values], dtype=dtype)
    return pa.Array.from_buffers(type_, len(values), [_make_validity(values), pa.py_buffer(data)])


def _make_validity(values: Sequence[object]) -> pa.Buffer | None:
    if all(value is not None for value in values):
        return None
    return pa.py_buffer(np.packbits([value is not None for value in values], bitorder="little"))
