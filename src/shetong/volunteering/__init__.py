"""Volunteering: real-name volunteers, their teams, activities, sign-up, service time."""
