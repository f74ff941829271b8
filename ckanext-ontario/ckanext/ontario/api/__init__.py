"""The description of the Action API: OpenAPI, errors, and what programs may expect."""
