"""How DXLink is spoken: messages, codec, subscriptions, both ends. No socket, loop or clock."""
