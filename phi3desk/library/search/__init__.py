"""Keyword search and semantic search over the passages."""
