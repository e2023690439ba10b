"""Answers that a person put right, and the questions that they answer again."""
