package spark_test

import (
	"os"
	"testing"

	"stedi/pipeline/definition"
	"stedi/pipeline/dir"
	"stedi/pipeline/duckdb"
	"stedi/pipeline/engines/enginetest"
	"stedi/pipeline/engines/registry"
	"stedi/pipeline/spark"
)

func TestRealSparkKeepsTheContractOfEngines(t *testing.T) {
	home := os.Getenv("STEDI_SPARK")
	if home == "" {
		t.Skip("left out: `make test-spark` installs Spark, and runs this on it")
	}
	enginetest.Run(t, func(t *testing.T) *enginetest.World {
		t.Helper()
		embedded, err := duckdb.Open(t.Context(), duckdb.Options{Temp: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := embedded.Close(); err != nil {
				t.Error(err)
			}
		})
		lake, err := definition.Load(t.Context(), enginetest.Definition, nil, embedded)
		if err != nil {
			t.Fatal(err)
		}
		root := t.TempDir()
		store, err := dir.Open(root, dir.Options{})
		if err != nil {
			t.Fatal(err)
		}
		entry := spark.Entry(nil)
		if err := entry.Flags.Parse([]string{"--spark-home", home, "--spark-master", "local[2]", "--spark-conf", "spark.sql.shuffle.partitions=2"}); err != nil {
			t.Fatal(err)
		}
		engine, err := entry.Open(t.Context(), &registry.Env{
			Place: registry.Place{Root: root}, Lake: lake, Store: store, Folder: root, Temp: t.TempDir(), Embedded: embedded, Lookup: os.LookupEnv,
		})
		if err != nil {
			t.Fatal(err)
		}
		return &enginetest.World{Lake: lake, Store: store, Engine: engine}
	})
}
