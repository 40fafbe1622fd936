"""``tastytrade demo``: the whole way from login to tables, against a simulator, in some seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from tastytrade.instruments import Expiration
    from tastytrade.tables import TableBuilder

UNDERLYINGS = ("SPX", "NVDA", "BTC/USD:CXTALP", "BCH/USD:CXTALP", "ETH/USD:CXTALP")
STRIKES = (("C", 5915), ("C", 5910), ("P", 5910), ("P", 5905))
COLUMNS = {
    "Quote": ("bidPrice", "askPrice", "bidSize", "askSize"),
    "Trade": ("price", "dayVolume", "size"),
    "Greeks": ("volatility", "delta", "gamma", "theta", "rho", "vega"),
    "Summary": ("openInterest", "dayOpenPrice", "dayHighPrice", "dayLowPrice", "prevDayClosePrice"),
    "Profile": ("description", "tradingStatus", "high52WeekPrice", "low52WeekPrice"),
}
BOARD = (
    ("Quote", "bidPrice"),
    ("Quote", "askPrice"),
    ("Trade", "price"),
    ("Trade", "dayVolume"),
    ("Greeks", "volatility"),
    ("Greeks", "delta"),
    ("Summary", "openInterest"),
)
NEXT = (
    ("tastytrade stream SPX NVDA --simulator", "the same market, live, until Ctrl-C"),
    ("tastytrade simulator exec -- python your_program.py", "your own program against a simulator"),
    ("tastytrade login", "keeps your OAuth client's secret and grant, from my.tastytrade.com"),
    ("tastytrade stream SPX NVDA --events Quote,Trade", "the real feed, once you have logged in"),
)


def demo(
    duration: Annotated[float, typer.Option("--for", help="Seconds to stream.", min=1)] = 8.0,
    seed: Annotated[int, typer.Option(help="The same seed makes the same market.")] = 1,
) -> None:
    """Stream a simulated market for a few seconds and show what comes of it. Needs no account."""
    from rich.console import Console

    from tastytrade.cli.running import run

    run(_demo(Console(), duration, seed))


async def _demo(console: Console, duration: float, seed: int) -> None:
    from tastytrade.cli.board import Board
    from tastytrade.cli.live import show
    from tastytrade.dxfeed import event_class
    from tastytrade.instruments import get_option_chain
    from tastytrade.session import Session
    from tastytrade.simulator import Simulator
    from tastytrade.streamer import Streamer
    from tastytrade.tables import TableBuilder

    console.print("[bold]A tastytrade of your own[/]: simulator, login, SPX's option chain, live feed")
    async with (
        Simulator(seed=seed) as simulator,
        Session.from_environment(variables=simulator.variables) as session,
        Streamer(session) as streamer,
    ):
        chain = await get_option_chain(session, "SPX")
        nearest = chain.nearest_expiration()
        where = f"{nearest.root} {nearest.date}"
        console.print(f"{len(chain.options):,} options on {len(chain)} dates; the nearest is {where}\n")
        symbols = [*UNDERLYINGS, *_named(nearest)]
        builders: dict[type[Any], TableBuilder[Any]] = {}
        for name, columns in COLUMNS.items():
            cls = event_class(name)
            builders[cls] = TableBuilder(cls, columns=("eventSymbol", "timestamp", *columns))
        async with streamer.subscribe(builders, symbols) as subscription:
            await show(
                streamer,
                subscription,
                Board(BOARD, symbols=symbols),
                console=console,
                duration=duration,
                also=lambda batch: builders[batch.event_class].append(batch),
            )
    for builder in builders.values():
        _print_table(console, builder)
    _print_money(console, nearest, builders[event_class("Trade")].table)
    _print_next(console)


def _named(expiration: Expiration) -> list[str]:
    """The streamer symbols of some options a bit away from the money."""
    by_place = {(option.option_type, int(option.strike_price)): option for option in expiration.options}
    found = [option for place, option in by_place.items() if place in STRIKES]
    return [option.streamer_symbol for option in found if option.streamer_symbol]


def _print_table(console: Console, builder: TableBuilder[Any], *, symbols: int = 5) -> None:
    from rich.table import Table

    from tastytrade.cli.board import shown

    frame = builder.table
    newest = {symbol: (stamp, *values) for symbol, stamp, *values in frame.iter_rows()}
    shown_rows = list(newest.items())[:symbols]
    title = f"{builder.event_class.__name__}: {frame.height:,} rows; the newest of {len(shown_rows)} symbols"
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for name in frame.columns:
        is_symbol = name == "eventSymbol"
        table.add_column(name, justify="left" if is_symbol else "right", no_wrap=is_symbol)
    for symbol, (stamp, *values) in shown_rows:
        table.add_row(symbol, f"{stamp:%H:%M:%S}", *map(shown, values))
    console.print()
    console.print(table)


def _print_money(console: Console, expiration: Expiration, trades: Any) -> None:
    """The strike at the money by the last SPX trade, and the options ten points around it."""
    prices = [row["price"] for row in trades.iter_rows(named=True) if row["eventSymbol"] == "SPX"]
    if not prices:
        console.print("\nSPX has not traded in that time; try a longer --for")
        return
    strike = expiration.at_the_money(prices[-1])[0].strike_price
    where = f"SPX {prices[-1]:,.2f}, strike {strike.normalize():f}; 10 points around it:"
    console.print(f"\n[bold]At the money[/]: {where}")
    for title, options in (("calls", expiration.calls), ("puts ", expiration.puts)):
        near = {option.symbol for option in expiration.around(strike, points=10)}
        names = [str(option.streamer_symbol) for option in options if option.symbol in near]
        console.print(f"  {title}  {'  '.join(names)}", highlight=False, soft_wrap=True)


def _print_next(console: Console) -> None:
    console.print("\n[bold]Next[/]")
    for command, meaning in NEXT:
        console.print(f"  {command}\n      [dim]{meaning}[/]", highlight=False, soft_wrap=True)
