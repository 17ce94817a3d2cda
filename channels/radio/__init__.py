"""Loudspeaker stations: an approved post becomes a script that is read aloud, and programmes made of such scripts."""

from channels.radio.outlet import Radio

__all__ = ["Radio"]
