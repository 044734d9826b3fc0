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
a = glueContext.create_dynamic_frame.from_options(format_options={"multiLine": "false"}, connection_type="s3", format="json", connection_options={"paths": ["s3://lake-of-mine/customer/landing/"], "recurse": True}, transformation_ctx="a")

b = Filter.apply(frame=a, f=lambda row: row.get("shareWithResearchAsOfDate", 0) not in (0, None))

# Script generated for node Target
Target_node3 = glueContext.write_dynamic_frame.from_options(
    frame=b,
    connection_type="s3",
    format="json",
    connection_options={"path": "s3://lake-of-mine/customer/trusted", "partitionKeys": []},
    transformation_ctx="Target_node3",
)

job.commit()
