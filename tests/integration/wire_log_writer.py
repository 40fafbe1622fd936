"""A program that writes a wire log until it is killed, and says after each flush how many are safe."""

from __future__ import annotations

import sys

from tastytrade.wire_log import WireLog
from tests.unit.wire_log.said import NOON, arrival, quotes


def message(number: int) -> bytes:
    return quotes("A", number)


def main() -> None:
    log = WireLog(sys.argv[1], rotate_bytes=20_000)
    number = 0
    while True:
        for _ in range(40):
            log.take(1, 1, arrival(message(number), at=NOON + number))
            number += 1
        log.flush()
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
