"""How `ask` answers what is no question to passages."""
