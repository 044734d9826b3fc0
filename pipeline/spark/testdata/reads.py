"""Prints how many rows a script's reader finds in each folder, or its refusal.

spark-submit reads.py SCRIPT SCHEMA FOLDER…
"""

import importlib.util
import sys

from py4j.protocol import Py4JJavaError
from pyspark.sql import SparkSession


def main(file: str, schema: str, *folders: str) -> None:
    spec = importlib.util.spec_from_file_location("script", file)
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    spark = SparkSession.builder.config(map=script.DIALECT).getOrCreate()
    spark.sparkContext.setLogLevel("OFF")
    for folder in folders:
        try:
            rows = spark.read.schema(schema).options(**script.STRICT_JSON).json(folder)
            print([list(row) for row in rows.collect()])
        except Py4JJavaError:
            print("refused")


main(*sys.argv[1:])
