"""Passages and questions become vectors, kept in Chroma."""
