"""Words of a text as they are compared: parted, folded, and brought back to their stems or base forms."""
