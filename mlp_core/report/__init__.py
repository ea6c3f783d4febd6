"""Showing runs: tables, figures and what-if panels; import the module that you need.

Here are the parts that all chapters share. The rooms inside:

- ``what_if``: panels that train while a reader moves a control; needs NumPy alone until a widget is
  shown. Everything else needs the extra ``report``.
- ``findings``: published claims and conjectures, judged by the stored runs.
- ``stored``: the stored runs as pages carry them.
- ``chapters``: what single chapters measure and draw.
"""
