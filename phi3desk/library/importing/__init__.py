"""Bound folders are followed, and their files read, indexed and embedded."""
