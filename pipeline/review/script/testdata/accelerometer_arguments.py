import sys
from awsglue.utils import getResolvedOptions
from awsglue.context import GlueContext
from pyspark.context import SparkContext
from pyspark.sql.functions import col

args = getResolvedOptions(sys.argv, ["JOB_NAME", "accelerometer_landing_path", "customer_trusted_path", "accelerometer_trusted_path"])
glueContext = GlueContext(SparkContext.getOrCreate())
spark = glueContext.spark_session
readings = spark.read.json(args["accelerometer_landing_path"]).alias("a")
people = spark.read.json(args["customer_trusted_path"]).alias("c")
joined = readings.join(people, col("a.user") == col("c.email"), "inner").select("a.user", "a.timestamp", "a.x", "a.y", "a.z")
joined.write.mode("append").parquet(args["accelerometer_trusted_path"])
