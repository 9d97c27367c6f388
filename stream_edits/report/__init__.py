"""Decisions for people: a table of many, and plain English for one."""

from .explaining import explain as explain
from .table import decision_table as decision_table
from .table import print_report as print_report
