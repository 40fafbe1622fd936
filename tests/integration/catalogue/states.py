"""The fault catalogue: every case by number, in a few words, and whether a test proves it.

C connection, A credentials, P protocol, D data, L load, S storage, R replay, B bus, X life and its end,
W platforms, Z local servers and secrets. A test is named by the number of its case (``test_c14_...``), or
its case names it here, or (credentials) its docstring begins with the number.
"""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

COUNTS = {"C": 25, "A": 14, "P": 23, "D": 17, "L": 12, "S": 17, "R": 8, "B": 9, "X": 11, "W": 10, "Z": 17}
"""How many cases there are of each kind."""


class State(Enum):
    TESTED = "tested"
    PART = "part"
    """Some of it is tested; the note says what is not."""
    LATER = "later"
    """Nothing of it is; the note says why."""


class Case(Struct, frozen=True):
    """``test`` is the name of the test where its number is not; ``note`` says what is missing, and why."""

    number: str
    name: str
    state: State
    note: str = ""
    test: str = ""


def proved(number: str, name: str, test: str = "") -> Case:
    return Case(number, name, State.TESTED, test=test)


def partly(number: str, name: str, note: str, test: str = "") -> Case:
    return Case(number, name, State.PART, note, test)


def later(number: str, name: str, note: str) -> Case:
    return Case(number, name, State.LATER, note)


BUS = "the bus is not built yet"
ELSEWHERE = "checks run on Linux only so far"

