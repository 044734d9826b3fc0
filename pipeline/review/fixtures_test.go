package review_test

import (
	"fmt"
	"maps"
	"strings"
)

// files are a submission that a test writes: contents by name.
type files map[string]string

const head = `import sys
from awsglue.transforms import *
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext
from awsglue.context import GlueContext
from awsglue.job import Job
from awsglue import DynamicFrame
from pyspark.sql import functions as SqlFuncs

args = getResolvedOptions(sys.argv, ["JOB_NAME"])
sc = SparkContext()
glueContext = GlueContext(sc)
spark = glueContext.spark_session
job = Job(glueContext)
job.init(args["JOB_NAME"], args)
`

const sqlHead = `
def sparkSqlQuery(glueContext, query, mapping, transformation_ctx) -> DynamicFrame:
    for alias, frame in mapping.items():
        frame.toDF().createOrReplaceTempView(alias)
    result = spark.sql(query)
    return DynamicFrame.fromDF(result, glueContext, transformation_ctx)

`

// s3 is a source that reads a folder of the lake.
func s3(node, path string) string {
	return fmt.Sprintf(`
# Script generated for node %[1]s
%[1]s = glueContext.create_dynamic_frame.from_options(format_options={"multiline": False}, connection_type="s3", format="json", connection_options={"paths": ["s3://stedi-lake/%[2]s/"], "recurse": True}, transformation_ctx="%[1]s")
`, node, path)
}

func catalog(node, table string) string {
	return fmt.Sprintf(`
# Script generated for node %[1]s
%[1]s = glueContext.create_dynamic_frame.from_catalog(database="stedi", table_name="%[2]s", transformation_ctx="%[1]s")
`, node, table)
}

func sink(node, path, table string) string {
	return fmt.Sprintf(`
# Script generated for node %[2]s
Target = glueContext.getSink(path="s3://stedi-lake/%[1]s/", connection_type="s3", updateBehavior="UPDATE_IN_DATABASE", partitionKeys=[], enableUpdateCatalog=True, transformation_ctx="Target")
Target.setCatalogInfo(catalogDatabase="stedi", catalogTableName="%[2]s")
Target.setFormat("json")
Target.writeFrame(%[3]s)
job.commit()
`, path, table, node)
}

func join(node, left, right, leftKey, rightKey string) string {
	return fmt.Sprintf("\n%[1]s = Join.apply(frame1=%[2]s, frame2=%[3]s, keys1=[%[4]q], keys2=[%[5]q], transformation_ctx=\"%[1]s\")\n", node, left, right, leftKey, rightKey)
}

func drop(node, frame string, columns ...string) string {
	return fmt.Sprintf("\n%[1]s = DropFields.apply(frame=%[2]s, paths=[\"%[3]s\"], transformation_ctx=\"%[1]s\")\n", node, frame, strings.Join(columns, `", "`))
}

func distinct(node, frame string) string {
	return fmt.Sprintf("\n%[1]s = DynamicFrame.fromDF(%[2]s.toDF().dropDuplicates(), glueContext, \"%[1]s\")\n", node, frame)
}

func query(node, text string, views ...string) string {
	var mapping []string
	for i := 0; i < len(views); i += 2 {
		mapping = append(mapping, fmt.Sprintf("%q: %s", views[i], views[i+1]))
	}
	return fmt.Sprintf("\nSqlQuery0 = '''\n%[2]s\n'''\n%[1]s = sparkSqlQuery(glueContext, query=SqlQuery0, mapping={%[3]s}, transformation_ctx=\"%[1]s\")\n", node, text, strings.Join(mapping, ", "))
}

var customerFields = []string{"serialNumber", "shareWithPublicAsOfDate", "birthDay", "registrationDate", "shareWithResearchAsOfDate", "customerName", "email", "lastUpdateDate", "phone", "shareWithFriendsAsOfDate"}

// studio is a submission made of Studio's nodes.
func studio() files {
	f := base()
	maps.Copy(f, files{
		"customer_landing_to_trusted.py": head + s3("Customers", "customer/landing") +
			"\nConsented = Filter.apply(frame=Customers, f=lambda row: (not(row[\"shareWithResearchAsOfDate\"] == 0)), transformation_ctx=\"Consented\")\n" +
			sink("Consented", "customer/trusted", "customer_trusted"),
		"accelerometer_landing_to_trusted.py": head + s3("Readings", "accelerometer/landing") + s3("Customers", "customer/trusted") +
			join("Joined", "Readings", "Customers", "user", "email") + drop("Kept", "Joined", customerFields...) + sink("Kept", "accelerometer/trusted", "accelerometer_trusted"),
		"customer_trusted_to_curated.py": head + s3("Readings", "accelerometer/trusted") + s3("Customers", "customer/trusted") +
			join("Joined", "Customers", "Readings", "email", "user") + drop("Kept", "Joined", "user", "timestamp", "x", "y", "z") + distinct("Once", "Kept") +
			sink("Once", "customer/curated", "customer_curated"),
		"step_trainer_trusted.py": head + sqlHead + s3("Steps", "step_trainer/landing") + s3("Customers", "customer/curated") +
			query("Joined", "SELECT s.* FROM steps s JOIN customers c ON s.serialNumber = c.serialNumber", "steps", "Steps", "customers", "Customers") +
			sink("Joined", "step_trainer/trusted", "step_trainer_trusted"),
		"machine_learning_curated.py": head + s3("Steps", "step_trainer/trusted") + s3("Readings", "accelerometer/trusted") +
			join("Joined", "Steps", "Readings", "sensorReadingTime", "timestamp") + drop("Kept", "Joined", "user") + sink("Kept", "machine_learning/curated", "machine_learning_curated"),
	})
	return f
}

