"""What the files of an embedding model hold: the graph, the vocabulary, the file it comes in."""
