// Candles: bars with volume, the last one live; where the feed had gaps, the bars stand on a band that says so.

import { el, select, setText } from "./elements.js";
import { draw } from "./frame.js";
import { Panel } from "./panel.js";
import { clockTime, day, moment, plain, shown, zoneName } from "./format.js";
import { canvasPicture } from "./picture.js";
import { colours } from "./theme.js";

const PERIODS = ["1m", "5m", "15m", "30m", "1h", "1d"].map((one) => [one, one]);
const LIBRARY = "../vendor/lightweight-charts.standalone.production.mjs";
const NAMES = ["time", "open", "high", "low", "close", "volume", "gap_seconds"];

// Bars are [time_s, open, high, low, close, volume, gap_seconds], by their time.
export class Candles extends Panel {
  constructor(app) {
    const period = select("Period", PERIODS, "5m", (value) => app.address.set({ p: value }));
    super(app, "candles", "Candles", { controls: [period] });
    this.period = period;
    this.bars = new Map();
    this.late = new Map();
    this.isWhole = false;
    this.legend = el("p", { class: "legend", "aria-live": "off" });
    this.box = el("div", { class: "chart", role: "img", "aria-label": "Candle chart" });
    this.body.append(this.legend, this.box);
    this.footer("");
  }

  isReady() {
    return this.app.symbol() !== "";
  }

  args() {
    return { symbol: this.app.symbol(), period: this.app.address.get("p") };
  }

  refresh() {
    this.period.value = this.app.address.get("p");
    this.describe(`${plain(this.app.symbol())} · ${zoneName()}`);
    super.refresh();
    if (this.isActive && !this.loading) this.loading = this.load();
  }

  async load() {
    this.library = await import(LIBRARY);
    const { createChart, CandlestickSeries, HistogramSeries, createSeriesMarkers } = this.library;
    this.chart = createChart(this.box, {
      autoSize: true,
      // Its own logo needs a style written into the page, which the page forbids: the credit is in the footer.
      layout: { attributionLogo: false },
      localization: { timeFormatter: (time) => moment(time * 1000) },
      timeScale: { timeVisible: true, secondsVisible: false, rightOffset: 3, tickMarkFormatter: tickMark },
      rightPriceScale: { scaleMargins: { top: 0.08, bottom: 0.24 } },
    });
    const overlay = { priceFormat: { type: "volume" }, lastValueVisible: false, priceLineVisible: false };
    this.gaps = this.chart.addSeries(HistogramSeries, { ...overlay, priceScaleId: "gaps" });
    this.chart.priceScale("gaps").applyOptions({ scaleMargins: { top: 0, bottom: 0 }, visible: false });
    this.volume = this.chart.addSeries(HistogramSeries, { ...overlay, priceScaleId: "volume" });
    this.chart.priceScale("volume").applyOptions({ scaleMargins: { top: 0.82, bottom: 0 } });
    this.candles = this.chart.addSeries(CandlestickSeries, { lastValueVisible: false, priceLineVisible: false });
    this.markers = createSeriesMarkers(this.candles, []);
    this.chart.subscribeCrosshairMove((at) => this.tell(at.time === undefined ? null : this.bars.get(at.time)));
    this.themed();
  }

  themed() {
    if (!this.chart) return;
    const colour = colours();
    const quiet = { color: colour.grid };
    this.chart.applyOptions({
      layout: { background: { color: colour.panel }, textColor: colour.dim, fontSize: 11, attributionLogo: false },
      grid: { vertLines: quiet, horzLines: quiet },
      timeScale: { borderColor: colour.line },
      rightPriceScale: { borderColor: colour.line },
    });
    // Up is hollow and down is filled, for those to whom blue and orange are alike.
    this.candles.applyOptions({
      upColor: colour.panel, borderUpColor: colour.up, wickUpColor: colour.up,
      downColor: colour.down, borderDownColor: colour.down, wickDownColor: colour.down,
    });
    this.isWhole = true;
    draw((this.drawing ??= () => this.draw()));
  }

  take(message) {
    if (message.whole) {
      this.bars.clear();
      this.late.clear();
      this.isWhole = true;
      this.isFresh = true;
    }
    for (const bar of message.bars) {
      this.bars.set(bar[0], bar);
      this.late.set(bar[0], bar);
    }
    draw((this.drawing ??= () => this.draw()));
  }

