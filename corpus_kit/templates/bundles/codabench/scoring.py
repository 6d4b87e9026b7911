"""Codabench runs this with the input folder (`ref`, `res`) and the output folder; it writes scores.json there."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).resolve().parent
REQUIRED = ("numpy", "pyarrow", "pydantic", "scipy")


def main() -> int:
    """Install what the image lacks, score, and say what is wrong with a submission; 0 if it was scored."""
    if any(find_spec(name) is None for name in REQUIRED):
        command = [sys.executable, "-m", "pip", "install", "--quiet", "-r", str(HERE / "requirements.txt")]
        if subprocess.run(command, check=False).returncode:  # noqa: S603 - a fixed command
            sys.stderr.write("error: the image lacks what requirements.txt names, and it couldn't be installed\n")
            return 1
    sys.path.insert(0, str(HERE))
    from corpus_kit.errors import CorpusKitError
    from corpus_kit.score import score_folders

    try:
        score_folders(Path(sys.argv[1]), Path(sys.argv[2]))
    except CorpusKitError as e:
        sys.stderr.write(f"error: {e}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