// sqlNodes is a submission made of SQL nodes on catalog tables.
func sqlNodes() files {
	f := base()
	node := func(text, path, table string, inputs ...string) string {
		body, views := head+sqlHead, []string{}
		for _, t := range inputs {
			body += catalog("In_"+t, t)
			views = append(views, t, "In_"+t)
		}
		return body + query("Out", text, views...) + sink("Out", path, table)
	}
	maps.Copy(f, files{
		"customer_landing_to_trusted.py":      node("select * from customer_landing where shareWithResearchAsOfDate is not null", "customer/trusted", "customer_trusted", "customer_landing"),
		"accelerometer_landing_to_trusted.py": node("select a.* from accelerometer_landing a inner join customer_trusted c on a.user = c.email", "accelerometer/trusted", "accelerometer_trusted", "accelerometer_landing", "customer_trusted"),
		"customer_trusted_to_curated.py":      node("select distinct c.* from customer_trusted c inner join accelerometer_trusted a on a.user = c.email", "customer/curated", "customer_curated", "customer_trusted", "accelerometer_trusted"),
		"step_trainer_trusted.py":             node("select s.* from step_trainer_landing s inner join customer_curated c on s.serialnumber = c.serialnumber", "step_trainer/trusted", "step_trainer_trusted", "step_trainer_landing", "customer_curated"),
		"machine_learning_curated.py":         node("select s.sensorreadingtime, s.serialnumber, s.distancefromobject, a.x, a.y, a.z from step_trainer_trusted s inner join accelerometer_trusted a on s.sensorreadingtime = a.timestamp", "machine_learning/curated", "machine_learning_curated", "step_trainer_trusted", "accelerometer_trusted"),
	})
	return f
}

// frames is a submission of hand-written DataFrame code.
func frames() files {
	f := base()
	body := func(code, path, table string) string {
		return head + code + "\nresult = DynamicFrame.fromDF(out, glueContext, \"result\")\n" + sink("result", path, table)
	}
	read := func(name, path string) string {
		return fmt.Sprintf("%s = spark.read.json(\"s3://stedi-lake/%s/\")\n", name, path)
	}
	maps.Copy(f, files{
		"customer_landing_to_trusted.py":      body(read("c", "customer/landing")+"out = c.filter(c.shareWithResearchAsOfDate.isNotNull())\n", "customer/trusted", "customer_trusted"),
		"accelerometer_landing_to_trusted.py": body(read("a", "accelerometer/landing")+read("c", "customer/trusted")+"out = a.join(c, a.user == c.email, \"inner\").select(\"user\", \"timestamp\", \"x\", \"y\", \"z\")\n", "accelerometer/trusted", "accelerometer_trusted"),
		"customer_trusted_to_curated.py":      body(read("a", "accelerometer/trusted")+read("c", "customer/trusted")+"out = c.join(a, c.email == a.user, \"inner\").drop(\"user\", \"timestamp\", \"x\", \"y\", \"z\").distinct()\n", "customer/curated", "customer_curated"),
		"step_trainer_trusted.py":             body(read("s", "step_trainer/landing")+read("c", "customer/curated")+"out = s.join(c, s.serialNumber == c.serialNumber, \"inner\").select(s.sensorReadingTime, s.serialNumber, s.distanceFromObject)\n", "step_trainer/trusted", "step_trainer_trusted"),
		"machine_learning_curated.py":         body(read("s", "step_trainer/trusted")+read("a", "accelerometer/trusted")+"out = s.join(a, s.sensorReadingTime == a.timestamp, \"inner\").drop(\"user\")\n", "machine_learning/curated", "machine_learning_curated"),
	})
	return f
}

// base are the DDLs, the text and the pictures of a submission.
func base() files {
	f := files{
		"README.md":                 "# STEDI\n\nThe table customer_trusted has 482 rows.\n\nmachine_learning_curated: 43,681 rows\n",
		"customer_landing.sql":      ddlOf("customer_landing", "customer/landing", "customerName string", "email string", "phone string", "birthDay string", "serialNumber string", "registrationDate bigint", "lastUpdateDate bigint", "shareWithResearchAsOfDate bigint", "shareWithPublicAsOfDate bigint", "shareWithFriendsAsOfDate bigint"),
		"accelerometer_landing.sql": ddlOf("accelerometer_landing", "accelerometer/landing", "user string", "timestamp bigint", "x float", "y float", "z float"),
		"step_trainer_landing.sql":  ddlOf("step_trainer_landing", "step_trainer/landing", "sensorReadingTime bigint", "serialNumber string", "distanceFromObject int"),
	}
	for _, t := range tables {
		f["screenshots/"+t+".png"] = strings.Repeat("picture ", 400)
	}
	return f
}

var tables = []string{"customer_landing", "accelerometer_landing", "step_trainer_landing", "customer_trusted", "accelerometer_trusted", "customer_curated", "step_trainer_trusted", "machine_learning_curated"}

func ddlOf(table, path string, columns ...string) string {
	for i, c := range columns {
		name, typ, _ := strings.Cut(c, " ")
		columns[i] = "  `" + strings.ToLower(name) + "` " + typ
	}
	return "CREATE EXTERNAL TABLE IF NOT EXISTS `stedi`.`" + table + "` (\n" + strings.Join(columns, ",\n") + "\n)\n" +
		"ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'\nWITH SERDEPROPERTIES ('ignore.malformed.json' = 'FALSE', 'mapping' = 'TRUE')\n" +
		"STORED AS INPUTFORMAT 'org.apache.hadoop.mapred.TextInputFormat' OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'\n" +
		"LOCATION 's3://stedi-lake/" + path + "/'\nTBLPROPERTIES ('classification' = 'json');\n"
}
