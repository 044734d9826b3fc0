import sys
from awsglue.transforms import *
from awsglue.context import GlueContext
from pyspark.context import SparkContext

glueContext = GlueContext(SparkContext())

# Script generated for node Customer Trusted
c = glueContext.create_dynamic_frame.from_catalog(database="stedi", table_name="customer_trusted", transformation_ctx="c")

# Script generated for node Step Trainer Landing
s = glueContext.create_dynamic_frame.from_options(format_options={"multiline": False}, connection_type="s3", format="json", connection_options={"paths": ["s3://lake-of-mine/step_trainer/landing/"], "recurse": True}, transformation_ctx="s")

# Script generated for node Join
j = Join.apply(frame1=c, frame2=s, keys1=["serialnumber"], keys2=["serialNumber"], transformation_ctx="j")

# Script generated for node Drop Fields
d = DropFields.apply(frame=j, paths=["distanceFromObject", "sensorReadingTime", "serialNumber"], transformation_ctx="d")

# Script generated for node Customer Curated
w = glueContext.write_dynamic_frame.from_catalog(frame=d, database="stedi", table_name="customer_curated", additional_options={"enableUpdateCatalog": True, "updateBehavior": "UPDATE_IN_DATABASE"}, transformation_ctx="w")
