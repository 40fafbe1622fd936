// The official dxLink client as its users run it: a listener that is called with events. Reads an order (see
// stopwatch.py) from standard input, counts events from the one after the warm ones, which starts the clock,
// to the last, and prints what that took as one line of JSON.
import { existsSync, readFileSync } from 'node:fs'
import WebSocket from 'ws'
import { DXLinkLogLevel } from '@dxfeed/dxlink-core'
import { DXLinkFeed, FeedContract, FeedDataFormat } from '@dxfeed/dxlink-feed'
import { DXLinkWebSocketClient } from '@dxfeed/dxlink-websocket-client'

globalThis.WebSocket = WebSocket // the same for every version of Node

const STAMP_BASE = 10 ** 12
const order = JSON.parse(readFileSync(0, 'utf8'))
const importedRss = process.memoryUsage().rss

const quantile = (sorted, part) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]
const lags = []
const lagFields = () => {
  const late = lags.slice(Math.floor(lags.length / 10)).sort((one, other) => one - other)
  if (late.length === 0) return {}
  return { lag_p50_us: quantile(late, 0.5), lag_p99_us: quantile(late, 0.99), lag_min_us: late[0] }
}

// maxRSS would count what the process was before it became this program.
const peakRss = () => {
  const kibibytes = existsSync('/proc/self/status')
    ? Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1])
    : process.resourceUsage().maxRSS
  return kibibytes * 1024
}

let count = 0
let cpu, wall
const start = () => {
  wall = process.hrtime.bigint()
  cpu = process.cpuUsage()
}
const stop = () => {
  const used = process.cpuUsage(cpu)
  const wallSeconds = Number(process.hrtime.bigint() - wall) / 1e9
  const line = {
    events: count,
    cpu_us: (used.user + used.system) / (count - order.warm),
    wall_s: wallSeconds,
    imported_mb: importedRss / 1e6,
    peak_mb: peakRss() / 1e6,
    final_mb: process.memoryUsage().rss / 1e6,
    ...lagFields(),
  }
  process.stdout.write(`${JSON.stringify(line)}\n`, () => process.exit(0))
}

const client = new DXLinkWebSocketClient({ logLevel: DXLinkLogLevel.WARN, maxReconnectAttempts: 1 })
client.addErrorListener((error) => console.error(`client: ${error.type}: ${error.message}`))
client.connect(order.url)
client.setAuthToken('speed')

const feed = new DXLinkFeed(client, FeedContract.AUTO, { logLevel: DXLinkLogLevel.WARN })
feed.configure({ acceptDataFormat: FeedDataFormat.COMPACT, acceptEventFields: order.columns })
feed.addEventListener((events) => {
  for (const event of events) {
    count += 1
    if (order.is_stamped) lags.push(Number(process.hrtime.bigint() / 1000n) - (event.askSize - STAMP_BASE))
    if (count === order.warm + 1) start()
    if (count === order.events) stop()
  }
})
for (const [type, symbols] of Object.entries(order.subscriptions)) {
  feed.addSubscriptions(symbols.map((symbol) => ({ type, symbol })))
}
