"""How questions are answered: by the program at each wait, and by a plain LangChain pipeline with the same model."""
