"""Good, corrected and rejected answers, kept as examples."""
