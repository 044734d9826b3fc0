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


# Script generated for node S
a = glueContext.create_dynamic_frame.from_options(format_options={"multiLine": "false"}, connection_type="s3", format="json", connection_options={"paths": ["s3://lake-of-mine/step_trainer/trusted/"], "recurse": True}, transformation_ctx="a")

# Script generated for node A
b = glueContext.create_dynamic_frame.from_options(format_options={"multiLine": "false"}, connection_type="s3", format="json", connection_options={"paths": ["s3://lake-of-mine/accelerometer/trusted/"], "recurse": True}, transformation_ctx="b")

j = Join.apply(frame1=a, frame2=b, keys1=["sensorReadingTime"], keys2=["timestamp"], transformation_ctx="j")

# Script generated for node Target
Target_node3 = glueContext.write_dynamic_frame.from_options(
    frame=j,
    connection_type="s3",
    format="json",
    connection_options={"path": "s3://lake-of-mine/machine_learning/curated", "partitionKeys": []},
    transformation_ctx="Target_node3",
)

job.commit()
