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


# Script generated for node A
a = glueContext.create_dynamic_frame.from_options(format_options={"multiLine": "false"}, connection_type="s3", format="json", connection_options={"paths": ["s3://lake-of-mine/accelerometer/trusted/"], "recurse": True}, transformation_ctx="a")

# Script generated for node C
b = glueContext.create_dynamic_frame.from_options(format_options={"multiLine": "false"}, connection_type="s3", format="json", connection_options={"paths": ["s3://lake-of-mine/customer/trusted/"], "recurse": True}, transformation_ctx="b")

j = Join.apply(frame1=b, frame2=a, keys1=["email"], keys2=["user"], transformation_ctx="j")
d = DropFields.apply(frame=j, paths=["user", "timestamp", "x", "y", "z"], transformation_ctx="d")
u = DynamicFrame.fromDF(d.toDF().dropDuplicates(["email"]), glueContext, "u")

# Script generated for node Target
Target_node3 = glueContext.write_dynamic_frame.from_options(
    frame=u,
    connection_type="s3",
    format="json",
    connection_options={"path": "s3://lake-of-mine/customer/curated", "partitionKeys": []},
    transformation_ctx="Target_node3",
)

job.commit()
