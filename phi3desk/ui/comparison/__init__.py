"""Comparisons: the page, the run behind it, and one answer compared in place."""
