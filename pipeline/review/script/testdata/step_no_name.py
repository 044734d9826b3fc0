from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame
from awsglue.transforms import *
from pyspark.context import SparkContext
from pyspark.sql import functions as F

context = GlueContext(SparkContext())
spark = context.spark_session
steps = context.create_dynamic_frame.from_catalog(database="walkers", table_name="step_trainer_landing")

rows = Join.apply(
    frame1=steps,
    frame2=people_curated,
    keys1=["serialnumber"], keys2=["serialnumber"])
people_curated = rows
out = context.getSink(path="s3://lake-of-mine/step_trainer/trusted/", connection_type="s3", updateBehavior="UPDATE_IN_DATABASE", enableUpdateCatalog=True)
out.setCatalogInfo(catalogDatabase="walkers", catalogTableName="step_trainer_trusted")
out.setFormat("json")
out.writeFrame(rows)