CASES = [
    proved("C1", "a port that is refused"),
    proved("C2", "a name that does not resolve, or only later"),
    proved("C3", "a certificate of an unknown authority, of yesterday, or of another host"),
    partly("C4", "a SYN that is never answered", "the failure is called open, not tcp"),
    proved("C5", "an upgrade that is never answered"),
    proved("C6", "a step of the handshake that never comes"),
    proved("C7", "HTTP errors at the upgrade"),
    proved("C8", "a redirect at the upgrade"),
    proved("C9", "a reset amid a frame"),
    proved("C10", "a connection that is dead both ways"),
    proved("C11", "a connection that is dead one way"),
    proved("C12", "keepalives and no data"),
    proved("C13", "a loop that was blocked for longer than the server waits"),
    proved("C14", "close codes"),
    proved("C15", "a close that the peer does not answer"),
    proved("C16", "a server that accepts and hangs up, and a hundred clients of it"),
    proved("C17", "a network that is away for long"),
    proved("C18", "subscriptions that change while there is no connection"),
    proved("C19", "a server that restarts under many subscriptions"),
    proved("C20", "losses amid a restore"),
    proved("C21", "an address that changes between tokens"),
    proved("C22", "a machine that sleeps"),
    proved("C23", "a byte that was changed on its way"),
    proved("C24", "a proxy that is down"),
    proved("C25", "IPv6 that is broken"),
    proved("A1", "credentials that are wrong"),
    proved("A2", "a User-Agent that is refused"),
    proved("A3", "an account or an address that is locked"),
    proved("A4", "an access token that has expired"),
    proved("A5", "a quote token that expires under a live feed"),
    proved("A6", "a quote token that is too old to connect again"),
    proved("A7", "a call that is refused with 401"),
    proved("A8", "a token endpoint that is down"),
    proved("A9", "a user who may not do this"),
    proved("A10", "a delayed feed"),
    proved("A11", "a clock that is wrong or is put right"),
    proved("A12", "a refresh token that is replaced or revoked"),
    proved("A13", "too many requests"),
    proved("A14", "processes that share credentials"),
    proved("P1", "AUTH_STATE unasked, out of order, or again"),
    proved("P2", "a message of unknown type"),
    partly(
        "P3", "messages that cannot be read", "of messages that are no data, the text is counted and not kept"
    ),
    proved("P4", "a binary frame"),
    proved("P5", "COMPACT with too many or too few values"),
    proved("P6", "FEED_CONFIG with other columns"),
    proved("P7", "several types in one FEED_DATA"),
    proved("P8", "FULL where COMPACT was asked for"),
    proved("P9", "FEED_CONFIG late, or changed"),
    proved("P10", "an ERROR on one channel"),
    partly("P11", "an ERROR on the connection", "our last messages are not logged with INVALID_MESSAGE"),
    proved("P12", "a channel that the server closes"),
    proved("P13", "a message for a channel that is not open"),
    proved("P14", "CHANNEL_OPENED twice, or of another channel"),
    proved("P15", "numbers of channels"),
    proved("P16", "messages beyond the limit"),
    proved("P17", "fragments"),
    proved("P18", "frames that break the WebSocket protocol"),
    proved("P19", "pings"),
    partly("P20", "keepalive timeouts that make no sense", "they are put right without a warning"),
    proved("P21", "a server that sends byte by byte"),
    proved("P22", "a version that is refused"),
    partly("P23", "new types and new columns", "new columns are kept out without a warning"),
    partly("D1", "NaN, Infinity, null, nothing", "null reads as NaN, and an empty text costs its row"),
    proved("D2", "numbers at the edges"),
    proved("D3", "fractions in sizes"),
    proved("D4", "a value of the wrong type"),
    partly("D5", "crossed and locked quotes", "delivered as they are, with no flag"),
    proved("D6", "times and sequences of 0"),
    partly("D7", "times that go backwards", "the order is kept; nothing counts them"),
    proved("D8", "REMOVE_EVENT"),
    proved("D9", "snapshots with their flags"),
    proved("D10", "the same index again"),
    proved("D11", "a snapshot that a loss cuts short"),
    proved("D12", "histories that overlap after a loss"),
    proved("D13", "corrections, and indexes out of order"),
    later(
        "D14", "zones, the hour that is twice, units of time", "days in zones belong to capture and replay"
    ),
    proved("D15", "symbols of any text"),
    partly("D16", "a symbol that nobody knows", "told by unanswered(), and by no state"),
    proved("D17", "a symbol wanted twice with different options"),
    proved("L1", "a reader that is slower than the feed"),
    proved("L2", "very many symbols at once"),
    proved("L3", "a burst"),
    proved("L4", "a feed that is faster than the CPU"),
    proved("L5", "a reader that raises"),
    proved("L6", "a reader that blocks the loop"),
    proved("L7", "very many readers"),
    proved("L8", "a process that stands still"),
    proved("L9", "an error in a task of ours"),
    proved("L10", "waiting on an idle feed while subscribing"),
    proved("L11", "a server that sends on regardless"),
    proved("L12", "subscriptions that change a thousand times a second"),
    proved("S1", "a disk that is full"),
    proved("S2", "SIGKILL at any moment"),
    proved("S3", "rows that were written and not acknowledged"),
    proved("S4", "SIGKILL amid a rotation or compaction"),
    partly("S5", "a power loss", "by the order of writes and syncs under strace, not by cutting the power"),
    proved("S6", "an fsync that fails"),
    proved("S7", "a folder that cannot be written to"),
    proved("S8", "two writers of one store"),
    proved("S9", "a reader while there is a writer"),
    proved("S10", "damaged files"),
    proved("S11", "stores of older and later versions"),
    proved("S12", "a clock that is put right while capturing"),
    proved("S13", "a slow disk"),
    proved("S14", "too many open files"),
    proved("S15", "symbols that look like paths"),
    partly("S16", "network folders", "there is none to try it on here"),
    proved("S17", "midnight at full rate"),
    partly("R1", "the same twice", "on one machine; hash seeds and processes differ"),
    proved("R2", "gaps in what is replayed"),
    proved("R3", "speeds"),
    proved("R4", "a reader that is slow or raises"),
    proved("R5", "a file that is cut off meanwhile"),
    proved("R6", "beginning anywhere"),
    proved("R7", "writing to where it comes from"),
    proved("R8", "live and replayed events alike"),
    later("B1", "a broker that is down, dies, comes back", BUS),
    later("B2", "a broker that is slow", BUS),
    later("B3", "a broker that comes back after long", BUS),
    later("B4", "an acknowledgement that is lost", BUS),
    later("B5", "a message that is too large", BUS),
    later("B6", "a broker that refuses", BUS),
    later("B7", "consumers that come and go", BUS),
    later("B8", "SIGKILL between commit and publication", BUS),
    later("B9", "gaps on the bus", BUS),
    partly("X1", "a signal at any moment", "sixteen moments here, two hundred in tests/endurance"),
    proved("X2", "a second signal"),
    proved("X3", "closing in quiet, twice, while reading, after an error"),
    partly("X4", "cancellation at every point", "on the Python that runs the tests"),
    proved("X5", "a peer that does not answer our close"),
    partly("X6", "a disk or a broker that is away at the end", BUS),
    partly("X7", "an interpreter that ends without a close", "no warning is given"),
    partly("X8", "another loop, another thread, a notebook", "there is no test in a notebook here"),
    partly("X9", "fork and spawn", "no worker is spawned"),
    later("X10", "a stop by systemd or a container", "no program of ours runs as a service yet"),
    proved("X11", "opening and closing a hundred times"),
    later("W1", "signals on Windows", ELSEWHERE),
    later("W2", "open files on Windows", ELSEWHERE),
    later("W3", "who may read a file on Windows", ELSEWHERE),
    partly(
        "W4", "where certificates are", ELSEWHERE, "test_c3_a_certificate_that_cannot_be_trusted_is_final"
    ),
    later("W5", "F_FULLFSYNC on macOS", ELSEWHERE),
    later("W6", "coarse timers on Windows", ELSEWHERE),
    partly("W7", "names of files", ELSEWHERE, "test_an_address_is_one_name_on_every_file_system"),
    partly(
        "W8",
        "clocks of a machine that sleeps",
        ELSEWHERE,
        "test_a_wall_clock_that_jumps_ahead_is_a_machine_that_slept",
    ),
    later("W9", "resets on loopback", ELSEWHERE),
    partly(
        "W10",
        "programs and notebooks start it",
        ELSEWHERE,
        "test_rest_and_dxlink_share_one_port_on_this_machine",
    ),
    proved("Z1", "who can reach it"),
    proved("Z2", "a WebSocket of a page of another site"),
    proved("Z3", "a Host that is another"),
    proved("Z4", "a program without an Origin"),
    proved("Z5", "tokens of a local server"),
    proved("Z6", "forms and preflights of other sites"),
    proved("Z7", "frames and scripts in pages"),
    proved("Z8", "paths and questions to a dashboard"),
    proved("Z9", "a thousand sockets, slow and large requests"),
    proved("Z10", "a slow tab"),
    proved(
        "Z11",
        "real credentials for a simulator",
        "test_real_credentials_do_not_go_to_a_simulator",
    ),
    proved("Z12", "plain text to another machine", "test_a_quote_token_goes_nowhere_else"),
    partly(
        "Z13",
        "secrets in what is written",
        "crash dumps are not looked at",
        "test_no_secret_is_in_any_log_error_pickle_or_representation",
    ),
    proved(
        "Z14",
        "a server that says the token again",
        "test_a_token_that_is_echoed_later_is_hidden_from_whoever_watches",
    ),
    proved("Z15", "files of secrets", "test_what_is_written_is_for_this_user_alone_whatever_the_umask"),
    proved("Z16", "secrets as arguments", "test_no_secret_is_taken_as_an_argument"),
    partly(
        "Z17",
        "lines and colors in what a server says",
        "symbols in tables are tested, log lines are not",
        "test_a_hostile_symbol_stays_text",
    ),
]
