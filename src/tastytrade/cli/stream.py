def stream() -> None:
    """Stream."""
