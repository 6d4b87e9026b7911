"""A competition for a leaderboard platform, as the one zip that is uploaded: reference, scorer, configuration, pages.

The scorer in it is this package's own source, so the platform needs nothing of ours; what else it needs is in its
`requirements.txt`. Dates and limits are placeholders for the organiser to edit.
"""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from html import escape
from importlib.metadata import requires
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType
from typing import Any

from corpus_kit.errors import ReleaseError, UnknownName
from corpus_kit.evaluate.platforms import COLUMNS
from corpus_kit.evaluate.predictions import Prediction, format_predictions
from corpus_kit.files import write_atomically
from corpus_kit.markdown import escape_inline
from corpus_kit.records import read_bytes
from corpus_kit.release import MANIFEST_FILE, Release, load_release

REQUIRED = ("numpy", "pyarrow", "pydantic", "scipy")
"""The packages that scoring imports."""
EVALAI_PHASE = "all"
BEGIN, END = "2000-01-01 00:00:00", "2099-12-31 23:59:59"
_CODE = (".py", ".typed", ".json")
_NOT_COPIED = frozenset({"templates", "cli", "__pycache__"})


def make_bundle(platform: str, release_dir: Path, path: Path) -> list[str]:
    """Write the zip of a competition on a release; its names, sorted. The same release gives the same bytes.

    An UnknownName lists the platforms; a ReleaseError where the folder isn't the release that its manifest states.
    """
    if platform not in PLATFORMS:
        raise UnknownName("platform", platform, PLATFORMS)
    release = load_release(release_dir)
    entries = PLATFORMS[platform](release)
    write_atomically(path, make_zip(entries))
    return sorted(entries)


def make_zip(entries: Mapping[str, bytes]) -> bytes:
    """A zip with these files, sorted, uncompressed and without times: bytes that depend on nothing else."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_STORED) as file:
        for name in sorted(entries):
            info = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            info.create_system, info.external_attr = 3, 0o100644 << 16
            file.writestr(info, entries[name])
    return data.getvalue()


def _make_evalai(release: Release) -> dict[str, bytes]:
    name, version = release.manifest.name, release.manifest.version
    title = f"{name} {version}"
    text = f"<p>{escape(title)}: {escape(_describe_task(release))}</p>\n<p>{escape(_DESCRIBE_FILE)}</p>\n"
    pages = {f"{page}.html": text.encode("utf-8") for page in ("description", "evaluation", "terms", "guidelines")}
    return {
        "challenge_config.yaml": _dump_yaml(_configure_evalai(title, release)),
        "evaluation_script.zip": make_zip({**_list_package(), **_list_template("evalai")}),
        "annotations/release.zip": make_zip(_list_release(release)),
        "logo.png": make_logo(),
        "sample_submission.jsonl": _make_sample(release),
        **{f"templates/{page}": data for page, data in pages.items()},
    }


def _configure_evalai(title: str, release: Release) -> dict[str, Any]:
    phase = {
        "id": 1,
        "name": "All segments",
        "description": "templates/description.html",
        "leaderboard_public": True,
        "is_public": True,
        "is_submission_public": True,
        "start_date": BEGIN,
        "end_date": END,
        "test_annotation_file": "annotations/release.zip",
        "codename": EVALAI_PHASE,
        "max_submissions_per_day": 5,
        "max_submissions_per_month": 50,
        "max_submissions": 50,
        "allowed_submission_file_types": ".jsonl, .json, .txt",
        "is_restricted_to_select_one_submission": False,
        "is_partial_submission_evaluation_enabled": False,
    }
    return {
        "title": title,
        "short_description": _describe_task(release)[:140],
        "description": "templates/description.html",
        "evaluation_details": "templates/evaluation.html",
        "terms_and_conditions": "templates/terms.html",
        "image": "logo.png",
        "submission_guidelines": "templates/guidelines.html",
        "evaluation_script": "evaluation_script.zip",
        "remote_evaluation": False,
        "is_docker_based": False,
        "start_date": BEGIN,
        "end_date": END,
        "published": True,
        "leaderboard": [{"id": 1, "schema": {"labels": list(COLUMNS), "default_order_by": COLUMNS[0]}}],
        "challenge_phases": [phase],
        "dataset_splits": [{"id": 1, "name": "All segments", "codename": EVALAI_PHASE}],
        "challenge_phase_splits": [
            {
                "challenge_phase_id": 1,
                "leaderboard_id": 1,
                "dataset_split_id": 1,
                "visibility": 3,
                "leaderboard_decimal_precision": 3,
                "is_leaderboard_order_descending": True,
            }
        ],
    }


def _make_codabench(release: Release) -> dict[str, bytes]:
    title = f"{release.manifest.name} {release.manifest.version}"
    text = f"# {escape_inline(title)}\n\n{escape_inline(_describe_task(release))}\n\n{escape_inline(_DESCRIBE_FILE)}\n"
    return {
        "competition.yaml": _dump_yaml(_configure_codabench(title, release)),
        "scoring_program.zip": make_zip({**_list_package(), **_list_template("codabench")}),
        "reference_data.zip": make_zip(_list_release(release)),
        "solution.zip": make_zip({"predictions.jsonl": _make_sample(release)}),
        "logo.png": make_logo(),
        **{f"pages/{page}.md": text.encode("utf-8") for page in ("overview", "evaluation", "terms")},
    }


def _configure_codabench(title: str, release: Release) -> dict[str, Any]:
    name, description = "All segments", _describe_task(release)
    scoring = {"scoring_program": "scoring_program.zip", "reference_data": "reference_data.zip"}
    limits = {"max_submissions_per_day": 5, "max_submissions": 50, "accepts_only_result_submissions": True}
    columns = [
        {"title": column, "key": column, "index": i, "sorting": "desc", "precision": 3}
        for i, column in enumerate(COLUMNS)
    ]
    return {
        "version": 2,
        "title": title,
        "description": description,
        "image": "logo.png",
        "terms": "pages/terms.md",
        "docker_image": "python:3.11",
        "pages": [{"title": page.capitalize(), "file": f"pages/{page}.md"} for page in ("overview", "evaluation")],
        "tasks": [{"index": 0, "name": name, "description": description, **scoring}],
        "solutions": [{"index": 0, "tasks": [0], "path": "solution.zip"}],
        "phases": [{"index": 0, "name": name, "start": BEGIN, "tasks": [0], **limits}],
        "leaderboards": [{"title": "Results", "key": "main", "submission_rule": "Force_Last", "columns": columns}],
    }


PLATFORMS: Mapping[str, Callable[[Release], dict[str, bytes]]] = MappingProxyType(
    {"evalai": _make_evalai, "codabench": _make_codabench}
)

_DESCRIBE_FILE = (
    "Submit a file predictions.jsonl with a JSON object a line for every segment: its id and the label, and optionally "
    "a probability per label in that order (probs). Repeated, unknown and missing ids are refused. The bounds beside a "
    "score are those of its 95 % interval over articles; 0 and 1 where none is known."
)


def _describe_task(release: Release) -> str:
    segments = sum(len(labelled.labels) for labelled in release.articles)
    articles, labels = len(release.articles), ", ".join(release.scheme.labels)
    return f"label each of {segments} segments of {articles} articles as one of: {labels}."


def _make_sample(release: Release) -> bytes:
    """A submission that is accepted: the scheme's first label for every segment."""
    first = release.scheme.labels[0]
    ids = (segment.id for labelled in release.articles for segment in labelled.article.segments)
    return format_predictions(Prediction(id=id_, label=first) for id_ in ids)


