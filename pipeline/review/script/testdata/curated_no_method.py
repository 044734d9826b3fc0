from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame
from awsglue.transforms import *
from pyspark.context import SparkContext
from pyspark.sql import functions as F

context = GlueContext(SparkContext())
spark = context.spark_session
people = context.create_dynamic_frame.from_catalog(database="walkers", table_name="customer_trusted")
readings = context.create_dynamic_frame.from_catalog(database="walkers", table_name="accelerometer_trusted")

joined = Join.apply(frame1=people, frame2=readings, keys1=["email"], keys2=["user"])
kept = joined.drop_fields(["user", "timestamp", "x", "y", "z"]).dropDuplicates()
out = context.getSink(path="s3://lake-of-mine/customer/curated/", connection_type="s3", updateBehavior="UPDATE_IN_DATABASE", enableUpdateCatalog=True)
out.setCatalogInfo(catalogDatabase="walkers", catalogTableName="customer_curated")
out.setFormat("json")
out.writeFrame(kept)
