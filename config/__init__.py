"""The portals' ini templates, Solr's fields and locked archives, and nginx's template."""
