"""A store with one file damaged, 1,000 times: whether it is noticed, named, and whether the rest can be read.

.venv/bin/python -m tests.endurance.stores_damaged [copies, 1000 unless told] [seed]
"""

from __future__ import annotations

import logging
import random
import sys
import tempfile
from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.progress import track

from tests.integration.catalogue.damaging import hurt_copies, make_stores, wrong_with

COMMITS = 60


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    chosen = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    logging.disable(logging.WARNING)  # of what is skipped
    console, wrong, kinds = Console(width=140), [], Counter[str]()
    with tempfile.TemporaryDirectory() as folder:
        stores = make_stores(Path(folder), commits=COMMITS)
        copies = hurt_copies(stores, Path(folder), count, chosen)
        for path, hurt in track(copies, "damaged", total=count, console=Console(stderr=True)):
            kinds[hurt.kind] += 1
            wrong += [f"{hurt}: {what}" for what in wrong_with(path, stores.truth)]
    console.print(
        f"{count} damaged: {dict(kinds)}; {len(wrong)} times not noticed, not named or not read around"
    )
    for one in wrong[:20]:
        console.print(one)
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
