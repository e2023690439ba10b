"""Documents become passages that can be found: reading, cutting, cataloguing, embedding, searching."""
