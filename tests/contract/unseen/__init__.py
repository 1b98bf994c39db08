"""Answers to payloads that nobody wrote code against, held to the facts they must keep."""
