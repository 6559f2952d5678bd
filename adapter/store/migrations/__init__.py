"""Numbered steps from one form of the tables to the next, run by `adapter.store.schema`."""
