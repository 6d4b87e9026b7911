"""What the classifiers behind extras need: a server, and models made on the spot."""

from collections.abc import Iterator

import pytest

from tests.chat_server import serve_chat
from tests.embedding_models import make_static_model

TEXTS = [
    "Ferry fares to rise on Friday by a tenth, said the mayor.",
    "“They came at dawn,” she said. The council should have sold the crane.",
]


@pytest.fixture(scope="session", autouse=True)
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The variables that name server, cache and models."""
    folder = tmp_path_factory.mktemp("extras")
    with serve_chat() as chat, pytest.MonkeyPatch.context() as patch:
        patch.setenv("CORPUS_KIT_LLM_URL", chat.url)
        patch.setenv("CORPUS_KIT_LLM_MODEL", "small")
        patch.setenv("CORPUS_KIT_CACHE", str(folder / "cache"))
        patch.setenv("CORPUS_KIT_EMBEDDINGS", str(make_static_model(folder / "embeddings", TEXTS)))
        yield
