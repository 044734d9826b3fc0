from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame
from awsglue.transforms import *
from pyspark.context import SparkContext
from pyspark.sql import functions as F

context = GlueContext(SparkContext())
spark = context.spark_session
people = context.create_dynamic_frame.from_catalog(database="walkers", table_name="customer_landing")
kept = people.filter(lambda person: person["shareWithResearchAsOfDate"] != 0)
out = context.getSink(path="s3://lake-of-mine/customer/trusted/", connection_type="s3", updateBehavior="UPDATE_IN_DATABASE", enableUpdateCatalog=True)
out.setCatalogInfo(catalogDatabase="walkers", catalogTableName="customer_trusted")
out.setFormat("json")
out.writeFrame(kept)
print(number_of_rows)
