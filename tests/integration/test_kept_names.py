"""A notebook's way through the kept names, against a simulator in a process of its own."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tastytrade.dxfeed import EventBatch, Greeks
from tastytrade.errors import ConfigurationError, StreamClosed, SymbolError
from tastytrade.logging import CHATTY, setup_logging
from tastytrade.sessions import Credentials
from tastytrade.sessions.dxlink import DXLinkClient
from tastytrade.sessions.messaging import Feed
from tastytrade.sessions.requests import AsyncSessionHandler
from tastytrade.sessions.sockets import WebSocketManager
from tastytrade.simulator.accounts import User
from tests.integration.notebook import COLUMNS, has_rows, listen, run_notebook, table
from tests.integration.watched_simulator import WatchedSimulator

CONTROL_LINES = [
    "Session created successfully",
    *[
        f"Started Channels.{name} listener on channel {number}"
        for name, number in (
            ("Control", 0),
            ("Quotes", 3),
            ("Trades", 1),
            ("Greeks", 5),
            ("Profile", 7),
            ("Summary", 9),
        )
    ],
    "SETUP",
    "AUTH_STATE:UNAUTHORIZED",
    "AUTH_STATE:AUTHORIZED",
]
EVENT_TYPES = {
    "Trades": "Trade",
    "Quotes": "Quote",
    "Greeks": "Greeks",
    "Profile": "Profile",
    "Summary": "Summary",
}
USER = User(login="me", password="canary-password", client_secret="sim_canary1", refresh_token="sim_canary2")


@dataclass
class Notebook:
    """What is left of a notebook that logged in, listened for a second and closed everything."""

    client: DXLinkClient
    empty: dict[str, pl.DataFrame]
    symbols: list[str]
    log: list[str]
    began: datetime
    ended: datetime


@contextmanager
def program_log(folder: Path) -> Iterator[None]:
    """Logging as a program sets it up, into a file; pytest's own handlers come back at the end."""
    root = logging.getLogger()
    level, before = root.level, root.handlers[:]
    levels = {name: logging.getLogger(name).level for name in CHATTY}
    root.handlers.clear()
    setup_logging(level=logging.INFO, log_dir=folder, filename_prefix="dev", console=False, file=True)
    try:
        yield
    finally:
        for handler in root.handlers:
            handler.close()
        root.handlers[:] = before
        root.setLevel(level)
        for name, chatty_level in levels.items():
            logging.getLogger(name).setLevel(chatty_level)


@pytest.fixture(scope="module")
def notebook(tastytrade_simulator: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Notebook:
    folder = tmp_path_factory.mktemp("notebook")
    with pytest.MonkeyPatch.context() as patch, program_log(folder):
        for name, value in (("API_URL", "api_url"), ("USER", "login"), ("PASS", "password")):
            patch.setenv(f"TT_{name}", tastytrade_simulator[value])
        patch.delenv("TT_SECRET", raising=False)
        patch.delenv("TT_REFRESH", raising=False)
        began = datetime.now(UTC)
        client, empty, symbols = asyncio.run(run_notebook())
        ended = datetime.now(UTC)
    (path,) = folder.glob("dev_*.log")
    log = [line.split(":", 5)[5] for line in path.read_text(encoding="utf-8").splitlines()]
    return Notebook(client, empty, symbols, log, began, ended)


@pytest.fixture
async def session(tastytrade_environment: dict[str, str]) -> AsyncIterator[AsyncSessionHandler]:
    opened = await AsyncSessionHandler.create(Credentials(env="Live"))
    yield opened
    await opened.close()


@asynccontextmanager
async def watched(monkeypatch: pytest.MonkeyPatch, **variables: str) -> AsyncIterator[WatchedSimulator]:
    """A simulator in this loop, with the environment pointing at it by name and password."""
    async with WatchedSimulator(user=USER) as simulator:
        for name in ("TT_API_URL", "TT_USER", "TT_PASS"):
            monkeypatch.setenv(name, variables.get(name, simulator.variables[name]))
        yield simulator


def ours() -> set[str]:
    """Names of tasks that are not this test's."""
    return {task.get_name() for task in asyncio.all_tasks() if task is not asyncio.current_task()}


# The tables, read after everything has been closed.


@pytest.mark.parametrize("name", COLUMNS)
def test_a_table_has_rows_and_its_columns_in_order(notebook: Notebook, name: str) -> None:
    assert table(notebook.client, name).columns == COLUMNS[name].split()
    assert table(notebook.client, name).height >= 4


@pytest.mark.parametrize("name", ["Trades", "Quotes", "Summary", "Profile"])
def test_every_symbol_has_rows(notebook: Notebook, name: str) -> None:
    assert set(table(notebook.client, name)["eventSymbol"]) == set(notebook.symbols)


def test_only_options_have_greeks(notebook: Notebook) -> None:
    symbols = set(table(notebook.client, "Greeks")["eventSymbol"])

    assert symbols == {symbol for symbol in notebook.symbols if symbol.startswith(".SPX")}


@pytest.mark.parametrize("name", COLUMNS)
def test_the_timestamp_is_utc_and_of_that_second(notebook: Notebook, name: str) -> None:
    stamps = table(notebook.client, name)["timestamp"]

    assert stamps.dtype == pl.Datetime("ns", "UTC")
    assert stamps.dt.cast_time_unit("us").is_between(notebook.began, notebook.ended).all()
    assert stamps.is_sorted()


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("Trades", ["price", "dayVolume", "size"]),
        ("Quotes", ["bidPrice", "askPrice", "bidSize", "askSize"]),
        ("Greeks", ["volatility", "delta", "gamma", "theta", "rho", "vega"]),
        ("Summary", ["openInterest", "dayOpenPrice", "prevDayClosePrice"]),
        ("Profile", ["high52WeekPrice", "low52WeekPrice"]),
    ],
)
def test_numbers_are_decimals(notebook: Notebook, name: str, columns: list[str]) -> None:
    found = table(notebook.client, name).select(columns)

    assert {dtype.base_type() for dtype in found.dtypes} == {pl.Decimal}
    assert all(column.drop_nulls().len() for column in found)


