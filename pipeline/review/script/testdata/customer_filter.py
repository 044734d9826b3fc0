import sys
from awsglue.transforms import *
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext
from awsglue.context import GlueContext
from awsglue.job import Job

args = getResolvedOptions(sys.argv, ["JOB_NAME"])
sc = SparkContext()
glueContext = GlueContext(sc)
spark = glueContext.spark_session
job = Job(glueContext)
job.init(args["JOB_NAME"], args)


# Script generated for node Customer Landing
S3_node1 = glueContext.create_dynamic_frame.from_options(format_options={"multiLine": "false"}, connection_type="s3", format="json", connection_options={"paths": ["s3://lake-of-mine/customer/landing/"], "recurse": True}, transformation_ctx="S3_node1")

# Script generated for node Privacy
Privacy_node2 = Filter.apply(
    frame=S3_node1,
    f=lambda row: (not (row["shareWithResearchAsOfDate"] == 0)),
    transformation_ctx="Privacy_node2",
)

# Script generated for node Target
Target_node3 = glueContext.write_dynamic_frame.from_options(
    frame=Privacy_node2,
    connection_type="s3",
    format="json",
    connection_options={"path": "s3://lake-of-mine/customer/trusted/", "partitionKeys": []},
    transformation_ctx="Target_node3",
)

job.commit()
