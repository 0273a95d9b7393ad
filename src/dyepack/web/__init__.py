"""The workbench's server: the workspace's verbs over HTTP, described by OpenAPI, and the pages that ask it.

It listens on this machine alone unless told otherwise, and asks nothing of any other.
"""
