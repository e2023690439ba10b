"""The chat page: the conversation, the composer, and what happens between them."""
