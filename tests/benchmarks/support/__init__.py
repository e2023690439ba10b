"""How well it is told which sentences a passage supports: pairs of passage and claim, and the table of what is said."""
