"""A Hub on loopback."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hub_server import HubServer, serve_hub


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[HubServer]:
    """A Hub of the test's own, without Xet. Nobody waits between attempts, and mlcroissant isn't asked."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_DISABLE_XET", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    monkeypatch.setitem(sys.modules, "mlcroissant", None)
    with serve_hub() as hub:
        yield hub
