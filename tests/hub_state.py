"""What a Hub holds, and what it does with a request: the state behind `hub_server`.

It keeps dataset repositories in memory: commits that map paths to content, a branch, tags, and the LFS store. Xet is
not offered. What it answers was held against what huggingface_hub and datasets ask.
"""

import base64
import hashlib
import json
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

TOKEN = "hf_" + "t" * 34
_LFS_ENDINGS = (".parquet", ".zst", ".bin")
Json = Any


class Stored(NamedTuple):
    """A file of a commit: its bytes' SHA-256 and size, and whether it is an LFS file."""

    sha256: str
    size: int
    is_lfs: bool


class Commit(NamedTuple):
    """A commit: its parent, its files and its message."""

    parent: str | None
    files: Mapping[str, Stored]
    message: str


@dataclass
class Repo:
    """A dataset repository."""

    is_private: bool
    commits: dict[str, Commit] = field(default_factory=dict)
    head: str = ""
    tags: dict[str, str] = field(default_factory=dict)

    def add_commit(self, files: Mapping[str, Stored], message: str) -> str:
        """Put a commit on top of the branch; its id follows from all that it holds."""
        parent = self.head or None
        told = json.dumps([parent, {path: list(own) for path, own in sorted(files.items())}, message])
        self.head = hashlib.sha1(told.encode()).hexdigest()
        self.commits[self.head] = Commit(parent, dict(files), message)
        return self.head

    def resolve(self, revision: str) -> str | None:
        """The commit that a branch, a tag or an id means."""
        if revision in ("main", "refs/heads/main"):
            return self.head
        found = self.tags.get(revision.removeprefix("refs/tags/"), revision)
        return found if found in self.commits else None


