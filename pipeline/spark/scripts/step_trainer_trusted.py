"""Builds the table step_trainer_trusted, on AWS Glue 5 or under plain spark-submit:

    spark-submit step_trainer_trusted.py --lake LAKE --out NEW_FOLDER --result FILE

Code generated from transforms/step_trainer_trusted.sql, DO NOT EDIT: change the SQL there.
"""

import argparse
import json
import re
import sys
import uuid

from py4j.protocol import Py4JJavaError
from pyspark.errors import AnalysisException, PySparkException
from pyspark.sql import DataFrame, Observation, SparkSession
from pyspark.sql import functions as f

TABLE = "step_trainer_trusted"

# The path of each input below the lake, and its columns in the case of its files.
INPUTS = {
    "step_trainer_landing": (
        "step_trainer/landing",
        """
            `sensorReadingTime` BIGINT,
            `serialNumber` STRING,
            `distanceFromObject` INT
        """,
    ),
    "customer_curated": (
        "customer/curated",
        """
            `customername` STRING,
            `email` STRING,
            `phone` STRING,
            `birthday` STRING,
            `serialnumber` STRING,
            `registrationdate` BIGINT,
            `lastupdatedate` BIGINT,
            `sharewithresearchasofdate` BIGINT,
            `sharewithpublicasofdate` BIGINT,
            `sharewithfriendsasofdate` BIGINT
        """,
    ),
}

# The transform: its stages, and its final SELECT.
STAGES = ["complete", "owned"]
WITH = """-- zone: trusted
-- path: step_trainer/trusted
-- alias: trusted/step_trainer, step_trainer_trusted, trainer/trusted, trusted/trainer, step-trainer/trusted, step_trainers/trusted
-- job: step_trainer_trusted
-- Step trainer readings of devices that belong to curated customers.
WITH complete AS (
  SELECT s.sensorReadingTime, s.serialNumber, s.distanceFromObject
  FROM step_trainer_landing AS s
  WHERE s.sensorReadingTime IS NOT NULL
    AND s.serialNumber IS NOT NULL AND s.serialNumber <> ''
),
owned AS (
  SELECT s.sensorReadingTime, s.serialNumber, s.distanceFromObject
  FROM complete AS s
  WHERE s.serialNumber IN (SELECT c.serialNumber FROM customer_curated AS c)
)
"""
SELECT = """SELECT DISTINCT s.sensorReadingTime, s.serialNumber, s.distanceFromObject
FROM owned AS s
"""

# With these settings, Spark interprets the SQL like DuckDB and Athena.
DIALECT = {
    "spark.sql.ansi.enabled": "true",  # an overflow is an error
    "spark.sql.ansi.doubleQuotedIdentifiers": "true",
    "spark.sql.parser.escapedStringLiterals": "true",  # '\n' is two characters
    "spark.sql.caseSensitive": "false",  # customerName is customername
    "spark.sql.session.timeZone": "UTC",
}

# Spark always reads integers strictly: it rejects 5.7 and "5".
STRICT_JSON = {
    "mode": "FAILFAST",
    "allowNonNumericNumbers": "false",
    "allowSingleQuotes": "false",
    "recursiveFileLookup": "true",
}


def main() -> None:
    args = arguments()
    spark = SparkSession.builder.appName(TABLE).config(map=DIALECT).getOrCreate()
    # Spark's own messages quote rows.
    spark.sparkContext.setLogLevel("OFF")
    try:
        make(spark, args)
    except (PySparkException, Py4JJavaError, ValueError) as error:
        sys.exit(f"{TABLE}: {reason(error)}")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=f"Makes {TABLE}.", allow_abbrev=False)
    parser.add_argument("--lake", required=True, metavar="URI", help="root of the lake")
    parser.add_argument(
        "--input",
        action="append",
        default=[],
        type=tables_and_uris,
        metavar="TABLE=URI[,...]",
        help="locations of inputs that are not at their paths below the lake",
    )
    parser.add_argument("--out", metavar="URI", help="new, for rows (default: below the lake)")
    parser.add_argument("--result", metavar="URI", help="for counts (default: beside the rows)")
    parser.add_argument("--JOB_RUN_ID", help=argparse.SUPPRESS)  # Glue adds it
    args, _ = parser.parse_known_args()  # Glue adds other arguments, too
    if not args.out:
        run = args.JOB_RUN_ID or uuid.uuid4().hex
        args.out = f"{args.lake.rstrip('/')}/.stedi/glue/runs/{TABLE}/{run}"
    if not args.result:
        args.result = args.out.rstrip("/") + ".json"
    return args


