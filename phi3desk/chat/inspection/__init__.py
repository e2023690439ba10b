"""How an answer came about: what was searched, found and read for it, and why the rest was not, in words."""
