"""The Experts page: the list, the editor, the preview and the guide."""