def test_texts_and_times_of_a_profile_are_texts_and_integers(notebook: Notebook) -> None:
    profile = table(notebook.client, "Profile")

    assert profile.schema["description"] == pl.String
    assert profile.schema["haltStartTime"] == pl.Int64
    assert profile.filter(pl.col("eventSymbol") == "SPX")["description"].to_list() == ["S&P 500 INDEX"]


def test_a_doubles_digits_are_all_there_and_no_more() -> None:
    feed = Feed(Greeks)
    gammas = [1.98706893394e-05, 0.1, 4.2670216922e-05, -0.999631497959391, 2.0, float("nan")]
    columns: dict[str, list[Any]] = {"eventSymbol": ["A"] * len(gammas), "gamma": gammas}
    feed.append(EventBatch(Greeks, columns))

    assert [None if value is None else str(value.normalize()) for value in feed.df["gamma"]] == [
        "0.0000198706893394",
        "0.1",
        "0.000042670216922",
        "-0.999631497959391",
        "2",
        None,
    ]


def test_greeks_off_the_wire_have_all_their_digits(notebook: Notebook) -> None:
    deltas = [value for value in table(notebook.client, "Greeks")["delta"] if value]

    assert all(isinstance(value, Decimal) for value in deltas)
    assert max(len(value.normalize().as_tuple().digits) for value in deltas) >= 14


@pytest.mark.parametrize(("one", "other"), [("Trades", "Trade"), ("Quotes", "Quote")])
def test_both_spellings_of_a_handler_are_the_same(notebook: Notebook, one: str, other: str) -> None:
    handlers = notebook.client.queue_manager.handlers

    assert handlers[one] is handlers[other]
    assert set(handlers) == {"Control", *COLUMNS}
    with pytest.raises(KeyError):
        handlers["Rumours"]


def test_the_newest_price_is_found_as_notebooks_find_it(notebook: Notebook) -> None:
    trades = table(notebook.client, "Trades").filter(pl.col("eventSymbol") == "SPX")
    price = trades.sort("timestamp")[-1].select("price").item()

    assert 4000 < price < 8000


@pytest.mark.parametrize("name", COLUMNS)
def test_a_table_is_typed_before_its_first_event(notebook: Notebook, name: str) -> None:
    empty, full = notebook.empty[name], table(notebook.client, name)
    found = empty.filter(pl.col("eventSymbol") == "SPX").sort("timestamp")

    assert found.shape == (0, full.width)
    assert found.columns == full.columns
    assert [dtype.base_type() for dtype in found.dtypes] == [dtype.base_type() for dtype in full.dtypes]


# What is logged.


def test_the_log_begins_with_the_login_the_listeners_and_the_handshake(notebook: Notebook) -> None:
    assert notebook.log[0].startswith("Logging initialized - writing to ")
    assert notebook.log[1 : 1 + len(CONTROL_LINES)] == CONTROL_LINES


def test_each_channel_is_opened_configured_and_then_subscribed(notebook: Notebook) -> None:
    rest = notebook.log[1 + len(CONTROL_LINES) :]
    channels = {
        number: [line for line in rest if line.split(":")[1:2] == [str(number)]] for number in (1, 3, 5, 7, 9)
    }

    assert channels == {
        number: [
            f"CHANNEL_OPENED:{number}",
            f"FEED_CONFIG:{number}:COMPACT",
            f"FEED_CONFIG:{number}:COMPACT:SUBSCRIBED",
        ]
        for number in channels
    }
    assert sum(map(len, channels.values())) == len(rest)


