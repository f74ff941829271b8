"""The bulk writer and reader: what CKAN does record by record, done for many at once.

CKAN's own functions do the work wherever they can be given their data from memory; what is
written here instead (rows, lookups) is checked against the versions and plugins of
:mod:`~.known` before it is used, and compared with the action writer's results by tests.
"""
