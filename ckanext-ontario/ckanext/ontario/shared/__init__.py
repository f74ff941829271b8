"""What slices share: small ideas without a slice of their own.

Slices never import each other; they meet through CKAN actions, signals, or a module here.
"""
