"""Reading a file: one process a file, page by page, for every kind of file that phi3desk knows."""
