"""The shell of a self-contained page: all that it may do is show itself and run its own script."""

import json
from base64 import b64encode
from hashlib import sha256
from html import escape
from typing import Any

_UNSAFE = {ord(char): f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"}


def render_webpage(title: str, body: str, *, style: str, script: str = "") -> str:
    """A page of one language of its own, English, with a style sheet and a script in it.

    `title` is a text; `body` is HTML, so others' words in it must be escaped. A browser loads nothing else and runs no
    other style or script: the page's Content-Security-Policy names the SHA-256 of these two and refuses the rest, also
    `style` attributes and handlers.
    """
    policy = "; ".join(
        [
            "default-src 'none'",
            f"style-src {_hash_source(style)}",
            *([f"script-src {_hash_source(script)}"] if script else []),
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n<title>{escape(title)}</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<style>{style}</style>\n</head>\n<body>\n{body}\n"
        + (f"<script>{script}</script>\n" if script else "")
        + "</body>\n</html>\n"
    )


def _hash_source(text: str) -> str:
    """What a Content-Security-Policy calls an inline style or script of this text."""
    return f"'sha256-{b64encode(sha256(text.encode('utf-8')).digest()).decode('ascii')}'"


def embed_json(value: Any) -> str:
    """A JSON value as a `<script type="application/json">` that no text in it can end."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).translate(_UNSAFE)
    return f'<script type="application/json">{text}</script>'
