"""Showing runs: tables, figures and what-if panels; import the module that you need.

`mlp_core.report.what_if` needs NumPy alone; the others need the extra ``report``.
"""
