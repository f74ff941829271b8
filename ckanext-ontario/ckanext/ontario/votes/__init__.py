"""Votes: people say which datasets of the inventory should open first."""
