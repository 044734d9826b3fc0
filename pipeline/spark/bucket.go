package spark

import (
	"context"
	"slices"
	"strings"

	"stedi/pipeline"
)

// Access is the endpoint and the credentials of a bucket.
type Access struct {
	Endpoint string // empty: Amazon S3
	Region   string
	Key      string // access key id
	Secret   string
	Token    string // empty for credentials that do not expire
}

const s3 = "s3://"

func inS3(root string) bool { return strings.HasPrefix(root, s3) }

// conf returns the settings of Spark for the bucket, without the credentials,
// because other users of this machine can read a process's arguments.
func (a Access) conf() []string {
	var conf []string
	if a.Endpoint != "" {
		conf = append(conf, "spark.hadoop.fs.s3a.endpoint="+a.Endpoint, "spark.hadoop.fs.s3a.path.style.access=true")
	}
	if a.Region != "" {
		conf = append(conf, "spark.hadoop.fs.s3a.endpoint.region="+a.Region)
	}
	return conf
}

// environment returns the environment variables with the credentials, which
// Spark passes to its executors. A variable without a value is to be removed.
func (a Access) environment() []string {
	if a.Key == "" {
		return nil
	}
	env := []string{"AWS_ACCESS_KEY_ID=" + a.Key, "AWS_SECRET_ACCESS_KEY=" + a.Secret, "AWS_SESSION_TOKEN"}
	if a.Token != "" {
		env[2] += "=" + a.Token
	}
	return env
}

// changed returns an environment with some variables set, and variables without
// a value removed.
func changed(env, changes []string) []string {
	for _, change := range changes {
		name, _, set := strings.Cut(change, "=")
		env = slices.DeleteFunc(env, func(have string) bool { return strings.HasPrefix(have, name+"=") })
		if set {
			env = append(env, change)
		}
	}
	return env
}

const getS3A = "Put hadoop-aws of the same version as Spark's hadoop-client-api, and the AWS SDK that it needs, into the jars folder of Spark, or pass --spark-conf spark.jars.packages=org.apache.hadoop:hadoop-aws:VERSION."

// checkS3A checks that Spark has a jar for S3, either in its jars folder or
// through a setting.
func (i *Installation) checkS3A(s *settings) error {
	for _, key := range []string{"spark.jars", "spark.jars.packages", "spark.driver.extraClassPath"} {
		if strings.Contains(s.value(key), "hadoop-aws") || strings.Contains(s.value(key), "hadoop-cloud") {
			return nil
		}
	}
	if i.Home == "" || len(jars(i.Home, "hadoop-aws-*.jar"))+len(jars(i.Home, "spark-hadoop-cloud_*.jar")) > 0 {
		return nil
	}
	fix := getS3A
	for _, jar := range jars(i.Home, "hadoop-client-api-*.jar") {
		_, version, _ := strings.Cut(strings.TrimSuffix(jar, ".jar"), "hadoop-client-api-")
		fix = strings.Replace(fix, "VERSION", version, 1)
	}
	return pipeline.Fail(pipeline.BadUsage, "", fix, "Spark in %s cannot read s3://: it has no hadoop-aws jar", i.Home)
}

// reachBucket returns the access to the bucket of the lake, or no access for a
// lake in a folder.
func (e *Engine) reachBucket(ctx context.Context) (Access, error) {
	if !e.bucket {
		return Access{}, nil
	}
	return e.access(ctx)
}
