"""Market data of tastytrade and dxFeed. Public names are loaded on first use."""
