"""A release folder becomes a tagged commit on the Hub, or nothing does."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from corpus_kit.errors import HubError, ReleaseError
from corpus_kit.publish.faults import repeat_on_fault
from corpus_kit.publish.hub import Hub, Progress
from corpus_kit.publish.names import TEXT_FREE, require_repo_id
from corpus_kit.publish.plan import Head, LocalRelease, Observed, Plan, decide, read_local_release, require_sound
from corpus_kit.release import MANIFEST_FILE

_MAX_STEPS = 8

Wait = Callable[[float], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """What was done, or would be: `plan` is the first step that was needed; its commit is the parent of a new one.

    `commit` is the commit that the tag names, None in a dry run that would make it.
    """

    repo_id: str
    title: str
    tag: str
    plan: Plan
    commit: str | None
    is_dry_run: bool

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "repo": self.repo_id,
            "release": self.title,
            "tag": self.tag,
            "step": self.plan.step,
            "parent": self.plan.commit,
            "commit": self.commit,
            "is_dry_run": self.is_dry_run,
            "add": [{"path": file.path, "bytes": file.size} for file in self.plan.add],
            "delete": list(self.plan.delete),
            "unchanged": self.plan.unchanged,
        }


def locate_text_free(release: Path) -> Path:
    """The text-free sibling of a release folder; a ReleaseError where it wasn't built."""
    path = release.with_name(release.name + TEXT_FREE)
    if not (path / MANIFEST_FILE).is_file():
        raise ReleaseError("there is no such release", path=path, remedy="Build it: corpus-kit build --text-free")
    return path


def publish_release(
    path: Path,
    repo_id: str,
    *,
    is_private: bool = False,
    is_dry_run: bool = False,
    hub: Hub | None = None,
    progress: Progress = lambda _done, _total: None,
    wait: Wait = time.sleep,
) -> Publication:
    """Publish a release folder as one commit with the tag `v<version>`; what a broken-off run left is completed.

    Args:
        path: the release folder; it is checked first.
        repo_id: `ORG/NAME` of a dataset repository; it is made if it is missing.
        is_private: make it a private one; a public one is refused.
        is_dry_run: only say what would be done; nothing is written on the Hub.
        hub: the client; else one of the environment's endpoint and token.
        progress: is told of uploaded bytes.
        wait: is called with the seconds to wait before a new attempt.

    Raises:
        ReleaseError: the release isn't what it says it is.
        HubError: see `decide`; the Hub can't be reached or refuses; somebody else committed at the same time.
    """
    root = path.resolve()
    client = hub or Hub(require_repo_id(repo_id))
    local = read_local_release(root, require_sound(root))
    return upload_release(local, client, is_private=is_private, is_dry_run=is_dry_run, progress=progress, wait=wait)


def upload_release(
    local: LocalRelease,
    hub: Hub,
    *,
    is_private: bool = False,
    is_dry_run: bool = False,
    progress: Progress = lambda _done, _total: None,
    wait: Wait = time.sleep,
) -> Publication:
    """`publish_release` for a release that was checked. After a fault that may pass it looks again and goes on."""
    plans: list[Plan] = []

    def complete() -> str | None:
        return _complete(local, hub, plans, is_private=is_private, is_dry_run=is_dry_run, progress=progress)

    commit = repeat_on_fault(complete, wait)
    return Publication(
        repo_id=hub.repo_id, title=local.title, tag=local.tag, plan=plans[0], commit=commit, is_dry_run=is_dry_run
    )


def _complete(
    local: LocalRelease, hub: Hub, plans: list[Plan], *, is_private: bool, is_dry_run: bool, progress: Progress
) -> str | None:
    """Look, decide and take the step, until nothing is left to do; `plans` keeps what was decided.

    So a tag is only made for a commit that was seen to hold exactly the release.
    """
    made: str | None = None
    overtaken: HubError | None = None
    for _ in range(_MAX_STEPS):
        plan = decide(local, observe(local, hub, made), repo_id=hub.repo_id, is_private=is_private)
        plans.append(plan)
        if is_dry_run or plan.step == "nothing":
            return plan.commit if plan.step in ("nothing", "tag") else None
        if plan.step == "commit" and overtaken is not None:
            raise overtaken
        try:
            made = _take_step(plan, local, hub, is_private=is_private, progress=progress) or made
        except HubError as e:
            if e.status not in (409, 412):
                raise
            overtaken = _say_overtaken(hub.repo_id, e)
    raise HubError("the Hub doesn't show what was written to it", path=hub.repo_id, remedy="Run the command again")


def observe(local: LocalRelease, hub: Hub, made: str | None = None) -> Observed | None:
    """What a plan depends on, as it is on the Hub; `made` is the commit to look at in place of the newest one."""
    repo = hub.observe()
    if repo is None:
        return None
    candidate = made or repo.head
    files = hub.list_files(candidate)
    has_manifest = any(file.path == MANIFEST_FILE for file in files)
    tagged = repo.tags.get(local.tag)
    return Observed(
        is_private=repo.is_private,
        candidate=candidate,
        files=files,
        manifest=_parse_head(hub.read_file(candidate, MANIFEST_FILE)) if has_manifest else None,
        tags=repo.tags,
        tagged=None if tagged is None else hub.list_files(tagged),
    )


def _parse_head(data: bytes) -> Head | None:
    try:
        return Head.model_validate_json(data)
    except ValidationError:
        return None


def _take_step(plan: Plan, local: LocalRelease, hub: Hub, *, is_private: bool, progress: Progress) -> str | None:
    """Create, commit or tag; the id of a commit that was made."""
    if plan.commit is None:
        hub.create(is_private=is_private)
        return None
    if plan.step == "tag":
        hub.tag(local.tag, plan.commit, message=f"{local.title}, {local.manifest.digest}")
        return None
    return hub.commit(
        local.root, plan.add, delete=plan.delete, parent=plan.commit, message=local.title, progress=progress
    )


def _say_overtaken(repo_id: str, error: HubError) -> HubError:
    return HubError(
        "somebody else committed to the repository meanwhile, so this wasn't committed",
        path=repo_id,
        remedy="See what they changed, then run the command again: what was uploaded isn't lost",
        status=error.status,
    )
