import argparse
from pyspark.sql import SparkSession, functions as F


def main(steps_path: str, motion_path: str, output_path: str):
    spark = SparkSession.builder.appName("training").getOrCreate()
    steps = spark.read.parquet(steps_path)
    motion = spark.read.parquet(motion_path)
    if "timeStamp" in motion.columns and "timestamp" not in motion.columns:
        motion = motion.withColumnRenamed("timeStamp", "timestamp")
    steps = steps.withColumnRenamed("sensorReadingTime", "timestamp").withColumn("timestamp", F.col("timestamp").cast("bigint"))
    result = steps.join(motion, on="timestamp", how="inner")
    result.select("timestamp", "serialNumber", "distanceFromObject", "x", "y", "z").write.mode("overwrite").parquet(output_path)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--step_trainer_trusted", required=True)
    parser.add_argument("--accelerometer_trusted", required=True)
    parser.add_argument("--machine_learning_curated", default="s3://lake-of-mine/machine_learning_curated/")
    args = parser.parse_args()
    main(args.step_trainer_trusted, args.accelerometer_trusted, args.machine_learning_curated)
