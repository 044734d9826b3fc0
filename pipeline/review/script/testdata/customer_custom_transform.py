import sys
from awsglue.transforms import *
from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrameCollection, DynamicFrame
from pyspark.context import SparkContext


# Script generated for node Custom Transform
def MyTransform(glueContext, dfc) -> DynamicFrameCollection:
    people = dfc.select(list(dfc.keys())[0]).toDF()
    people = people.filter(people["shareWithResearchAsOfDate"].isNotNull())
    return DynamicFrameCollection({"CustomTransform0": DynamicFrame.fromDF(people, glueContext, "people")}, glueContext)


glueContext = GlueContext(SparkContext())

# Script generated for node Customer Landing
CustomerLanding_node1 = glueContext.create_dynamic_frame.from_catalog(database="stedi", table_name="customer_landing", transformation_ctx="CustomerLanding_node1")

# Script generated for node Custom Transform
CustomTransform_node2 = MyTransform(glueContext, DynamicFrameCollection({"CustomerLanding_node1": CustomerLanding_node1}, glueContext))

# Script generated for node Select From Collection
Select_node3 = SelectFromCollection.apply(dfc=CustomTransform_node2, key=list(CustomTransform_node2.keys())[0], transformation_ctx="Select_node3")

# Script generated for node Customer Trusted
CustomerTrusted_node4 = glueContext.write_dynamic_frame.from_options(frame=Select_node3, connection_type="s3", format="json", connection_options={"path": "s3://lake-of-mine/customer/trusted/", "partitionKeys": []}, transformation_ctx="CustomerTrusted_node4")
