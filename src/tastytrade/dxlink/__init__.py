"""How DXLink is spoken: messages, codec, subscriptions, both ends of the protocol. No socket, loop or clock."""
