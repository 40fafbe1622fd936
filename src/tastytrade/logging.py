"""setup_logging(): a program's log to the terminal and to a dated file. The library itself only logs."""

from __future__ import annotations

import logging
import sys
from datetime import datetime
from pathlib import Path

LINE = "%(asctime)s - %(levelname)s:%(name)s:%(lineno)d:%(message)s"
DATE = "%Y-%m-%d %H:%M:%S"
CHATTY = ("httpx2", "httpcore2")
"""Libraries below us that say at INFO what is their own business."""


def setup_logging(
    level: int = logging.INFO,
    log_dir: str | Path | None = None,
    filename_prefix: str = "tastytrade",
    console: bool = True,
    file: bool = True,
) -> None:
    """Send the root logger's lines to stderr and to ``<log_dir>/<prefix>_<YYYYMMDD>.log``.

    ``log_dir`` is ``./logs`` unless given, and is created. Handlers that were there before are closed
    and replaced, so calling it again does not double the lines.
    """
    root = logging.getLogger()
    for handler in tuple(root.handlers):
        root.removeHandler(handler)
        handler.close()
    root.setLevel(level)
    for name in CHATTY:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
    if console:
        _add(root, logging.StreamHandler(sys.stderr))
    if file:
        folder = Path(log_dir) if log_dir is not None else Path("logs")
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{filename_prefix}_{datetime.now().astimezone():%Y%m%d}.log"
        _add(root, logging.FileHandler(path, encoding="utf-8"))
        root.info("Logging initialized - writing to %s", path)


def _add(logger: logging.Logger, handler: logging.Handler) -> None:
    handler.setFormatter(logging.Formatter(LINE, DATE))
    logger.addHandler(handler)
