"""A document taken apart into passages, each with its headings and what it is found by."""
