"""phi3desk makes Phi-3 an expert of your documents, on your own machine."""

__version__ = "0.1.0"
