"""WatchApp: a grid on the whole terminal, redrawn some times a second whatever the rate of events."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable
from typing import ClassVar, Protocol

from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import DataTable, Input, Static

from tastytrade.cli.live import REDRAWS_PER_SECOND
from tastytrade.cli.running import TERMINATED, on_signal
from tastytrade.cli.screen.grid import Cell, Grid, Line
from tastytrade.errors import TastytradeError

INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells have it."""
HELP = """\
 arrows, PgUp, PgDn   move
 s, S                 sort by the next column, the one before
 r                    sort the other way round
 /                    show rows with some text only; Enter and Escape end that
 ?                    this help
 q                    quit

 Green has just risen, red fallen. Dim rows have had no news for a while: see their age.
 lag is from the market's time to ours, for half and for 99 % of events."""


class Watched(Protocol):
    """What is shown: a grid, and lines above and below. ``follow`` fills it until there is no more."""

    grid: Grid

    @property
    def events(self) -> int: ...

    def heading(self) -> str: ...

    def footer(self) -> str: ...

    async def follow(self) -> None: ...


class WatchApp(App[None]):
    """Shows what is watched until it is told to quit. ``failure`` is what ended it, if anything did."""

    ENABLE_COMMAND_PALETTE = False
    CSS = """
    #heading, #footer { height: 1; background: $panel; text-wrap: nowrap; text-overflow: ellipsis; }
    #filter { dock: bottom; display: none; height: 1; border: none; }
    #help { display: none; dock: bottom; height: auto; background: $panel; }
    DataTable { height: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "quit", "quit"),
        Binding("ctrl+c", "interrupt", "quit", priority=True),
        Binding("question_mark", "explain", "help"),
        Binding("s", "sort(1)", "sort"),
        Binding("S,upper_s", "sort(-1)", "sort back"),
        Binding("r", "reverse", "reverse"),
        Binding("slash", "filter", "filter"),
        Binding("escape", "table", "table"),
    ]

    def __init__(self, watched: Watched, *, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self.failure: BaseException | None = None
        self.draws = 0
        """How often it was drawn."""
        self._watched = watched
        self._clock = clock
        self._shown: dict[str, Line] = {}
        self._titles: tuple[str | None, bool] | None = None
        self._following: asyncio.Task[None] | None = None

    def compose(self) -> ComposeResult:
        """What the screen is made of."""
        yield Static("", id="heading", markup=False)
        yield DataTable(id="table", cell_padding=0, cursor_type="row", zebra_stripes=False)
        yield Static(HELP, id="help", markup=False)
        yield Input(placeholder="text of the rows to be shown", id="filter")
        yield Static("", id="footer", markup=False)

    def on_mount(self) -> None:
        """Begin to follow, and to draw."""
        for column in self._watched.grid.columns:
            self._table.add_column("", key=column.key, width=column.width)
        self._table.focus()
        on_signal(signal.SIGTERM, lambda: self.exit(return_code=TERMINATED))
        self._following = asyncio.get_running_loop().create_task(self._follow(), name="tastytrade-watch")
        self.set_interval(1 / REDRAWS_PER_SECOND, self.draw)
        self.draw()

    async def on_unmount(self) -> None:
        """Follow no more."""
        if self._following is not None:
            self._following.cancel()
            await asyncio.wait([self._following])

    async def _follow(self) -> None:
        try:
            await self._watched.follow()
        except TastytradeError as error:
            self.failure = error
            self.exit(return_code=1)
        except BaseExceptionGroup as group:  # that of a task group, which says itself nothing
            self.failure = group.exceptions[0]
            self.exit(return_code=1)

    def draw(self) -> None:
        """Show what there is now; only cells that are others than before are drawn again."""
        grid = self._watched.grid
        self.draws += 1
        self._draw_titles(grid)
        lines = grid.lines(now=self._clock())
        if [line.key for line in lines] != list(self._shown):
            self._draw_anew(lines)
        else:
            for line in lines:
                self._draw_changes(self._shown[line.key], line)
        self._shown = {line.key: line for line in lines}
        self.query_one("#heading", Static).update(self._watched.heading())
        self.query_one("#footer", Static).update(self._watched.footer())

    def _draw_titles(self, grid: Grid) -> None:
        sorting = (grid.sorted_by, grid.is_descending)
        if sorting == self._titles:
            return
        self._titles = sorting
        for column, shown in zip(grid.columns, self._table.ordered_columns, strict=True):
            mark = ("▼" if grid.is_descending else "▲") if column.key == grid.sorted_by else ""
            shown.label = _aligned(f"{mark}{column.title}", column.key)
        self._table.refresh()

    def _draw_anew(self, lines: list[Line]) -> None:
        """All rows, with the cursor and the view where they were."""
        table = self._table
        row, across, down = table.cursor_row, table.scroll_x, table.scroll_y
        table.clear()
        for line in lines:
            table.add_row(*(self._text(line, place) for place in range(len(line.cells))), key=line.key)
        table.move_cursor(row=row, scroll=False)
        table.scroll_to(across, down, animate=False)

    def _draw_changes(self, before: Line, line: Line) -> None:
        for place, (was, cell) in enumerate(zip(before.cells, line.cells, strict=True)):
            if was != cell or before.is_stale != line.is_stale:
                key = self._watched.grid.columns[place].key
                self._table.update_cell(line.key, key, self._text(line, place))

    def _text(self, line: Line, place: int) -> Text:
        cell = line.cells[place]
        style = _style(cell, is_stale=line.is_stale)
        return _aligned(cell.text, self._watched.grid.columns[place].key, style)

    @property
    def _table(self) -> DataTable[Text]:
        return self.query_one("#table", DataTable)

    # Keys.

    def action_interrupt(self) -> None:
        """Quit as Ctrl-C does."""
        self.exit(return_code=INTERRUPTED)

    def action_explain(self) -> None:
        """Show the keys, or hide them."""
        found = self.query_one("#help", Static)
        found.display = not found.display

    def action_sort(self, step: int) -> None:
        """Sort by another column."""
        self._watched.grid.sort_by_next(step)
        self.draw()

    def action_reverse(self) -> None:
        """Sort the other way round."""
        self._watched.grid.reverse()
        self.draw()

    def action_filter(self) -> None:
        """Ask for a text that rows are to have."""
        asked = self.query_one("#filter", Input)
        asked.display = True
        asked.focus()

    def action_table(self) -> None:
        """Back to the table, and what it was before."""
        self.query_one("#filter", Input).display = False
        self.query_one("#help", Static).display = False
        self._table.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Show rows that have what is typed."""
        self._watched.grid.filter = event.value
        self.draw()

    def on_input_submitted(self, _event: Input.Submitted) -> None:
        """Enter: keep the filter."""
        self.action_table()


def _style(cell: Cell, *, is_stale: bool) -> str:
    if cell.direction:
        return "bold green" if cell.direction > 0 else "bold red"
    return "dim" if is_stale else ""


def _aligned(text: str, key: str, style: str = "") -> Text:
    return Text(text, style=style, justify="left" if key == "eventSymbol" else "right", no_wrap=True)
