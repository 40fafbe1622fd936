"""Kept names: option chains as notebooks ask for them."""
