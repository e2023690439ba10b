"""PDF files: their text layer, their places, and text recognition of pages that are pictures."""
