"""The source pane: the cited page with its sentence highlighted."""
