from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame
from awsglue.transforms import *
from pyspark.context import SparkContext
from pyspark.sql import functions as F

context = GlueContext(SparkContext())
spark = context.spark_session
people = context.create_dynamic_frame.from_catalog(database="walkers", table_name="customer_landing")

def agreed(person):
    """Whether the person shares data."""
    day = person.get("shareWithResearchAsOfDate")
    if day is None:
        return False
    elif day == 0:
        return False
    return True

kept = Filter.apply(frame=people, f=agreed)
out = context.getSink(path="s3://lake-of-mine/customer/trusted/", connection_type="s3", updateBehavior="UPDATE_IN_DATABASE", enableUpdateCatalog=True)
out.setCatalogInfo(catalogDatabase="walkers", catalogTableName="customer_trusted")
out.setFormat("json")
out.writeFrame(kept)
