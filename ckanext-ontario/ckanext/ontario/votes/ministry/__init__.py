"""The ministry's side of votes, on the internal portal; and its answers, on both."""
