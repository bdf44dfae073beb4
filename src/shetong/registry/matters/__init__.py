"""The matters that the register offers: establishment, change, deregistration, approval of the charter."""

from shetong.registry.matters import changes, establishment

MATTERS = (*establishment.MATTERS, *changes.MATTERS)

__all__ = ["MATTERS"]
