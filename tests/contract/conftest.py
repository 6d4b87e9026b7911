"""What the classifiers behind extras need: a server."""

from collections.abc import Iterator

import pytest

from tests.chat_server import serve_chat


@pytest.fixture(scope="session", autouse=True)
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The variables that name server and cache."""
    folder = tmp_path_factory.mktemp("extras")
    with serve_chat() as chat, pytest.MonkeyPatch.context() as patch:
        patch.setenv("CORPUS_KIT_LLM_URL", chat.url)
        patch.setenv("CORPUS_KIT_LLM_MODEL", "small")
        patch.setenv("CORPUS_KIT_CACHE", str(folder / "cache"))
        yield
