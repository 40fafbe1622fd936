"""Payloads recorded from the service."""

import json
from pathlib import Path
from typing import Any

RECORDED = Path(__file__).parents[2] / "data" / "rest-samples.jsonl"
SAMPLES = [json.loads(line) for line in RECORDED.read_text(encoding="utf-8").splitlines()]


def recorded(path: str) -> Any:
    """The body recorded for a path, from its ``data`` on."""
    body = next(
        one["body"] for one in SAMPLES if one["path"].partition("?")[0] == path and one["status"] < 300
    )
    return body.get("data", body)
