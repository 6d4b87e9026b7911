"""How a release is cited and deposited: `CITATION.cff` and `.zenodo.json`, which stand beside it in an archive.

Both follow from what the release says of itself, so that `check` can hold them against it. They are no part of it: the
manifest doesn't list them.
"""

import html
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from corpus_kit.build.card import split_front_matter
from corpus_kit.build.croissant import CROISSANT_FILE
from corpus_kit.canonical import to_pretty_json
from corpus_kit.errors import ReleaseError
from corpus_kit.records import decode_utf8, parse_json, read_bytes
from corpus_kit.release import Manifest

CITATION_FILE, ZENODO_FILE = "CITATION.cff", ".zenodo.json"
COMPANIONS = (CITATION_FILE, ZENODO_FILE)

_NAMES = (
    *("CC0-1.0", "CC-BY-3.0", "CC-BY-4.0", "CC-BY-SA-3.0", "CC-BY-SA-4.0", "CC-BY-NC-3.0", "CC-BY-NC-4.0"),
    *("CC-BY-ND-4.0", "CC-BY-NC-SA-3.0", "CC-BY-NC-SA-4.0", "CC-BY-NC-ND-3.0", "CC-BY-NC-ND-4.0"),
    *("CDLA-Permissive-1.0", "CDLA-Permissive-2.0", "CDLA-Sharing-1.0", "Apache-2.0", "MIT"),
)
SPDX: Mapping[str, str] = {
    **{name.lower(): name for name in _NAMES},
    "odbl": "ODbL-1.0",
    "odc-by": "ODC-By-1.0",
    "pddl": "PDDL-1.0",
}
"""The Hub's identifiers of licences for data, and their SPDX names. Of any other licence no name is claimed."""


def render_companions(root: Path, manifest: Manifest) -> dict[str, bytes]:
    """Both files of a release folder, by name; a ReleaseError where it doesn't say who made it and when."""
    document = _read_document(root)
    for key, setting in (("creator", "creators"), ("datePublished", "published"), ("description", "description")):
        if not document.get(key):
            remedy = f"Set {setting} in corpus.toml and build again"
            raise ReleaseError(f"{key} is missing, so it can't be cited", path=root / CROISSANT_FILE, remedy=remedy)
    license_id = _read_license(root)
    return {
        CITATION_FILE: render_citation(document, manifest, license_id).encode("utf-8"),
        ZENODO_FILE: to_pretty_json(make_deposit(document, manifest, license_id)).encode("utf-8"),
    }


def check_companions(root: Path, manifest: Manifest) -> Iterator[str]:
    """Which of both files is there and isn't what the release gives; nothing where neither is there."""
    there = [name for name in COMPANIONS if (root / name).exists() and name not in manifest.files]
    if not there:
        return
    try:
        expected = render_companions(root, manifest)
        for name in there:
            if read_bytes(root / name, ReleaseError) != expected[name]:
                yield f"{name}: differs from what the release says of itself"
    except ReleaseError as e:
        yield f"{', '.join(there)}: {e}"


def render_citation(document: Mapping[str, Any], manifest: Manifest, license_id: str) -> str:
    """Citation File Format 1.2.0. Authors are entities, as a name doesn't tell whether it is a person's."""
    import yaml

    citation: dict[str, Any] = {
        "cff-version": "1.2.0",
        "message": "If you use this dataset, please cite it as below.",
        "type": "dataset",
        "title": _get_title(document),
        "version": manifest.version,
        "date-released": document["datePublished"],
        "authors": [{"name": creator["name"]} for creator in document["creator"]],
        "abstract": f"{document['description']} {describe_licences(manifest)}",
        "keywords": _list_keywords(document),
        "url": document.get("url"),
        "license": SPDX.get(license_id),
        "identifiers": [{"type": "other", "value": manifest.digest, "description": "The content digest."}],
    }
    kept = {key: value for key, value in citation.items() if value}
    return str(yaml.safe_dump(kept, sort_keys=False, allow_unicode=True, width=1000))


def make_deposit(document: Mapping[str, Any], manifest: Manifest, license_id: str) -> dict[str, Any]:
    """The metadata of Zenodo's deposit API as JSON values; texts are escaped, as Zenodo takes them for HTML.

    Without a licence for the whole that has a name, access is restricted: Zenodo would otherwise presume an open one.
    """
    licence = SPDX.get(license_id)
    access = (
        {"access_right": "open", "license": licence}
        if licence
        else {"access_right": "restricted", "access_conditions": f"<p>{html.escape(describe_licences(manifest))}</p>"}
    )
    deposit = {
        "title": f"{_get_title(document)}, version {manifest.version}",
        "upload_type": "dataset",
        "description": f"<p>{html.escape(document['description'])}</p>",
        "creators": [{"name": creator["name"]} for creator in document["creator"]],
        "publication_date": document["datePublished"],
        "version": manifest.version,
        **access,
        "keywords": _list_keywords(document),
        "language": manifest.language if len(manifest.language) == 3 else "",
        "notes": html.escape(f"{describe_licences(manifest)} Content digest: {manifest.digest}"),
        "related_identifiers": [
            {"identifier": url, "relation": "isIdenticalTo", "resource_type": "dataset"}
            for url in [document.get("url")]
            if url
        ],
    }
    return {key: value for key, value in deposit.items() if value}


def describe_licences(manifest: Manifest) -> str:
    """What holds for the annotations, and what for the articles' text."""
    licences = manifest.licenses
    return f"Annotations: {licences.annotations}. Articles: {licences.articles}"


def _get_title(document: Mapping[str, Any]) -> str:
    return str(document.get("alternateName") or document.get("name"))


def _list_keywords(document: Mapping[str, Any]) -> list[str]:
    return list(dict.fromkeys(word for word in document.get("keywords", []) if word))


def _read_document(root: Path) -> dict[str, Any]:
    path = root / CROISSANT_FILE
    document = parse_json(read_bytes(path, ReleaseError), ReleaseError, path=path, line=None)
    if not isinstance(document, dict):
        raise ReleaseError("not a JSON object", path=path, remedy="Build the release again: corpus-kit build")
    return document


def _read_license(root: Path) -> str:
    """The identifier of the licence for the whole, from the card's front matter; `other` where it has none."""
    path = root / "README.md"
    front, _ = split_front_matter(decode_utf8(read_bytes(path, ReleaseError), path, ReleaseError))
    return str(front.get("license", "other")).lower()
