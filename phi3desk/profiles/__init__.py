"""Expert profiles: instructions, adapters and collections joined under one name."""
