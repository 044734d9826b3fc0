"""A script in DuckDB: python duckdb_rival.py SCRIPT."""

import sys
from pathlib import Path

import duckdb

duckdb.connect().execute(Path(sys.argv[1]).read_text())
