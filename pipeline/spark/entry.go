package spark

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"stedi/pipeline"
	"stedi/pipeline/engines/registry"
)

// Entry describes the engine to the program.
func Entry() registry.Entry {
	s := &settings{}
	flags := pflag.NewFlagSet(Name, pflag.ContinueOnError)
	flags.StringVar(&s.home, "spark-home", "", "folder of Spark (default: SPARK_HOME, or that of spark-submit on PATH)")
	flags.StringVar(&s.master, "spark-master", "local[*]", "where Spark runs: local[N], spark://HOST:PORT, yarn or k8s://URL")
	flags.StringArrayVar(&s.conf, "spark-conf", nil, "setting of Spark as KEY=VALUE; can be given several times")
	return registry.Entry{
		Name: Name, Label: "Spark", Help: "Apache Spark on this machine or a cluster, through spark-submit",
		Capabilities: capabilities, Flags: flags,
		Open: func(ctx context.Context, env *registry.Env) (pipeline.Engine, error) {
			engine, err := open(ctx, *s, env)
			if err != nil {
				return nil, err // not engine: a nil *Engine is not a nil Engine
			}
			return engine, nil
		},
		Examine: func(ctx context.Context, env *registry.Env) []pipeline.Finding { return examine(ctx, s, env) },
	}
}

// examine looks at Spark, Java, Python and the master.
func examine(ctx context.Context, s *settings, env *registry.Env) []pipeline.Finding {
	if err := s.check(); err != nil {
		return []pipeline.Finding{pipeline.Trouble("settings", err)}
	}
	i := &Installation{}
	var findings []pipeline.Finding
	note := func(about string, err error, says func() string) bool {
		if err != nil {
			findings = append(findings, pipeline.Trouble(about, err))
			return false
		}
		findings = append(findings, pipeline.Fine(about, says()))
		return true
	}
	if note("Spark", i.findSpark(s.home, env.Lookup), func() string { return i.spark() }) {
		note("Python", i.findPython(ctx, s.python(), env.Lookup), func() string { return i.PyVersion.String() + " in " + i.Python })
		if inS3(env.Root) {
			note("S3", i.checkS3A(s), func() string { return "Spark reads and writes s3:// by way of s3a" })
		}
	}
	note("Java", i.findJava(ctx, env.Lookup), func() string { return i.JavaVersion.String() + " in " + i.Java })
	note("master", reach(ctx, s.master, env.Lookup), func() string {
		if isLocal(s.master) {
			return s.master + " (this machine)"
		}
		return s.master + " accepts connections"
	})
	return findings
}

// spark is the version and the place of Spark.
func (i *Installation) spark() string {
	version := "of unknown version"
	if i.Version.known() {
		version = i.Version.String()
	}
	return fmt.Sprintf("%s in %s (%s)", version, firstOf(i.Home, i.Submit), i.Source)
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
