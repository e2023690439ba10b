"""What of the passages that were found is read, and how long that may take."""