  draw() {
    if (!this.chart) return;
    const last = this.times?.at(-1) ?? -Infinity;
    const fresh = [...this.late.values()].sort((one, other) => one[0] - other[0]);
    // A bar between others shifts them all.
    if (fresh.some((bar) => bar[0] < last && !this.known.has(bar[0]))) this.isWhole = true;
    if (this.isWhole) this.redraw();
    else fresh.forEach((bar) => this.update(bar, bar[0] < last));
    this.late.clear();
    this.markers.setMarkers(this.gapMarkers());
    this.markLast();
    this.tell(null);
  }

  redraw() {
    this.isWhole = false;
    const bars = [...this.bars.values()].sort((one, other) => one[0] - other[0]);
    this.times = bars.map((bar) => bar[0]);
    this.known = new Set(this.times);
    const least = Math.min(...bars.filter((bar) => bar[4] > 0).map((bar) => bar[4]));
    const decimals = least < 0.1 ? 6 : least < 2 ? 4 : 2;
    this.candles.applyOptions({ priceFormat: { type: "price", precision: decimals, minMove: 10 ** -decimals } });
    this.candles.setData(bars.map(candle));
    this.volume.setData(bars.map(volume));
    this.gaps.setData(bars.map(gap));
    if (!this.isFresh || bars.length === 0) return;
    this.isFresh = false;
    this.chart.timeScale().setVisibleLogicalRange({ from: Math.max(0, bars.length - 120), to: bars.length + 3 });
  }

  update(bar, isOld) {
    if (!this.known.has(bar[0])) {
      this.times.push(bar[0]);
      this.known.add(bar[0]);
    }
    this.candles.update(candle(bar), isOld);
    this.volume.update(volume(bar), isOld);
    this.gaps.update(gap(bar), isOld);
  }

  // A line of our own: the library's has the colour of a body, and bodies of bars that rose are hollow.
  markLast() {
    const [, open, , , close] = this.bars.get(this.times.findLast((time) => this.bars.get(time)[4] !== null)) ?? [];
    if (close === undefined) {
      if (this.last) this.candles.removePriceLine(this.last);
      this.last = null;
      return;
    }
    const { up, down } = colours();
    const options = { price: close, color: close < open ? down : up, lineWidth: 1, lineStyle: 2, axisLabelVisible: true };
    if (this.last) this.last.applyOptions(options);
    else this.last = this.candles.createPriceLine(options);
  }

  gapMarkers() {
    const color = colours().warn;
    return this.times
      .map((time) => this.bars.get(time))
      .filter((bar) => bar[6] > 0 && bar[1] !== null)
      .map((bar) => ({ time: bar[0], position: "aboveBar", shape: "square", color, size: 0.6, text: `gap ${Math.round(bar[6])} s` }));
  }

  // The bar pointed at, else the last one, in words.
  tell(pointed) {
    const bar = pointed ?? this.bars.get(this.times?.at(-1));
    if (!bar) return setText(this.legend, "no bars yet");
    const [time, open, high, low, close, size, gapSeconds] = bar;
    const price = (value) => shown(value, { kind: "price" });
    const way = close === null || open === null || close === open ? "" : close > open ? " ▲" : " ▼";
    const lost = gapSeconds > 0 ? `   gap ${Math.round(gapSeconds)} s` : "";
    const text = `${moment(time * 1000)}   O ${price(open)}  H ${price(high)}  L ${price(low)}  C ${price(close)}${way}   V ${shown(size, { kind: "size" })}${lost}`;
    setText(this.legend, text);
    const known = `${plain(this.app.symbol())}, ${this.times.length} bars, last ${text}`;
    if (pointed === null) this.box.setAttribute("aria-label", `Candle chart: ${known}`);
  }

  csv() {
    const bars = [...this.bars.values()].sort((one, other) => one[0] - other[0]);
    return { names: NAMES, rows: bars.map((bar) => [new Date(bar[0] * 1000).toISOString(), ...bar.slice(1)]) };
  }

  picture() {
    return canvasPicture(this.chart.takeScreenshot(true), this.box.clientWidth, this.box.clientHeight);
  }
}

function candle([time, open, high, low, close]) {
  return open === null ? { time } : { time, open, high, low, close };
}

function volume([time, open, , , close, size]) {
  const { up, down } = colours();
  return size === null ? { time } : { time, value: size, color: `${close < open ? down : up}66` };
}

function gap([time, , , , , , seconds]) {
  return seconds > 0 ? { time, value: 1, color: colours().gap } : { time };
}

// What stands below a bar: a year, a month, a day or a time, the more the wider apart bars are.
function tickMark(time, kind) {
  const text = day(time * 1000);
  if (kind === 0) return text.slice(0, 4);
  if (kind === 1) return text.slice(0, 7);
  return kind === 2 ? text.slice(5) : clockTime(time * 1000).slice(0, kind === 4 ? 8 : 5);
}
