// The official dxLink client does what a program of its users does, and prints what it was given, one
// JSON object a line:
//   {"config": {...}}               FEED_CONFIG, as the client understood it
//   {"event": {...}}                a Quote or a Trade
//   {"candles": [...], "end": ...}  the candle history, oldest first, once its snapshot has ended
// Usage: node client.mjs <dxlink url> <quote token> <candle symbol> <from, Unix ms> <symbol>...
// Ends with 0 once it has all it asked for, with 1 and a reason on stderr when it had not after 20 s.
import WebSocket from 'ws'
import { DXLinkLogLevel } from '@dxfeed/dxlink-core'
import { DXLinkFeed, FeedContract, FeedDataFormat } from '@dxfeed/dxlink-feed'
import { DXLinkWebSocketClient } from '@dxfeed/dxlink-websocket-client'

globalThis.WebSocket ??= WebSocket // Node has one of its own from 22 on

const REMOVE_EVENT = 0x02
const SNAPSHOT_END = 0x08
const SNAPSHOT_SNIP = 0x10

const [url, token, candleSymbol, fromTime, ...symbols] = process.argv.slice(2)
const print = (line) => process.stdout.write(`${JSON.stringify(line)}\n`)

const HISTORY = 'history of candles'
const missing = new Set([HISTORY])
for (const symbol of symbols) for (const type of ['Quote', 'Trade']) missing.add(`${type} of ${symbol}`)

const client = new DXLinkWebSocketClient({ logLevel: DXLinkLogLevel.WARN, maxReconnectAttempts: 1 })
client.addErrorListener((error) => console.error(`client: ${error.type}: ${error.message}`))

const deadline = setTimeout(() => {
  console.error(`nothing came for: ${[...missing].join(', ')}`)
  process.exit(1)
}, 20_000)

const got = (what) => {
  const isNew = missing.delete(what)
  // Once there are trades there is a current candle, and the history has to end with it.
  if (isNew && missing.size === 1 && missing.has(HISTORY)) askForHistory()
  if (missing.size > 0) return
  clearTimeout(deadline)
  client.close()
  // Not process.exit: it may cut off what is still to be printed.
  setTimeout(() => process.exit(0), 1_000).unref()
}

const openFeed = (contract, eventFields) => {
  const feed = new DXLinkFeed(client, contract, { logLevel: DXLinkLogLevel.WARN })
  feed.configure({
    acceptAggregationPeriod: 0.1,
    acceptDataFormat: FeedDataFormat.COMPACT,
    acceptEventFields: eventFields,
  })
  feed.addConfigChangeListener((config) => print({ config }))
  return feed
}

client.connect(url)
client.setAuthToken(token)

const ticker = openFeed(FeedContract.AUTO, {
  Quote: ['eventType', 'eventSymbol', 'bidPrice', 'askPrice', 'bidSize', 'askSize'],
  Trade: ['eventType', 'eventSymbol', 'time', 'price', 'size', 'dayVolume'],
})
ticker.addEventListener((events) => {
  for (const event of events) {
    print({ event })
    got(`${event.eventType} of ${event.eventSymbol}`)
  }
})
for (const symbol of symbols) {
  ticker.addSubscriptions({ type: 'Quote', symbol }, { type: 'Trade', symbol })
}

const history = openFeed(FeedContract.HISTORY, {
  Candle: ['eventType', 'eventSymbol', 'eventFlags', 'time', 'open', 'high', 'low', 'close', 'volume'],
})
const candles = new Map()
history.addEventListener((events) => {
  for (const event of events) {
    if (event.eventFlags & REMOVE_EVENT) candles.delete(event.time)
    else candles.set(event.time, event)
    if (event.eventFlags & (SNAPSHOT_END | SNAPSHOT_SNIP)) {
      const oldestFirst = [...candles.values()].sort((one, other) => one.time - other.time)
      print({ candles: oldestFirst, end: event.eventFlags & SNAPSHOT_SNIP ? 'snip' : 'end' })
      got(HISTORY)
    }
  }
})
const askForHistory = () => {
  history.addSubscriptions({ type: 'Candle', symbol: candleSymbol, fromTime: Number(fromTime) })
}
