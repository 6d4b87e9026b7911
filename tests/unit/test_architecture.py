"""The shape of the package: imports go one way, and sizes stay readable."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "corpus_kit"
STAGES = ("ingest", "segment", "annotate", "diff", "build", "hydrate", "publish", "classify", "evaluate", "exchange")
SHELL = ("cli", "score", "__main__")
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if "templates" not in path.parts)


def name_module(path: Path) -> str:
    """The dotted name below the package."""
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts)


def list_imports(path: Path) -> set[str]:
    """The modules of the package that a module imports, below the package."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("corpus_kit."):
            found.add((node.module or "").removeprefix("corpus_kit."))
    return found


@pytest.mark.parametrize("path", MODULES, ids=name_module)
def test_imports_go_from_shell_to_stages_to_vocabulary(path: Path) -> None:
    """A vocabulary module imports no stage and no shell; a stage imports no shell and no later stage."""
    if path.name == "__init__.py" and path.parent == PACKAGE:
        return
    top = name_module(path).split(".")[0]
    for imported in list_imports(path):
        target = imported.split(".")[0]
        if top in STAGES:
            assert target not in SHELL, imported
            assert target not in STAGES or STAGES.index(target) <= STAGES.index(top), imported
        elif top not in SHELL:
            assert target not in (*STAGES, *SHELL), imported


@pytest.mark.parametrize("path", MODULES, ids=name_module)
def test_modules_and_functions_stay_small(path: Path) -> None:
    """No module has more than 400 lines, no function more than 50 below its docstring."""
    text = path.read_text("utf-8")
    assert text.count("\n") <= 400
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[1] if len(node.body) > 1 and ast.get_docstring(node) else node.body[0]
            assert (node.end_lineno or 0) - first.lineno + 1 <= 50, node.name
