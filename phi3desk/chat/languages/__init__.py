"""The languages in which documents can be asked about as wholes, a module each."""
