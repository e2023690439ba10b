"""What the loaded model says to yes-or-no questions about a text, by the scores of the two words."""
