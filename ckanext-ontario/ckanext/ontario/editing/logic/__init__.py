"""Actions of the ``editing`` slice."""
