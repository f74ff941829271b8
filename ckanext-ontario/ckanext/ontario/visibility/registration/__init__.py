"""Accounts that people make for themselves on the public portal, by an address they prove."""
