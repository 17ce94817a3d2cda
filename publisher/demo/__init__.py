"""The demonstration: five plans, a small unit tree, one person per role, a year of posts around today.

Everything is made through the same verbs that people use, with the clock set to the day it happened, so that
approvals, attempts and the trail look as they would after a year of work. Readings are marked as samples.
"""

from publisher.demo.load import load

__all__ = ["load"]
