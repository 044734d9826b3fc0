import sys
from awsglue.transforms import *
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext
from awsglue.context import GlueContext
from awsglue.job import Job
from awsgluedq.transforms import EvaluateDataQuality
from awsglue import DynamicFrame

def sparkSqlQuery(glueContext, query, mapping, transformation_ctx) -> DynamicFrame:
    for alias, frame in mapping.items():
        frame.toDF().createOrReplaceTempView(alias)
    result = spark.sql(query)
    return DynamicFrame.fromDF(result, glueContext, transformation_ctx)
args = getResolvedOptions(sys.argv, ["JOB_NAME"])
sc = SparkContext()
glueContext = GlueContext(sc)
spark = glueContext.spark_session
job = Job(glueContext)
job.init(args["JOB_NAME"], args)

DEFAULT_DATA_QUALITY_RULESET = """
    Rules = [
        ColumnCount > 0
    ]
"""


# Script generated for node S
a = glueContext.create_dynamic_frame.from_options(format_options={"multiLine": "false"}, connection_type="s3", format="json", connection_options={"paths": ["s3://lake-of-mine/step_trainer/trusted/"], "recurse": True}, transformation_ctx="a")

# Script generated for node A
b = glueContext.create_dynamic_frame.from_options(format_options={"multiLine": "false"}, connection_type="s3", format="json", connection_options={"paths": ["s3://lake-of-mine/accelerometer/trusted/"], "recurse": True}, transformation_ctx="b")

# Script generated for node C
c = glueContext.create_dynamic_frame.from_options(format_options={"multiLine": "false"}, connection_type="s3", format="json", connection_options={"paths": ["s3://lake-of-mine/customer/curated/"], "recurse": True}, transformation_ctx="c")

# Script generated for node SQL Query
SqlQuery0 = '''
select * from s join a on s.sensorReadingTime = a.timestamp join c on c.email = a.user
'''
Q = sparkSqlQuery(glueContext, query = SqlQuery0, mapping = {"s":a,"a":b,"c":c}, transformation_ctx = "Q")

DropDuplicates_node7 = DynamicFrame.fromDF(Q.toDF().dropDuplicates(), glueContext, "DropDuplicates_node7")

# Script generated for node Target
EvaluateDataQuality().process_rows(frame=DropDuplicates_node7, ruleset=DEFAULT_DATA_QUALITY_RULESET, publishing_options={"dataQualityEvaluationContext": "ctx"}, additional_options={"dataQualityResultsPublishing.strategy": "BEST_EFFORT"})
Target_node9 = glueContext.getSink(path="s3://lake-of-mine/machine_learning/curated/", connection_type="s3", updateBehavior="UPDATE_IN_DATABASE", partitionKeys=[], enableUpdateCatalog=True, transformation_ctx="Target_node9")
Target_node9.setCatalogInfo(catalogDatabase="stedi",catalogTableName="machine_learning_curated")
Target_node9.setFormat("json")
Target_node9.writeFrame(DropDuplicates_node7)
job.commit()