class Answer(NamedTuple):
    """A response."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = {}


class Call(NamedTuple):
    """A request as a route sees it: the groups of its pattern, its query, headers and body."""

    groups: tuple[str, ...]
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Json:
        """The body as JSON."""
        return json.loads(self.body)


class State:
    """The state of the Hub; `spoil` is called with a repository after each commit to it."""

    def __init__(self) -> None:
        self.repos: dict[str, Repo] = {}
        self.blobs: dict[str, bytes] = {}
        self.lfs: dict[str, bytes] = {}
        self.spoil: Callable[[Repo], object] = lambda _repo: None
        self.url = ""
        self.lock = threading.Lock()

    def put(self, repo_id: str, files: Mapping[str, bytes], *, delete: tuple[str, ...] = (), message: str = "x") -> str:
        """Commit as somebody else would; the repository is made if it is missing."""
        repo = self.repos.get(repo_id) or self._create(repo_id, is_private=False)
        kept = {path: own for path, own in repo.commits[repo.head].files.items() if path not in delete}
        return repo.add_commit({**kept, **{path: self._store(path, data) for path, data in files.items()}}, message)

    def read(self, repo_id: str, revision: str) -> dict[str, bytes]:
        """Every file of a revision."""
        repo = self.repos[repo_id]
        return {path: self._load(own) for path, own in repo.commits[repo.resolve(revision) or ""].files.items()}

    def answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Carry out a request."""
        parts = urlsplit(target)
        path = unquote(parts.path) if "/resolve/" in parts.path else parts.path
        for own, pattern, needs_token, route in ROUTES:
            found = re.fullmatch(pattern, path)
            if own == method and found:
                if needs_token and headers.get("authorization") != f"Bearer {TOKEN}":
                    return refuse(401, "", f"Invalid username or password. {headers.get('authorization')}")
                groups = tuple(unquote(group or "") for group in found.groups())
                call = Call(groups, parse_qs(parts.query), headers, body)
                with self.lock:
                    return route(self, call)
        return refuse(404, "", f"no route for {method} {path}")

    def _create(self, repo_id: str, *, is_private: bool) -> Repo:
        repo = self.repos[repo_id] = Repo(is_private)
        repo.add_commit({".gitattributes": self._store(".gitattributes", b"*.parquet filter=lfs\n")}, "initial commit")
        return repo

    def _store(self, path: str, data: bytes) -> Stored:
        sha256 = hashlib.sha256(data).hexdigest()
        is_lfs = path.endswith(_LFS_ENDINGS)
        (self.lfs if is_lfs else self.blobs)[sha256] = data
        return Stored(sha256, len(data), is_lfs)

    def _load(self, stored: Stored) -> bytes:
        return (self.lfs if stored.is_lfs else self.blobs)[stored.sha256]

    def _find(self, call: Call, repo_id: str, revision: str | None = None) -> "tuple[Repo, str] | Answer":
        repo = self.repos.get(repo_id)
        if repo is None or (repo.is_private and call.headers.get("authorization") != f"Bearer {TOKEN}"):
            return refuse(404, "RepoNotFound", "Repository not found")
        commit = repo.resolve(revision or "main")
        if commit is None:
            return refuse(404, "RevisionNotFound", f"Invalid rev id: {revision}")
        return repo, commit

    def create_repo(self, call: Call) -> Answer:
        """POST /api/repos/create."""
        repo_id = f"{call.json.get('organization') or 'me'}/{call.json['name']}"
        made = {"url": f"{self.url}/datasets/{repo_id}", "name": repo_id}
        if repo_id in self.repos:
            return _give({**made, "error": "You already created this dataset repo"}, 409)
        is_private = call.json.get("private", False) or call.json.get("visibility") == "private"
        self._create(repo_id, is_private=is_private)
        return _give(made)

    def show_info(self, call: Call) -> Answer:
        """GET /api/datasets/ID[/revision/REV]."""
        repo_id, revision = call.groups
        found = self._find(call, repo_id, revision)
        if isinstance(found, Answer):
            return found
        repo, commit = found
        siblings = [{"rfilename": path} for path in sorted(repo.commits[commit].files)]
        told = {"id": repo_id, "_id": "0", "sha": commit, "private": repo.is_private, "siblings": siblings}
        return _give({**told, "gated": False, "disabled": False, "tags": [], "downloads": 0, "likes": 0})

    def list_refs(self, call: Call) -> Answer:
        """GET .../refs."""
        found = self._find(call, call.groups[0])
        if isinstance(found, Answer):
            return found
        repo, _ = found
        tags = [
            {"name": name, "ref": f"refs/tags/{name}", "targetCommit": commit} for name, commit in repo.tags.items()
        ]
        branches = [{"name": "main", "ref": "refs/heads/main", "targetCommit": repo.head}]
        return _give({"branches": branches, "tags": tags, "converts": []})

    def list_tree(self, call: Call) -> Answer:
        """GET .../tree/REV[/PATH]."""
        repo_id, revision, folder = call.groups
        found = self._find(call, repo_id, revision)
        if isinstance(found, Answer):
            return found
        repo, commit = found
        prefix = f"{folder.strip('/')}/" if folder.strip("/") else ""
        below = {path: own for path, own in repo.commits[commit].files.items() if path.startswith(prefix)}
        if prefix and not below:
            return refuse(404, "EntryNotFound", f"{folder} does not exist on {revision}")
        is_recursive = call.query.get("recursive", ["false"])[0].lower() in ("true", "1")
        nodes: dict[str, Json] = {}
        for path, own in sorted(below.items()):
            parts = path.removeprefix(prefix).split("/")
            for depth in range(1, len(parts)):
                if is_recursive or depth == 1:
                    name = prefix + "/".join(parts[:depth])
                    nodes[name] = {"type": "directory", "path": name, "oid": "0" * 40, "size": 0}
            if is_recursive or len(parts) == 1:
                nodes[path] = self._describe(path, own)
        return _give(list(nodes.values()))

    def _describe(self, path: str, own: Stored) -> Json:
        data = self._load(own)
        if not own.is_lfs:
            return {"type": "file", "path": path, "size": own.size, "oid": _hash_blob(data)}
        pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{own.sha256}\nsize {own.size}\n".encode()
        lfs = {"oid": own.sha256, "size": own.size, "pointerSize": len(pointer)}
        return {"type": "file", "path": path, "size": own.size, "oid": _hash_blob(pointer), "lfs": lfs}

    def list_paths(self, call: Call) -> Answer:
        """POST .../paths-info/REV."""
        found = self._find(call, call.groups[0], call.groups[1])
        if isinstance(found, Answer):
            return found
        repo, commit = found
        files = repo.commits[commit].files
        is_json = "json" in call.headers.get("content-type", "")
        paths = call.json["paths"] if is_json else parse_qs(call.body.decode()).get("paths", [])
        nodes = []
        for path in paths:
            if path in files:
                nodes.append(self._describe(path, files[path]))
            elif any(own.startswith(f"{path}/") for own in files):
                nodes.append({"type": "directory", "path": path, "oid": "0" * 40, "size": 0})
        return _give(nodes)

    def list_commits(self, call: Call) -> Answer:
        """GET .../commits/REV."""
        found = self._find(call, call.groups[0], call.groups[1])
        if isinstance(found, Answer):
            return found
        repo, at = found
        told = []
        while at:
            date = "2026-01-01T00:00:00.000Z"
            own = repo.commits[at]
            told.append({"id": at, "title": own.message, "message": "", "authors": [{"user": "me"}], "date": date})
            at = own.parent or ""
        return _give(told)

    def preupload(self, call: Call) -> Answer:
        """POST .../preupload/REV."""
        found = self._find(call, call.groups[0], call.groups[1])
        if isinstance(found, Answer):
            return found
        repo, commit = found
        files = repo.commits[commit].files
        ignored = call.json.get("gitIgnore")
        if ignored is None and ".gitignore" in files:
            ignored = self._load(files[".gitignore"]).decode()
        told = []
        for item in call.json["files"]:
            path = item["path"]
            old = files.get(path)
            oid = None if old is None else old.sha256 if old.is_lfs else _hash_blob(self._load(old))
            mode = "lfs" if path.endswith(_LFS_ENDINGS) else "regular"
            is_ignored = any(path.endswith(line.lstrip("*")) for line in (ignored or "").split() if line)
            told.append({"path": path, "uploadMode": mode, "shouldIgnore": is_ignored, "oid": oid})
        return _give({"files": told})

    def batch(self, call: Call) -> Answer:
        """POST ID.git/info/lfs/objects/batch: where to put what is missing."""
        told = []
        for item in call.json["objects"]:
            oid, size = item["oid"], item["size"]
            if len(self.lfs.get(oid, b"")) == size and oid in self.lfs:
                told.append({"oid": oid, "size": size})
                continue
            upload = {"href": f"{self.url}/lfs/{oid}?X-Amz-Signature=secret-signature", "header": {}}
            verify = {"href": f"{self.url}/lfs/{oid}/verify", "header": {}}
            told.append({"oid": oid, "size": size, "actions": {"upload": upload, "verify": verify}})
        return _give({"transfer": "basic", "objects": told})

    def put_object(self, call: Call) -> Answer:
        """PUT /lfs/OID."""
        self.lfs[call.groups[0]] = call.body
        return Answer(200)

    def verify_object(self, call: Call) -> Answer:
        """POST /lfs/OID/verify: what arrived is what was announced."""
        data = self.lfs.get(call.groups[0], b"")
        if len(data) != call.json["size"] or hashlib.sha256(data).hexdigest() != call.groups[0]:
            self.lfs.pop(call.groups[0], None)
            return refuse(422, "", "the object isn't what was announced")
        return _give({})

    def commit(self, call: Call) -> Answer:
        """POST .../commit/REV: NDJSON, a header and then an operation a line."""
        found = self._find(call, call.groups[0], call.groups[1])
        if isinstance(found, Answer):
            return found
        repo, head = found
        lines = [json.loads(line) for line in call.body.splitlines()]
        header = lines[0]["value"]
        if header.get("parentCommit") not in (None, head):
            return refuse(412, "", "The repository has been modified since: parentCommit is stale")
        files = dict(repo.commits[head].files)
        for line in lines[1:]:
            key, value = line["key"], line["value"]
            path = value["path"]
            if key == "file":
                data = base64.b64decode(value["content"])
                self.blobs[hashlib.sha256(data).hexdigest()] = data
                files[path] = Stored(hashlib.sha256(data).hexdigest(), len(data), is_lfs=False)
            elif key == "lfsFile":
                if value["oid"] not in self.lfs:
                    return refuse(400, "", f"LFS object {value['oid']} is missing")
                files[path] = Stored(value["oid"], value["size"], is_lfs=True)
            elif key == "deletedFile" and path in files:
                del files[path]
            else:
                return refuse(400, "", f"A file with this name doesn't exist: {path}")
        oid = repo.add_commit(files, header["summary"])
        self.spoil(repo)
        url = f"{self.url}/datasets/{call.groups[0]}/commit/{oid}"
        return _give({"success": True, "commitOid": oid, "commitUrl": url, "hookOutput": ""})

    def tag(self, call: Call) -> Answer:
        """POST .../tag/REV."""
        found = self._find(call, call.groups[0], call.groups[1])
        if isinstance(found, Answer):
            return found
        repo, commit = found
        name = call.json["tag"]
        if name in repo.tags:
            return refuse(409, "", f"Tag reference {name} exists already")
        repo.tags[name] = commit
        return _give({})

    def give_file(self, call: Call) -> Answer:
        """GET and HEAD /datasets/ID/resolve/REV/PATH, also a range of it."""
        repo_id, revision, path = call.groups
        found = self._find(call, repo_id, revision)
        if isinstance(found, Answer):
            return found
        repo, commit = found
        own = repo.commits[commit].files.get(path)
        headers = {"X-Repo-Commit": commit, "Accept-Ranges": "bytes"}
        if own is None:
            refused = refuse(404, "EntryNotFound", f"{path} does not exist on {revision}")
            return refused._replace(headers={**refused.headers, **headers})
        data = self._load(own)
        headers["ETag"] = f'"{own.sha256 if own.is_lfs else _hash_blob(data)}"'
        headers["Content-Type"] = "application/octet-stream"
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", call.headers.get("range", ""))
        if asked and int(asked[1]) < len(data):
            first, last = int(asked[1]), min(int(asked[2] or len(data)), len(data) - 1)
            headers["Content-Range"] = f"bytes {first}-{last}/{len(data)}"
            return Answer(206, data[first : last + 1], headers)
        return Answer(200, data, headers)


