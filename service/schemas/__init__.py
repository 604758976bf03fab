"""The JSON shapes of the HTTP contract, a module for each topic; `service.views` fills them.

Requests refuse fields they do not know, so that a misspelt one is noticed.
"""
