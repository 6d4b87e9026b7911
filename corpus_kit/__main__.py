"""`python -m corpus_kit` is the `corpus-kit` command."""

from corpus_kit.cli import main

if __name__ == "__main__":
    main()
