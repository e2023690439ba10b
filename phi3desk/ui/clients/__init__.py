"""The workers as the window sees them."""
