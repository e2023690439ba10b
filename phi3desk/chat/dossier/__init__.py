"""Answers with all that they rest on, to be handed on: Markdown, DOCX and PDF."""
