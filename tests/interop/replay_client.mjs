// The official dxLink client follows the prints of some symbols and prints each as it was given it, one JSON
// object a line: {"event": {...}}.
// Usage: node replay_client.mjs <dxlink url> <quote token> <number of prints> <symbol>...
// Ends with 0 once it has so many, with 1 and a reason on stderr when it had not after 20 s.
import WebSocket from 'ws'
import { DXLinkLogLevel } from '@dxfeed/dxlink-core'
import { DXLinkFeed, FeedContract, FeedDataFormat } from '@dxfeed/dxlink-feed'
import { DXLinkWebSocketClient } from '@dxfeed/dxlink-websocket-client'

globalThis.WebSocket ??= WebSocket // Node has one of its own from 22 on

const [url, token, wanted, ...symbols] = process.argv.slice(2)
let count = 0

const client = new DXLinkWebSocketClient({ logLevel: DXLinkLogLevel.WARN, maxReconnectAttempts: 1 })
client.addErrorListener((error) => console.error(`client: ${error.type}: ${error.message}`))

const deadline = setTimeout(() => {
  console.error(`${count} prints of ${wanted} had come after 20 s`)
  process.exit(1)
}, 20_000)

client.connect(url)
client.setAuthToken(token)

const feed = new DXLinkFeed(client, FeedContract.STREAM, { logLevel: DXLinkLogLevel.WARN })
feed.configure({
  acceptAggregationPeriod: 0.1,
  acceptDataFormat: FeedDataFormat.COMPACT,
  acceptEventFields: { TimeAndSale: ['eventType', 'eventSymbol', 'index', 'time', 'price', 'size', 'eventFlags'] },
})
feed.addEventListener((events) => {
  for (const event of events) {
    process.stdout.write(`${JSON.stringify({ event })}\n`)
    count += 1
  }
  if (count < Number(wanted)) return
  clearTimeout(deadline)
  client.close()
  // Not process.exit: it may cut off what is still to be printed.
  setTimeout(() => process.exit(0), 1_000).unref()
})
feed.addSubscriptions(...symbols.map((symbol) => ({ type: 'TimeAndSale', symbol })))
