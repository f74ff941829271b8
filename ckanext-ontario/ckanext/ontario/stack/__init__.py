"""The embedded stack: real Postgres, Redis and Solr, and both portals, without root or Docker.

Nothing here imports CKAN's toolkit: it runs before any portal exists.
"""