def tables_and_uris(text: str) -> list[tuple[str, str]]:
    return [table_and_uri(part) for part in re.split(r",(?=\w+=)", text)]


def table_and_uri(text: str) -> tuple[str, str]:
    name, _, uri = text.partition("=")
    if name not in INPUTS or not uri:
        known = ", ".join(INPUTS)
        raise argparse.ArgumentTypeError(f"TABLE=URI expected, with one of {known}")
    return name, uri


def make(spark: SparkSession, args: argparse.Namespace) -> None:
    delete(spark, args.result)  # it exists only after a successful run
    if not is_empty(spark, args.out):
        raise ValueError(f"{args.out} is not empty: give --out a new folder")
    moved = dict(pair for pairs in args.input for pair in pairs)
    for name, (path, columns) in INPUTS.items():
        uri = moved.get(name, f"{args.lake.rstrip('/')}/{path}")
        # The cache causes Spark to read the rows once and with all columns, so
        # that a bad value in an unselected column is an error, too.
        rows = spark.read.schema(columns).options(**STRICT_JSON).json(uri).cache()
        rows.createOrReplaceTempView(name)
    funnel = count(spark, [*INPUTS, *STAGES])
    rows = spark.sql(WITH + SELECT)
    rows = rows.toDF(*(name.lower() for name in rows.columns))
    funnel.append((TABLE, write(rows, args.out)))
    result = {
        "table": TABLE,
        "funnel": [{"stage": name, "rows": n} for name, n in funnel],
        "columns": [{"name": name, "type": kind} for name, kind in rows.dtypes],
    }
    save(spark, args.result, json.dumps(result, indent=2) + "\n")
    print(" -> ".join(f"{name} {n:,}" for name, n in funnel))


def count(spark: SparkSession, names: list[str]) -> list[tuple[str, int]]:
    each = (f"SELECT '{name}' AS name, COUNT(*) AS n FROM `{name}`" for name in names)
    counts = dict(spark.sql(WITH + " UNION ALL ".join(each)).collect())
    return [(name, counts[name]) for name in names]


def write(rows: DataFrame, uri: str) -> int:
    written = Observation()
    rows = rows.observe(written, f.count(f.lit(1)).alias("rows"))
    rows.write.mode("append").json(uri, compression="none")
    return written.get["rows"]


def hadoop(spark: SparkSession, uri: str):
    path = spark.sparkContext._jvm.org.apache.hadoop.fs.Path(uri)
    return path, path.getFileSystem(spark.sparkContext._jsc.hadoopConfiguration())


def is_empty(spark: SparkSession, uri: str) -> bool:
    path, files = hadoop(spark, uri)
    return not files.exists(path) or not files.listStatus(path)


def delete(spark: SparkSession, uri: str) -> None:
    path, files = hadoop(spark, uri)
    files.delete(path, False)


def save(spark: SparkSession, uri: str, text: str) -> None:
    path, files = hadoop(spark, uri)
    stream = files.create(path, True)
    stream.write(text.encode())
    stream.close()


def reason(error: Exception) -> str:
    """Returns the cause of an error, without the rows that Spark quotes."""
    text = str(error)
    if isinstance(error, (AnalysisException, ValueError)):
        return text
    if file := re.search(r"error while reading file (.+?)\.\s+(?:Details|SQLSTATE):", text):
        return (
            f"{file[1]} cannot be read: a line is not a JSON object with "
            'values of the right types, or the file is damaged; "stedi check" says which'
        )
    if known := re.search(r"\[([A-Z]+(?:_[A-Z]+)+(?:\.[A-Z_]+)?)\]", text):
        return f"Spark says {known[1]}"
    causes = re.findall(r"^(?:|Caused by): (.+)$", text, re.MULTILINE)
    return causes[-1] if causes else type(error).__name__


if __name__ == "__main__":
    main()
