"""How fast articles become segments, beside what the machine and other pipelines can do, and how much memory it takes.

    python benchmarks/build.py [--mb 200] [--memory 20,200,2000] [--json] [--out benchmarks/results/build.json]

Each pipeline runs in a process of its own, alone, on one JSONL file of news text; times are processor seconds of that
process with all its threads, start-up and imports left out. The input is made from the folder in CORPUS_KIT_TEST_DATA
(or, without it, from this repository's seeds): paragraphs drawn at random with a fixed seed.

- corpus-kit: JSONL to Parquet of segments and articles, as `corpus-kit segment --out` does it.
- limit: JSONL to Parquet of whole articles by the bare libraries, which no pipeline can beat: the faster of pyarrow's
  JSON reader and the standard library's.
- pysbd: `datasets.map` with pysbd. spacy: the sentencizer, then Parquet. Both on less text, as they take long; one
  that isn't installed is named.
"""

import argparse
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[1]
ROUNDS = 3
SHARES = {"corpus-kit": 1.0, "limit": 1.0, "limit-pyarrow": 1.0, "spacy": 0.05, "pysbd": 0.003}


def list_paragraphs() -> list[str]:
    """Every line of the test data's news texts, or of the seeds."""
    folder = os.environ.get("CORPUS_KIT_TEST_DATA")
    texts = [path.read_text("utf-8") for path in sorted((REPOSITORY / "seeds/articles").glob("*.txt"))]
    for name in ("sentseg_gum_wikinews_b", "sentseg_pud_news", "sentseg_ewt_web_b") if folder else ():
        lines = Path(folder or "", f"{name}.jsonl").read_text("utf-8").splitlines()
        texts += [json.loads(line)["text"] for line in lines]
    return [line for text in texts for line in text.split("\n") if line.strip()]


def write_input(path: Path, megabytes: float) -> None:
    """JSONL of that many megabytes of text: articles of 5 to 30 paragraphs."""
    rng = random.Random(0)
    paragraphs = list_paragraphs()
    written = number = 0
    with path.open("w", encoding="utf-8") as file:
        while written < megabytes * 1e6:
            text = "\n\n".join(rng.choices(paragraphs, k=rng.randint(5, 30)))
            file.write(json.dumps({"id": f"a{number}", "text": text}, ensure_ascii=False) + "\n")
            written += len(text.encode())
            number += 1


def run_corpus_kit(source: Path, out: Path) -> None:
    """The library call behind `corpus-kit segment SOURCE --out DIR`."""
    from corpus_kit.build import stream_segments

    stream_segments([str(source)], out / "segments")


def run_limit(source: Path, out: Path) -> None:
    """The standard library's JSON, then pyarrow, batch by batch."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([("id", pa.string()), ("text", pa.string())])
    with source.open("rb") as file, pq.ParquetWriter(out / "articles.parquet", schema, compression="zstd") as writer:
        rows: list[Any] = []
        for line in file:
            rows.append(json.loads(line))
            if len(rows) == 2000:
                writer.write_batch(pa.RecordBatch.from_pylist(rows, schema=schema))
                rows = []
        writer.write_batch(pa.RecordBatch.from_pylist(rows, schema=schema))


def run_limit_pyarrow(source: Path, out: Path) -> None:
    """The JSON reader of pyarrow, block by block."""
    import pyarrow as pa
    import pyarrow.json as pj
    import pyarrow.parquet as pq

    schema = pa.schema([("id", pa.string()), ("text", pa.string())])
    with pq.ParquetWriter(out / "articles.parquet", schema, compression="zstd", compression_level=1) as writer:
        for batch in pj.open_json(source, read_options=pj.ReadOptions(use_threads=False, block_size=1 << 22)):
            writer.write_batch(batch)


def run_pysbd(source: Path, out: Path) -> None:
    """What a notebook would do: `datasets.map` with pysbd's segmenter, then Parquet."""
    import datasets
    import pysbd

    segmenter = pysbd.Segmenter(language="en", clean=False, char_span=True)

    def cut(row: dict[str, Any]) -> dict[str, Any]:
        spans = [span for line in row["text"].split("\n") if line for span in segmenter.segment(line)]
        return {"sentences": [span.sent for span in spans], "starts": [span.start for span in spans]}

    data = datasets.Dataset.from_json(str(source), cache_dir=str(out / "cache"))
    data.map(cut).to_parquet(str(out / "sentences.parquet"))


def run_spacy(source: Path, out: Path) -> None:
    """The sentencizer of spaCy on whole articles, then Parquet."""
    import pyarrow as pa
    import pyarrow.parquet as pq
    import spacy

    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    with source.open("rb") as file:
        rows = [json.loads(line) for line in file]
    texts = ((row["text"], row["id"]) for row in rows)
    found = [
        {"id": id_, "start": sent.start_char, "end": sent.end_char, "text": sent.text}
        for doc, id_ in nlp.pipe(texts, as_tuples=True)
        for sent in doc.sents
    ]
    pq.write_table(pa.Table.from_pylist(found), out / "sentences.parquet", compression="zstd")


