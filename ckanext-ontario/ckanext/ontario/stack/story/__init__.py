"""What has happened on a fresh installation: people, records, decisions, and what the public got.

Run by ``ontario up`` after the sample inventories are harvested, once. Everything goes through
the actions that people's clicks go through, each as the person who would take the step.
"""
