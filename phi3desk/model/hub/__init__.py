"""Getting models from a Hugging Face hub, when the person asks for one and at no other time."""
