"""An answer on its way from the workers, and how its text and footer are shown."""
