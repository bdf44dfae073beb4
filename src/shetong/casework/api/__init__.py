"""Matters and cases for programs; mounted by the API of the floor above, behind its gate."""
