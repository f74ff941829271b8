"""Tables of the description: actions, their parameters and answers, and the errors."""
