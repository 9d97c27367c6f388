"""Reads the files of claims and reviews that commands name."""
