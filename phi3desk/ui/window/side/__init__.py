"""The sidebar: the conversations, the experts and the pages, and what they lead to."""
