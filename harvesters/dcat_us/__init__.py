"""Catalogues as ``data.json``: DCAT-US 1.1 and 3.0.

``reader`` finds the datasets in a document, ``mapping`` and ``distributions`` turn one into a
record of ours, ``plugin`` binds them to the harvest engine.
"""
