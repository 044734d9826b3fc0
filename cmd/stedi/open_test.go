package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"stedi/pipeline/duckdb"
)

// The private folder is gone after the engine is closed, whether or not rows were
// spilled there.
func TestAClosedEngineLeavesNoFolder(t *testing.T) {
	for _, spilled := range []bool{false, true} {
		t.Setenv("TMPDIR", t.TempDir())
		p := &program{config: config{threads: 1}}
		engine, temp, closeAll, err := p.openEngine(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if spilled {
			if err := os.Mkdir(filepath.Join(temp, "duckdb"), 0o700); err != nil {
				t.Fatal(err)
			}
		}
		if got := duckdb.HasSpilled(temp); got != spilled {
			t.Errorf("spilled: %t, want %t", got, spilled)
		}
		if _, err := engine.Parse(t.Context(), "SELECT 1 AS one"); err != nil {
			t.Error(err)
		}
		if err := closeAll(); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(temp); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("the private folder after close: %v", err)
		}
	}
}
