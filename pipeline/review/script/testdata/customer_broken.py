from awsglue.transforms import *
from awsglue.context import GlueContext
from pyspark.context import SparkContext
glueContext = GlueContext(SparkContext())
a = glueContext.create_dynamic_frame.from_options(connection_type="s3", format="json", connection_options={"paths": ["s3://lake-of-mine/customer/landing/"]})
if counted then print(1)
b = Filter.apply(frame=a, f=lambda row: row["shareWithResearchAsOfDate"] is not None and row["shareWithResearchAsOfDate"] >= 1)
glueContext.write_dynamic_frame.from_options(frame=b, connection_type="s3", format="json", connection_options={"path": "s3://lake-of-mine/customer/trusted/"})
