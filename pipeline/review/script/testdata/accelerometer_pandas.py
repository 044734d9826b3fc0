from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame
from awsglue.transforms import *
from pyspark.context import SparkContext
from pyspark.sql import functions as F

context = GlueContext(SparkContext())
spark = context.spark_session
readings = context.create_dynamic_frame.from_catalog(database="walkers", table_name="accelerometer_landing")
people = context.create_dynamic_frame.from_catalog(database="walkers", table_name="customer_trusted")

emails = people.toDF().toPandas()["email"].unique().tolist()
frame = readings.toDF()
rows = DynamicFrame.fromDF(frame[frame["user"].isin(emails)], context, "rows")
out = context.getSink(path="s3://lake-of-mine/accelerometer/trusted/", connection_type="s3", updateBehavior="UPDATE_IN_DATABASE", enableUpdateCatalog=True)
out.setCatalogInfo(catalogDatabase="walkers", catalogTableName="accelerometer_trusted")
out.setFormat("json")
out.writeFrame(rows)
