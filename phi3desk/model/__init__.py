"""GGUF files become tokens: checking, loading, adapters, generation."""
