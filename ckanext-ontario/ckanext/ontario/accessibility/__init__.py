"""Accessibility: the statement, and barriers that people report.

In scope: what the portal promises and where it falls short, a form for what stands in somebody's
way, the mail to the team that answers, the list for administrators. Not in scope: what makes pages
accessible, which is every slice's own work.
"""
