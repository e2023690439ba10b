"""Packs: an expert saved as one file, and taken in from one."""
