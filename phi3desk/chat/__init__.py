"""A question, passages and the conversation so far become an answer that names its sources."""
