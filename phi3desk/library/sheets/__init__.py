"""Sheets as data: their tables with typed columns, kept in SQLite files, and asked by queries that only read."""
