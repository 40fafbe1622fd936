// Clock: what time it is at the source of the data. Live it goes on by itself; a replay has its own pace.

export class Clock {
  constructor() {
    this.at = Date.now();
    this.heard = performance.now();
    this.pace = 1;
    this.isLed = false;
  }

  // A replay says where it stands, and then nothing else does: what a table is as of may be from before a seek.
  lead(atMs, pace) {
    this.isLed = true;
    this.set(atMs, pace);
  }

  hear(atMs) {
    if (!this.isLed) this.set(atMs, 1);
  }

  set(atMs, pace) {
    if (typeof atMs !== "number") return;
    this.at = atMs;
    this.heard = performance.now();
    this.pace = pace;
  }

  now() {
    return this.at + (performance.now() - this.heard) * this.pace;
  }
}
