package replay_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"stedi/pipeline"
	"stedi/pipeline/definition"
	"stedi/pipeline/duckdb"
	"stedi/pipeline/query"
	"stedi/pipeline/review/replay"
	"stedi/pipeline/review/script"
	"stedi/pipeline/stedi"
)

func TestMain(m *testing.M) {
	if query.IsChild(os.Args[1:]) {
		os.Exit(query.ChildMain(context.Background(), os.Stdin, os.Stdout))
	}
	os.Exit(m.Run())
}

func lake(t *testing.T) *pipeline.Lake {
	t.Helper()
	engine, err := duckdb.Open(t.Context(), duckdb.Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = engine.Close() }()
	l, err := definition.Load(t.Context(), stedi.Definition, nil, engine)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func open(t *testing.T) *replay.Replayer {
	t.Helper()
	l := lake(t)
	landing, err := replay.Sample(t.Context(), l, t.TempDir())
	if root := os.Getenv("STEDI_LAKE"); root != "" {
		landing, err = replay.Folder(l, root)
	}
	if err != nil {
		t.Fatal(err)
	}
	r := replay.Open(l, landing, replay.Options{})
	t.Cleanup(func() { _ = r.Close() })
	return r
}

func scripts(t *testing.T, names ...string) []*script.Script {
	t.Helper()
	var all []*script.Script
	for _, n := range names {
		source, err := os.ReadFile(filepath.Join("..", "script", "testdata", n+".py"))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, script.Read(n+".py", source))
	}
	return all
}

func TestSmoke(t *testing.T) {
	r := open(t)
	files, _ := filepath.Glob("../script/testdata/*.py")
	for _, f := range files {
		n := filepath.Base(f)
		o, err := r.Replay(t.Context(), scripts(t, n[:len(n)-3]))
		if err != nil {
			t.Fatal(err)
		}
		for _, table := range o.Tables {
			if len(table.Writers) == 0 {
				continue
			}
			rows := int64(-1)
			if table.RowsOnRightInputs != nil {
				rows = *table.RowsOnRightInputs
			}
			t.Log(n, table.Name, rows, table.Understood, table.WouldFail, table.WouldFailAt, table.Problems, table.Notes)
			if os.Getenv("SQL") != "" {
				t.Log(table.SQL)
			}
		}
		for _, role := range o.Roles {
			if role.Exercise {
				t.Log(n, "exercise", role)
			}
		}
	}
}