async def test_no_secret_is_logged_or_shown(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with watched(monkeypatch):
        credentials = Credentials(env="Live")
        session = await AsyncSessionHandler.create(credentials)
        async with WebSocketManager(session) as connection:
            client = DXLinkClient(connection)
            await client.subscribe_to_feeds(["SPX"])
            await listen(connection, has_rows(client, *COLUMNS.keys() - {"Greeks"}))
        await session.close()
        shown = repr((credentials, session, session.session.headers, connection, client, client.session))

    said = [record.getMessage() for record in caplog.records if record.name.startswith("tastytrade")]
    assert len(said) > 10
    assert not [text for text in [*said, shown] if "canary" in text or "sim_" in text]


# What is said on the wire.


async def test_five_channels_are_opened_in_auto_by_their_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    async with watched(monkeypatch) as simulator:
        session = await AsyncSessionHandler.create(Credentials(env="Live"))
        async with WebSocketManager(session) as connection:
            client = DXLinkClient(connection)
            await client.subscribe_to_feeds(["SPX"])
            await listen(connection, has_rows(client, "Summary"))
        await session.close()
    kinds = ("CHANNEL_REQUEST", "FEED_SETUP", "FEED_SUBSCRIPTION")
    said = {kind: [one for one in simulator.heard if one["type"] == kind] for kind in kinds}

    assert [(one["channel"], one["parameters"]) for one in said["CHANNEL_REQUEST"]] == [
        (number, {"contract": "AUTO"}) for number in (1, 3, 5, 7, 9)
    ]
    assert [one["acceptEventFields"] for one in said["FEED_SETUP"]] == [
        {event_type: [column for column in COLUMNS[name].split() if column != "timestamp"]}
        for name, event_type in EVENT_TYPES.items()
    ]
    assert [one["add"] for one in said["FEED_SUBSCRIPTION"] if "add" in one] == [
        [{"type": event_type, "symbol": "SPX"}] for event_type in EVENT_TYPES.values()
    ]


# Opening and closing.


async def test_a_connection_is_opened_in_one_task_and_closed_in_another(session: AsyncSessionHandler) -> None:
    connection = WebSocketManager(session)
    await asyncio.create_task(connection.open())
    client = DXLinkClient(connection)
    await asyncio.create_task(client.subscribe_to_feeds(["SPX"]))
    await listen(connection, has_rows(client, "Quotes"))
    running = ours()
    await asyncio.create_task(connection.close())
    await session.close()

    assert "tastytrade-streamer-1" in running
    assert ours() == set()
    assert table(client, "Quotes").height > 0


async def test_a_client_knows_the_session_and_what_is_open(session: AsyncSessionHandler) -> None:
    connection = WebSocketManager(session)
    client = DXLinkClient(connection)

    assert client.session is session
    with pytest.raises(StreamClosed, match="open"):
        _ = client.queue_manager
    for asking in (client.setup_feeds(), client.subscribe_to_feeds(["SPX"])):
        with pytest.raises(StreamClosed, match="open the WebSocketManager first"):
            await asking


async def test_closing_what_is_not_open_harms_nobody(session: AsyncSessionHandler) -> None:
    connection = WebSocketManager(session)
    await connection.close()
    await connection.open()
    await connection.queue_manager.cleanup()
    await connection.close()
    await connection.close()

    assert ours() == set()


async def test_a_connection_that_is_open_is_not_opened_over(session: AsyncSessionHandler) -> None:
    async with WebSocketManager(session) as connection:
        with pytest.raises(ConfigurationError, match="open already"):
            await connection.open()

    assert ours() == set()


async def test_a_connection_can_be_opened_again_with_new_tables(session: AsyncSessionHandler) -> None:
    connection = WebSocketManager(session)
    heights = []
    for _ in range(2):
        async with connection:
            client = DXLinkClient(connection)
            await client.subscribe_to_feeds(["SPX"])
            await listen(connection, has_rows(client, "Profile"))
        heights.append(table(client, "Profile").height)

    assert heights == [1, 1]


async def test_sending_keepalives_ends_with_the_connection(session: AsyncSessionHandler) -> None:
    connection = WebSocketManager(session)
    await connection.open()
    async with asyncio.TaskGroup() as tasks:
        sending = tasks.create_task(connection.send_keepalives())
        await connection.close()

    assert sending.done()


async def test_a_symbol_asked_for_twice_has_its_events_once(session: AsyncSessionHandler) -> None:
    async with WebSocketManager(session) as connection:
        client = DXLinkClient(connection)
        await client.subscribe_to_feeds(["SPX"])
        await client.subscribe_to_feeds(["SPX", "NVDA"])
        await listen(connection, has_rows(client, "Profile", "Summary", of=2))

    assert table(client, "Profile")["eventSymbol"].sort().to_list() == ["NVDA", "SPX"]


@pytest.mark.parametrize("symbols", ["SPX", [], [""]])
async def test_symbols_that_cannot_be_meant_are_refused(session: AsyncSessionHandler, symbols: Any) -> None:
    async with WebSocketManager(session) as connection:
        with pytest.raises(SymbolError):
            await DXLinkClient(connection).subscribe_to_feeds(symbols)
