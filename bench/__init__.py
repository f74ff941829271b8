"""Benchmarks: the peer and ours in one run, reported as ratios. Never part of the tests."""
