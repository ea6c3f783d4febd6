"""Findings: what was published or supposed, what the stored runs say of it, and the verdict."""
