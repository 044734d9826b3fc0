package spark

import (
	"context"
	"slices"
	"strings"

	"stedi/pipeline"
)

// Access says how a bucket is reached.
type Access struct {
	Endpoint string // empty: Amazon's
	Region   string
	Key      string // of the credentials
	Secret   string
	Token    string // empty for credentials that do not expire
}

const s3 = "s3://"

func inS3(root string) bool { return strings.HasPrefix(root, s3) }

// conf are the settings of Spark for the bucket, without the credentials: other
// users of this machine can read a process's arguments.
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

// environment are the variables of the credentials, which Spark passes on to its
// executors. One without a value is removed.
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

// changed returns an environment with some variables set, and those without a
// value removed.
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

// checkS3A checks that Spark can read and write S3: by a jar of its own, or by one
// that a setting names.
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

// reachBucket asks how the bucket of a lake is reached; for a lake in a folder
// there is nothing to ask.
func (e *Engine) reachBucket(ctx context.Context) (Access, error) {
	if !e.bucket {
		return Access{}, nil
	}
	return e.access(ctx)
}
