"""Whether a passage says what a claim says, as an encoder reads the two together."""
