from pyspark.sql import SparkSession
from pyspark.sql.window import Window
import pyspark.sql.functions as F


class Job:
    PATHS = {}

    def __init__(self, bucket):
        self.bucket = bucket
        self.spark = SparkSession.builder.getOrCreate()

    def read(self, table):
        return self.spark.read.format("json").load("s3a://%s/%s" % (self.bucket, table))

    def run(self):
        steps = self.read("step_trainer/trusted").alias("s")
        motion = self.read("accelerometer/trusted").alias("a")
        found = steps.join(motion, F.expr("s.sensorReadingTime = a.timestamp"))
        found = found.select("s.*", F.col("a.x"), "a.y", F.col("a.z").alias("z"))
        self.write(found, "machine_learning/curated")

    def write(self, frame, table):
        frame.write.format("json").mode("overwrite").option("path", f"s3a://{self.bucket}/{table}").save()


Job("lake-of-mine").run()
