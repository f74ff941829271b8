"""Writing records in bulk: the batch writer, the index writer, runs and their issues.

Used twice: by harvests on the internal portal and by releases on the public one. Other slices
reach it through its actions alone.
"""