def _hash_blob(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def _give(value: Json, status: int = 200) -> Answer:
    return Answer(status, json.dumps(value).encode(), {"Content-Type": "application/json"})


def refuse(status: int, code: str, message: str) -> Answer:
    """An error as the Hub words it."""
    headers = {"Content-Type": "application/json", **({"X-Error-Code": code} if code else {})}
    return Answer(status, json.dumps({"error": message}).encode(), {**headers, "X-Error-Message": message})


def _say_fine(_server: State, _call: Call) -> Answer:
    return _give({"warnings": [], "errors": [], "name": "me", "type": "user", "orgs": []})


_ID = r"/api/datasets/([^/]+/[^/]+)"
_FILE = r"/datasets/([^/]+/[^/]+)/resolve/(refs/tags/[^/]+|[^/]+)/(.+)"
ROUTES: tuple[tuple[str, str, bool, Callable[[State, Call], Answer]], ...] = (
    ("GET", "/api/whoami-v2", True, _say_fine),
    ("POST", "/api/validate-yaml", False, _say_fine),
    ("POST", "/api/repos/create", True, State.create_repo),
    ("GET", rf"{_ID}(?:/revision/([^/]+))?", False, State.show_info),
    ("GET", rf"{_ID}/refs", False, State.list_refs),
    ("GET", rf"{_ID}/tree/([^/]+)(/.*)?", False, State.list_tree),
    ("GET", rf"{_ID}/commits/([^/]+)", False, State.list_commits),
    ("POST", rf"{_ID}/paths-info/([^/]+)", False, State.list_paths),
    ("POST", rf"{_ID}/preupload/([^/]+)", True, State.preupload),
    ("POST", r"/datasets/([^/]+/[^/]+)\.git/info/lfs/objects/batch", True, State.batch),
    ("PUT", r"/lfs/([0-9a-f]{64})", False, State.put_object),
    ("POST", r"/lfs/([0-9a-f]{64})/verify", True, State.verify_object),
    ("POST", rf"{_ID}/commit/([^/]+)", True, State.commit),
    ("POST", rf"{_ID}/tag/([^/]+)", True, State.tag),
    ("GET", _FILE, False, State.give_file),
    ("HEAD", _FILE, False, State.give_file),
)
"""Method, pattern of the path, whether it needs the token, and what answers."""
