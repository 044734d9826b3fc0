from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame
from awsglue.transforms import *
from pyspark.context import SparkContext
from pyspark.sql import functions as F

context = GlueContext(SparkContext())
spark = context.spark_session
steps = context.create_dynamic_frame.from_catalog(database="walkers", table_name="step_trainer_trusted")
readings = context.create_dynamic_frame.from_catalog(database="walkers", table_name="accelerometer_trusted")

joined = steps.toDF().join(readings.toDF(), F.col("sensorreadingtime") == F.col("timestamp"))
told = (
    joined.withColumn("person", F.sha2(F.col("user"), 256))
    .withColumn("hour", F.hour(F.to_timestamp(F.col("timestamp") / 1000)))
    .withColumn("key", F.concat_ws("-", F.col("serialnumber"), F.col("timestamp")))
    .withColumn("side", F.when(F.col("x") > 0, F.lit("left")).otherwise(F.lit("right")))
    .drop("user")
    .select("key", "hour", "side", "person", "x", "y", "z", "distancefromobject")
)
rows = DynamicFrame.fromDF(told, context, "rows")
out = context.getSink(path="s3://lake-of-mine/machine_learning/curated/", connection_type="s3", updateBehavior="UPDATE_IN_DATABASE", enableUpdateCatalog=True)
out.setCatalogInfo(catalogDatabase="walkers", catalogTableName="machine_learning_curated")
out.setFormat("json")
out.writeFrame(rows)
