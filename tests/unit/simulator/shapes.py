"""The shape of a payload: what a comparison with a recording looks at."""

from typing import Any


def shape(value: Any) -> Any:
    """Keys and kinds of values at every level; of lists, the shape of their first entry."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return type(value).__name__
