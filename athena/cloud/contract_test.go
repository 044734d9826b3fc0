package cloud_test

import (
	"testing"

	"github.com/spf13/pflag"

	"stedi/athena/awstest"
	"stedi/athena/catalog"
	"stedi/athena/cloud"
	"stedi/athena/s3"
	"stedi/pipeline/definition"
	"stedi/pipeline/duckdb"
	"stedi/pipeline/engines/enginetest"
	"stedi/pipeline/engines/registry"
	"stedi/pipeline/state"
)

func TestAthena(t *testing.T) {
	enginetest.Run(t, func(t *testing.T) *enginetest.World {
		t.Helper()
		return deployed(t, awstest.StartDuckDB(t), (*cloud.Settings).Athena)
	})
}

// Workgroups of these kinds refuse a location of results, or one of a table.
func TestAthenaInOtherWorkgroups(t *testing.T) {
	awstest.Whole(t)
	for name, set := range map[string]func(*awstest.AWS){
		"with managed results":      func(server *awstest.AWS) { server.Athena.Manage(true) },
		"with an enforced location": func(server *awstest.AWS) { server.Athena.Enforce("s3://elsewhere/") },
	} {
		t.Run(name, func(t *testing.T) {
			enginetest.Run(t, func(t *testing.T) *enginetest.World {
				t.Helper()
				server := awstest.StartDuckDB(t)
				set(server)
				return deployed(t, server, (*cloud.Settings).Athena)
			})
		})
	}
}

// TestGlue runs Glue jobs on a real Spark, which takes seconds for each table.
func TestGlue(t *testing.T) {
	awstest.Whole(t)
	enginetest.Run(t, func(t *testing.T) *enginetest.World {
		t.Helper()
		server := awstest.StartAWS(t)
		server.NeedSpark(t)
		return deployed(t, server, (*cloud.Settings).Glue)
	})
}

// deployed opens an engine on a lake in a bucket, deployed to the catalog.
func deployed(t *testing.T, server *awstest.AWS, describe func(*cloud.Settings) registry.Entry) *enginetest.World {
	t.Helper()
	const location = "s3://lake/a"
	embedded, err := duckdb.Open(t.Context(), duckdb.Options{Temp: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	lake, err := definition.Load(t.Context(), enginetest.Definition, nil, embedded)
	if err != nil {
		t.Fatal(err)
	}
	bucket, err := s3.Open(t.Context(), server.Config, location, s3.Options{Cache: t.TempDir(), Host: "here"})
	if err != nil {
		t.Fatal(err)
	}
	settings := &cloud.Settings{}
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	settings.AccountFlags(flags)
	entry := describe(settings)
	if entry.QueriedBy != "" { // Athena reads its tables, and has settings of its own
		settings.Athena()
	}
	if err := flags.Parse([]string{"--region", awstest.Region, "--endpoint", server.Endpoint}); err != nil {
		t.Fatal(err)
	}
	tables := catalog.Open(server.Config, cloud.DefaultDatabase, location)
	apply(t, func() ([]catalog.Change, error) { return tables.Changes(t.Context(), lake) })
	env := &registry.Env{
		Place: registry.Place{Root: location, Authority: state.Authority{Catalog: catalog.Kind, Database: cloud.DefaultDatabase}},
		Lake:  lake, Temp: t.TempDir(), Embedded: embedded,
	}
	w := &enginetest.World{Lake: lake}
	w.Store, w.Publisher = state.ByCatalog(bucket, tables, lake)
	env.Store = w.Store
	if entry.Jobs != nil {
		jobs, err := settings.Jobs(t.Context(), lake, bucket, env.Place, cloud.DefaultDatabase)
		if err != nil {
			t.Fatal(err)
		}
		apply(t, func() ([]catalog.Change, error) { return jobs.Changes(t.Context()) })
		env.Authority.Role = jobs.Role()
	}
	if err := entry.SupportsLake(env.Place); err != nil {
		t.Fatal(err)
	}
	if w.Engine, err = entry.Open(t.Context(), env); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := embedded.Close(); err != nil {
			t.Error(err)
		}
	})
	if w.Engine.Name() != entry.Name || w.Engine.Capabilities() != entry.Capabilities {
		t.Errorf("%s is not as its entry says", w.Engine.Name())
	}
	return w
}

func apply(t *testing.T, find func() ([]catalog.Change, error)) {
	t.Helper()
	changes, err := find()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range changes {
		if err := c.Do(t.Context()); err != nil {
			t.Fatalf("%s %s: %v", c.Call, c.About, err)
		}
	}
}
