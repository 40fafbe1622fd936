"""How one reader sees a source: what of it is the reader's, how much may wait, and what fills a hole."""
