"""Saving answers as dossiers."""
