"""How `ask` answers what is no question to passages, and how it prints answers."""
