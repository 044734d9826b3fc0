"""The five tables with PySpark: spark-submit spark_rival.py LAKE OUT."""

import sys

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as f

CUSTOMER = """
    customerName string, email string, phone string, birthDay string,
    serialNumber string, registrationDate bigint, lastUpdateDate bigint,
    shareWithResearchAsOfDate bigint, shareWithPublicAsOfDate bigint,
    shareWithFriendsAsOfDate bigint
"""
ACCELEROMETER = "user string, timestamp bigint, x double, y double, z double"
STEP_TRAINER = "sensorReadingTime bigint, serialNumber string, distanceFromObject int"


def main(lake: str, out: str) -> None:
    spark = SparkSession.builder.appName("bench").getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    cores = spark.sparkContext.defaultParallelism
    spark.conf.set("spark.sql.shuffle.partitions", cores)

    def landing(table: str, schema: str) -> DataFrame:
        return spark.read.schema(schema).json(
            f"{lake}/{table}/landing", mode="FAILFAST"
        )

    def write(table: str, rows: DataFrame) -> DataFrame:
        kept = rows.cache()
        kept.write.json(f"{out}/{table}.json")
        return kept

    customers = write(
        "customer_trusted",
        landing("customer", CUSTOMER)
        .where("email <> '' AND serialNumber <> '' AND shareWithResearchAsOfDate > 0")
        .distinct(),
    )
    readings = write(
        "accelerometer_trusted",
        landing("accelerometer", ACCELEROMETER)
        .where("timestamp IS NOT NULL")
        .join(customers, f.col("user") == f.col("email"), "left_semi")
        .distinct(),
    )
    curated = write(
        "customer_curated",
        customers.join(readings, f.col("email") == f.col("user"), "left_semi"),
    )
    steps = write(
        "step_trainer_trusted",
        landing("step_trainer", STEP_TRAINER)
        .where("sensorReadingTime IS NOT NULL")
        .join(curated, "serialNumber", "left_semi")
        .select("sensorReadingTime", "serialNumber", "distanceFromObject")
        .distinct(),
    )
    training = steps.join(readings, f.col("sensorReadingTime") == f.col("timestamp"))
    training.select(
        "sensorReadingTime", "serialNumber", "distanceFromObject", "x", "y", "z"
    ).write.json(f"{out}/machine_learning_curated.json")
    spark.stop()


main(*sys.argv[1:])