PIPELINES: dict[str, Callable[[Path, Path], None]] = {
    "corpus-kit": run_corpus_kit,
    "limit": run_limit,
    "limit-pyarrow": run_limit_pyarrow,
    "spacy": run_spacy,
    "pysbd": run_pysbd,
}


def run_alone(name: str, source: Path) -> dict[str, float] | None:
    """One pipeline in a process of its own: processor seconds and peak megabytes; None if it isn't installed."""
    command = [sys.executable, __file__, "--only", name, "--source", str(source)]
    environment = {**os.environ, "HF_DATASETS_DISABLE_PROGRESS_BARS": "1", "ARROW_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if "ModuleNotFoundError" in done.stderr:
        return None
    if done.returncode:
        raise SystemExit(done.stderr)
    measured: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return measured


def measure_here(name: str, source: Path) -> None:
    """Run a pipeline in this process and print what it took; a first, tiny run leaves imports out of the figure."""
    with tempfile.TemporaryDirectory() as folder:
        tiny = Path(folder, "tiny.jsonl")
        write_input(tiny, 0.02)
        for part in ("warm", "real"):
            Path(folder, part).mkdir()
        PIPELINES[name](tiny, Path(folder, "warm"))
        begin = time.process_time()
        PIPELINES[name](source, Path(folder, "real"))
        seconds = time.process_time() - begin
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "peak_mb": peak}))


def compare_speed(folder: Path, megabytes: float) -> dict[str, Any]:
    """MB/s of each pipeline, the median of rounds in which all of them take turns."""
    sources = {}
    for name, share in SHARES.items():
        size = megabytes * share
        sources[name] = folder / f"{size}.jsonl"
        if not sources[name].exists():
            write_input(sources[name], size)
    speeds: dict[str, list[float]] = {name: [] for name in SHARES}
    missing = []
    for _ in range(ROUNDS):
        for name, share in SHARES.items():
            measured = None if name in missing else run_alone(name, sources[name])
            if measured is None:
                missing.append(name)
            else:
                speeds[name].append(megabytes * share / measured["seconds"])
    found = {name: statistics.median(values) for name, values in speeds.items() if values}
    limit = max(found["limit"], found.pop("limit-pyarrow"))
    found["limit"] = limit
    return {
        "mb": megabytes,
        "mb_per_s": found,
        "share_of_limit": {name: speed / limit for name, speed in found.items()},
        "times_as_fast_as": {name: found["corpus-kit"] / speed for name, speed in found.items()},
        "missing": sorted(set(missing)),
    }


def compare_memory(folder: Path, sizes: list[float]) -> dict[str, float]:
    """Peak megabytes of our pipeline by megabytes of text."""
    peaks = {}
    for size in sizes:
        source = folder / f"memory-{size}.jsonl"
        write_input(source, size)
        measured = run_alone("corpus-kit", source)
        source.unlink()
        peaks[f"{size:g}"] = measured["peak_mb"] if measured else float("nan")
    return peaks


def render(result: dict[str, Any]) -> str:
    """The figures as Markdown tables."""
    lines = [f"{result['mb']:g} MB of text (of it less for what takes long), the median of {ROUNDS} rounds:", ""]
    lines += ["| pipeline | MB/s | share of the limit | corpus-kit is faster by |", "|---|---:|---:|---:|"]
    for name, speed in result["mb_per_s"].items():
        share, times = result["share_of_limit"][name], result["times_as_fast_as"][name]
        lines.append(f"| {name} | {speed:.2f} | {share:.3f} | {times:.2f} × |")
    lines += [f"\nnot installed: {', '.join(result['missing'])}"] if result["missing"] else []
    if result.get("peak_mb"):
        lines += ["", "| MB of text | peak memory, MB |", "|---:|---:|"]
        lines += [f"| {size} | {peak:.0f} |" for size, peak in result["peak_mb"].items()]
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mb", type=float, default=200)
    parser.add_argument("--memory", default="20,200,2000", help="sizes in MB, or nothing")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--out", type=Path, help="write the result to this file too")
    parser.add_argument("--only", choices=PIPELINES, help=argparse.SUPPRESS)
    parser.add_argument("--source", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.only:
        measure_here(arguments.only, arguments.source)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        result = compare_speed(folder, arguments.mb)
        result["peak_mb"] = compare_memory(folder, [float(size) for size in arguments.memory.split(",") if size])
    if arguments.out:
        arguments.out.write_text(json.dumps(result, indent=2) + "\n", "utf-8")
    print(json.dumps(result) if arguments.json else render(result))


if __name__ == "__main__":
    main()
