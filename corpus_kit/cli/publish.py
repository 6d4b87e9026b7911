"""`corpus-kit publish`: put a release on the Hub."""

from typing import TYPE_CHECKING, Annotated

import typer

from corpus_kit.cli.options import CorpusOption, JsonOption, ReleaseOption, locate_release, print_json

if TYPE_CHECKING:
    from corpus_kit.publish import Publication


def publish(
    repo: Annotated[str, typer.Option("--repo", metavar="ORG/NAME", help="The dataset repository; made if missing.")],
    release: ReleaseOption = None,
    corpus: CorpusOption = None,
    text_free: Annotated[
        bool, typer.Option("--text-free", help="Publish the release without text that stands beside it.")
    ] = False,
    private: Annotated[
        bool, typer.Option("--private", help="Make it private; a public repository is refused.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing; say what would be done.")] = False,
    json: JsonOption = False,
) -> None:
    """Publish a release on the Hub: checked, as one commit, with the tag v<version>; complete what broke off."""
    from corpus_kit.cli.progress import show_progress
    from corpus_kit.publish import locate_text_free, publish_release

    path = locate_release(release, corpus)
    with show_progress("bytes uploaded") as progress:
        done = publish_release(
            locate_text_free(path) if text_free else path,
            repo,
            is_private=private,
            is_dry_run=dry_run,
            progress=progress,
        )
    if json:
        print_json(done.to_json())
    else:
        _print_publication(done)


def _print_publication(done: "Publication") -> None:
    plan = done.plan
    if done.is_dry_run and plan.step in ("create", "commit"):
        for file in plan.add:
            typer.echo(f"add {file.path} ({file.size} bytes)")
        for name in plan.delete:
            typer.echo(f"delete {name}")
    if plan.step == "nothing":
        typer.echo(f"already published: {done.repo_id} {done.tag} is {done.title}")
    else:
        size = sum(file.size for file in plan.add)
        what = f"{len(plan.add)} files ({size} bytes), {len(plan.delete)} deleted, {plan.unchanged} unchanged"
        typer.echo(f"{'would publish' if done.is_dry_run else 'published'} {done.title}: {what}")
        below = "a new repository" if plan.commit is None else f"parent {plan.commit}"
        typer.echo(f"repository {done.repo_id}, tag {done.tag}, {below}")
    if done.commit is not None:
        typer.echo(f"commit {done.commit}")
