"""Documents become passages that can be found: reading, chunking, cataloguing, embedding, searching."""
