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


# Script generated for node Accelerometer Landing
a = glueContext.create_dynamic_frame.from_options(format_options={"multiLine": "false"}, connection_type="s3", format="json", connection_options={"paths": ["s3://lake-of-mine/accelerometer/landing/"], "recurse": True}, transformation_ctx="a")

# Script generated for node Customer Trusted
b = glueContext.create_dynamic_frame.from_options(format_options={"multiLine": "false"}, connection_type="s3", format="json", connection_options={"paths": ["s3://lake-of-mine/customer/trusted/"], "recurse": True}, transformation_ctx="b")

j = Join.apply(frame1=a, frame2=b, keys1=["user"], keys2=["email"], transformation_ctx="j")

# Script generated for node Drop
d = DropFields.apply(frame=j, paths=["serialNumber", "birthDay", "`shareWithPublicAsOfDate`", "shareWithResearchAsOfDate", "registrationDate", "customerName", "shareWithFriendsAsOfDate", "lastUpdateDate", "phone", "email"], transformation_ctx="d")

# Script generated for node Target
Target_node3 = glueContext.write_dynamic_frame.from_options(
    frame=d,
    connection_type="s3",
    format="json",
    connection_options={"path": "s3://lake-of-mine/accelerometer/trusted", "partitionKeys": []},
    transformation_ctx="Target_node3",
)

job.commit()
