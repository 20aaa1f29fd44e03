"""Mails: queued with what they follow from, sent by the worker, listed for the owner."""