def _list_release(release: Release) -> dict[str, bytes]:
    names = [MANIFEST_FILE, *release.manifest.files]
    if any(Path(name).is_absolute() or ".." in Path(name).parts for name in names):
        raise ReleaseError("the manifest names a file outside the release", path=release.path)
    return {name: read_bytes(release.path / name, ReleaseError) for name in names}


def _list_package() -> dict[str, bytes]:
    """The package's source without its commands and templates, and what it requires."""
    found = {f"corpus_kit/{name}": data for name, data in _walk(files("corpus_kit"), "")}
    named = [line for line in requires("corpus-kit") or () if re.split(r"[^\w.-]", line)[0] in REQUIRED]
    lines = sorted(line for line in named if "extra ==" not in line)
    return {**found, "requirements.txt": "".join(f"{line}\n" for line in lines).encode("utf-8")}


def _list_template(platform: str) -> dict[str, bytes]:
    return dict(_walk(files("corpus_kit") / "templates" / "bundles" / platform, "", (*_CODE, ".yaml")))


def _walk(folder: Traversable, prefix: str, endings: tuple[str, ...] = _CODE) -> Iterator[tuple[str, bytes]]:
    for entry in folder.iterdir():
        if entry.is_dir() and entry.name not in _NOT_COPIED:
            yield from _walk(entry, f"{prefix}{entry.name}/", endings)
        elif entry.is_file() and entry.name.endswith(endings):
            yield f"{prefix}{entry.name}", entry.read_bytes()


def make_logo(size: int = 64) -> bytes:
    """A plain grey square as PNG, since both platforms require a picture."""
    rows = b"".join(b"\0" + b"\x80" * size for _ in range(size))
    parts = (
        (b"IHDR", struct.pack(">2I5B", size, size, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows, 0)),
        (b"IEND", b""),
    )
    chunks = (struct.pack(">I", len(d)) + kind + d + struct.pack(">I", zlib.crc32(kind + d)) for kind, d in parts)
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _dump_yaml(value: Mapping[str, Any]) -> bytes:
    import yaml

    return bytes(yaml.safe_dump(dict(value), sort_keys=False, allow_unicode=True, width=120).encode("utf-8"))
