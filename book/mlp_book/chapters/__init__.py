"""One module per chapter: its figures and its facts."""
