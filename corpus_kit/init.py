"""A new corpus folder from the template, or with the example's articles and labels."""

import shutil
import tempfile
from importlib.resources import as_file, files
from pathlib import Path

from corpus_kit.errors import TargetError
from corpus_kit.files import make_target_error


def make_corpus(folder: Path, *, with_example: bool = False) -> Path:
    """Make a corpus in a folder that is new or empty, whole or not at all; a TargetError where that can't be.

    Returns:
        The absolute path of the folder.
    """
    target = folder.resolve()
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise TargetError("exists and is not an empty folder", path=target, remedy="Choose a new folder")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as name:
            new = Path(name, "corpus")
            for part in ("corpus", *(("example",) if with_example else ())):
                with as_file(files("corpus_kit.templates").joinpath(part)) as source:
                    shutil.copytree(source, new, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
            if target.exists():
                target.rmdir()
            new.rename(target)
    except OSError as e:
        raise make_target_error(target, e) from e
    return target
