"""The Library page: collections, documents, folders and imports."""
