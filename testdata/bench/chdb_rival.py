"""The five tables with chDB: python chdb_rival.py LAKE OUT."""

import sys
from pathlib import Path

from chdb import session


def main(lake: str, out: str) -> None:
    script = Path(__file__).with_name("chdb.sql").read_text()
    script = script.replace("${lake}", lake).replace("${out}", out)
    clickhouse = session.Session()
    for statement in script.split(";\n"):
        if statement.strip():
            clickhouse.query(statement)


main(*sys.argv[1:])
