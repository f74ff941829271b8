"""The internal side of publication: submit, approve, return, schedule, withdraw, remove."""
