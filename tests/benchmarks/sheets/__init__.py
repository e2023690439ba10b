"""How many questions about sheets are answered right: forty over ten sheets, in seven languages."""
