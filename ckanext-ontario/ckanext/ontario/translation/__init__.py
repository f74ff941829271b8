"""Translation: the texts of records that lack a language or fell behind it, and their queue.

In scope: which texts wait, writing and confirming them side by side, the same as a table to take
away and bring back. Not in scope: translating by a machine, the words of the pages themselves
(``i18n``), and what may be published (``schema``).
"""
