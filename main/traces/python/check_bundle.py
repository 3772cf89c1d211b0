"""Opens a trace with a reader that knows nothing of Interlinear, and prints what it found as JSON.

    python check_bundle.py pandas|polars|duckdb|safetensors BUNDLE

Nothing is converted or configured on the way in: the point is that the files open unaided.
"""

import json
import math
import sys
from pathlib import Path


def plain(value):
    """Numbers, text, lists and null, whatever the reader wraps them in. JSON has no infinity."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, (list, tuple)):
        return [plain(element) for element in value]
    if isinstance(value, float):
        if math.isnan(value):
            return None
        if math.isinf(value):
            return "inf" if value > 0 else "-inf"
    return None if type(value).__name__ in ("NAType", "NaTType") else value


def tables(bundle, read):
    return {name: read(str(bundle / f"{name}.parquet")) for name in ("steps", "branches")}


def with_pandas(bundle):
    import pandas

    def read(path):
        frame = pandas.read_parquet(path)
        types = {name: str(kind) for name, kind in frame.dtypes.items()}
        return {"types": types, "rows": [{name: plain(value) for name, value in row.items()} for row in frame.to_dict("records")]}

    return tables(bundle, read)


def with_polars(bundle):
    import polars

    def read(path):
        frame = polars.read_parquet(path)
        types = {name: str(kind) for name, kind in frame.schema.items()}
        return {"types": types, "rows": [{name: plain(value) for name, value in row.items()} for row in frame.to_dicts()]}

    return tables(bundle, read)


def with_duckdb(bundle):
    import duckdb

    def read(path):
        result = duckdb.sql(f"select * from '{path}'")
        types = {name: str(kind) for name, kind in zip(result.columns, result.types)}
        return {"types": types, "rows": [dict(zip(result.columns, plain(row))) for row in result.fetchall()]}

    return tables(bundle, read)


def with_safetensors(bundle):
    from safetensors.numpy import load_file

    tensors = load_file(str(bundle / "tensors.safetensors"))
    return {
        name: {"type": str(tensor.dtype), "shape": list(tensor.shape), "values": plain(tensor.astype("float64").ravel())}
        for name, tensor in tensors.items()
    }


if __name__ == "__main__":
    readers = {"pandas": with_pandas, "polars": with_polars, "duckdb": with_duckdb, "safetensors": with_safetensors}
    json.dump(readers[sys.argv[1]](Path(sys.argv[2])), sys.stdout)
