"""One question, or several, asked of every document of a scope in turn."""
