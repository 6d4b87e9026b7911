"""What the classifiers behind extras need: a server, and models made on the spot."""

from collections.abc import Iterator

import pytest

from tests.chat_server import serve_chat
from tests.embedding_models import make_static_model
from tests.transformer_models import HAS_TORCH, WITHOUT_TORCH, make_transformer

TEXTS = [
    "Ferry fares to rise on Friday by a tenth, said the mayor.",
    "“They came at dawn,” she said. The council should have sold the crane.",
]


@pytest.fixture(scope="session", autouse=True)
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The variables that name server, cache and models; a transformer only where torch is installed."""
    folder = tmp_path_factory.mktemp("extras")
    with serve_chat() as chat, pytest.MonkeyPatch.context() as patch:
        patch.setenv("CORPUS_KIT_LLM_URL", chat.url)
        patch.setenv("CORPUS_KIT_LLM_MODEL", "small")
        patch.setenv("CORPUS_KIT_CACHE", str(folder / "cache"))
        patch.setenv("CORPUS_KIT_EMBEDDINGS", str(make_static_model(folder / "embeddings", TEXTS)))
        if HAS_TORCH:
            patch.setenv("CORPUS_KIT_TRANSFORMER", str(make_transformer(folder / "transformer", TEXTS)))
        yield


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The transformer is left out, with the reason, where its extra is not installed; so is who needs true weights."""
    for item in items:
        if "minilm" in item.name:
            item.add_marker(
                pytest.mark.skip(
                    reason="needs the weights of all-MiniLM-L6-v2; its class is tested with a model made on the spot"
                )
            )
        if not HAS_TORCH and "transformer" in item.name:
            item.add_marker(pytest.mark.skip(reason=WITHOUT_TORCH))
