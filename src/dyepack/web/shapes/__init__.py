"""What answers hold, declared: OpenAPI, and from it the front end's types, say what these models say.

Answers are not made through them, which would take longer than the answers; tests hold answers against their models.
"""
