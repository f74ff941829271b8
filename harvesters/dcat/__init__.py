"""Catalogues as DCAT in RDF/XML, Turtle or JSON-LD, in one document or in pages.

``parsing`` turns a document into a graph (``xml_guard`` and ``contexts`` keep it from reaching
out), ``describing`` turns a dataset of the graph into the form of data.json, whose mapping does the
rest; ``reader`` and ``plugin`` bind both to the harvest engine.
"""
