"""The stored runs as pages carry them: for the panels, for the explorer, and as files to take."""
