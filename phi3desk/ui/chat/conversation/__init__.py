"""The conversation as it is read: its messages, their links, and what can be done with them."""
