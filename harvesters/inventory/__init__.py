"""Inventories: spreadsheets (CSV, TSV, XLSX) with one row for each dataset.

``reader`` turns a document into records, ``profile`` says which columns and words it may use,
``plugin`` binds both to the harvest engine. What is read and how: ``docs/reference``.
"""
