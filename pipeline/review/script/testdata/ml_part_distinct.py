from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame
from awsglue.transforms import *
from pyspark.context import SparkContext
from pyspark.sql import functions as F

context = GlueContext(SparkContext())
spark = context.spark_session
steps = context.create_dynamic_frame.from_catalog(database="walkers", table_name="step_trainer_trusted")

told = steps.toDF().withColumn("part", F.regexp_extract(F.col("serialnumber"), "^[0-9a-f]+", 0)).select("part").distinct()
rows = DynamicFrame.fromDF(told, context, "rows")
out = context.getSink(path="s3://lake-of-mine/machine_learning/curated/", connection_type="s3", updateBehavior="UPDATE_IN_DATABASE", enableUpdateCatalog=True)
out.setCatalogInfo(catalogDatabase="walkers", catalogTableName="machine_learning_curated")
out.setFormat("json")
out.writeFrame(rows)
