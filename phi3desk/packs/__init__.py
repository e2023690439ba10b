"""An expert in one file: format, checks, writing, reading."""
