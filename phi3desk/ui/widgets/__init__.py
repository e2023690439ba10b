"""Widgets and helpers that know nothing of phi3desk."""
