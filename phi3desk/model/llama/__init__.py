"""llama.cpp: loading, tokenizing, adapters and generation."""
