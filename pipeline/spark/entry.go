package spark

import (
	"context"
	"fmt"

	"github.com/spf13/pflag"

	"stedi/pipeline"
	"stedi/pipeline/engines/registry"
)

// Entry describes the engine for the registry. access returns Spark's access to
// the bucket of a lake in S3.
func Entry(access func(context.Context) (Access, error)) registry.Entry {
	s := &settings{}
	flags := pflag.NewFlagSet(Name, pflag.ContinueOnError)
	flags.StringVar(&s.home, "spark-home", "", "folder of Spark (default: SPARK_HOME, or that of spark-submit on PATH)")
	flags.StringVar(&s.master, "spark-master", "local[*]", "where Spark runs: local[N], spark://HOST:PORT, yarn or k8s://URL")
	flags.StringArrayVar(&s.conf, "spark-conf", nil, "setting of Spark as KEY=VALUE; can be given several times")
	return registry.Entry{
		Name: Name, Label: "Spark", Help: "Apache Spark on this machine or a cluster, through spark-submit",
		Capabilities: capabilities, Flags: flags, OnRequest: true,
		// As the benchmark measured on two cores; each table starts Spark.
		Estimate: registry.Local(Name, registry.Pace{Start: 10, PerSecond: 90e6}),
		Open: func(ctx context.Context, env *registry.Env) (pipeline.Engine, error) {
			engine, err := open(ctx, *s, access, env)
			if err != nil {
				return nil, err // not engine: a nil *Engine is not a nil Engine
			}
			return engine, nil
		},
		Examine: func(ctx context.Context, env *registry.Env) []pipeline.Finding { return examine(ctx, s, env) },
	}
}

// examine checks Spark, Java, Python and the master.
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

// spark describes the version and the folder of Spark.
func (i *Installation) spark() string {
	version := "of unknown version"
	if i.Version.known() {
		version = i.Version.String()
	}
	return fmt.Sprintf("%s in %s (%s)", version, firstOf(i.Home, i.Submit), i.Source)
}
