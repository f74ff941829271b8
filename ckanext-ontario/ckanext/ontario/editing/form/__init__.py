"""The form of a dataset and of its files: sections, conditions, drafts, errors, what is missing."""
