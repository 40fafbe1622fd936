"""The whole screen: tables that change, with a line about the feed below. Needs a terminal."""
