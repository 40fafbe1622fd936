// Link: the WebSocket to the program. It comes back by itself, and asks again for all that is shown.

const SILENCE_MS = 10_000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
const NOT_LET_IN = 1008;
const FULL = 1013;

export class Link {
  constructor(url) {
    this.url = url;
    this.handlers = new Map();
    this.shown = new Map();
    this.tries = 0;
    this.socket = null;
    this.heard = 0;
    setInterval(() => this.watch(), 1000);
  }

  // A handler for one kind of message, by its `t`; "link" tells how the link itself is.
  on(type, handler) {
    const known = this.handlers.get(type) ?? [];
    this.handlers.set(type, [...known, handler]);
  }

  tell(type, message) {
    for (const handler of this.handlers.get(type) ?? []) handler(message);
  }

  open() {
    clearTimeout(this.timer);
    this.heard = performance.now();
    const socket = new WebSocket(this.url);
    this.socket = socket;
    this.tell("link", { state: "connecting" });
    let wasOpen = false;
    socket.addEventListener("open", () => {
      wasOpen = true;
      this.tell("link", { state: "open" });
      for (const [panel, args] of this.shown) this.send({ do: "show", panel, args });
    });
    socket.addEventListener("message", (event) => {
      this.heard = performance.now();
      this.tries = 0;
      const message = JSON.parse(event.data);
      this.tell(message.t, message);
    });
    socket.addEventListener("close", (event) => {
      if (this.socket !== socket) return;
      this.lost(event.code, event.reason);
      if (!wasOpen) this.ask();
    });
  }

  // A browser does not say why a WebSocket was refused; the page itself is refused for the same reason.
  async ask() {
    const answer = await fetch("/", { cache: "no-store" }).catch(() => null);
    if (answer?.status !== 401 && answer?.status !== 403) return;
    clearTimeout(this.timer);
    this.lost(NOT_LET_IN, "");
  }

  lost(code, reason) {
    this.socket = null;
    if (code === NOT_LET_IN) {
      const text = reason || "this page is not let in any more";
      this.tell("link", { state: "refused", reason: `${text}: open it again from the program` });
      return;
    }
    const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.tries);
    const wait = (code === FULL ? LONGEST_WAIT_MS : longest) * (0.75 + Math.random() / 4);
    this.tries += 1;
    this.tell("link", { state: "lost", reason: reason || "no connection to the program", wait_ms: wait });
    this.timer = setTimeout(() => this.open(), wait);
  }

  // A connection may be dead without saying so.
  watch() {
    const socket = this.socket;
    if (!socket || performance.now() - this.heard < SILENCE_MS) return;
    this.socket = null;
    socket.close();
    this.lost(0, `nothing heard for ${SILENCE_MS / 1000} s`);
  }

  send(message) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  show(panel, args) {
    const before = this.shown.get(panel);
    if (before && JSON.stringify(before) === JSON.stringify(args)) return;
    this.shown.set(panel, args);
    this.send({ do: "show", panel, args });
  }

  hide(panel) {
    if (this.shown.delete(panel)) this.send({ do: "hide", panel });
  }
}
