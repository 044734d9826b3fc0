package enginetest_test

import (
	"os"
	"testing"

	"stedi/athena/cloud"
	"stedi/pipeline/definition"
	"stedi/pipeline/dir"
	"stedi/pipeline/duckdb"
	"stedi/pipeline/engines"
	"stedi/pipeline/engines/enginetest"
	"stedi/pipeline/engines/enginetest/parts"
	"stedi/pipeline/engines/registry"
)

func TestTheEmbeddedEngine(t *testing.T) {
	enginetest.Run(t, local(engines.All(&cloud.Settings{})[0]))
}

func TestAnEngineThatLeavesParts(t *testing.T) {
	enginetest.Run(t, local(parts.Entry()))
}

// local opens an engine on lakes in folders.
func local(entry registry.Entry) func(t *testing.T) *enginetest.World {
	return func(t *testing.T) *enginetest.World {
		t.Helper()
		return openLocal(t, entry)
	}
}

func openLocal(t *testing.T, entry registry.Entry) *enginetest.World {
	t.Helper()
	embedded, err := duckdb.Open(t.Context(), duckdb.Options{Temp: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	lake, err := definition.Load(t.Context(), enginetest.Definition, nil, embedded)
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	store, err := dir.Open(root, dir.Options{})
	if err != nil {
		t.Fatal(err)
	}
	env := &registry.Env{
		Place: registry.Place{Root: root}, Lake: lake, Store: store, Folder: root, Temp: t.TempDir(), Embedded: embedded, Lookup: os.LookupEnv,
	}
	engine, err := entry.Open(t.Context(), env)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, end := range []func() error{env.Close, embedded.Close} {
			if err := end(); err != nil {
				t.Error(err)
			}
		}
	})
	if engine.Name() != entry.Name || engine.Capabilities() != entry.Capabilities {
		t.Errorf("%s is not as its entry says", engine.Name())
	}
	return &enginetest.World{Lake: lake, Store: store, Engine: engine}
}
