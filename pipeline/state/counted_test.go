package state_test

import (
	"testing"
	"time"

	"stedi/pipeline"
	"stedi/pipeline/dir"
	"stedi/pipeline/ndjson"
	"stedi/pipeline/state"
)

func TestCountedRequiresTheSameFilesAndTheSameTable(t *testing.T) {
	landing := func() *pipeline.Table {
		return &pipeline.Table{Name: "a", Columns: []pipeline.Column{{Name: "n", Type: ndjson.Int}}}
	}
	derived := func() *pipeline.Table {
		t := landing()
		t.Transform = &pipeline.Transform{SQL: "SELECT 1 AS n"}
		return t
	}
	file := pipeline.File{Name: "a/1.json", Size: 8, ModTime: time.Unix(1, 0).UTC(), Version: "1"}
	for _, c := range []struct {
		name   string
		table  *pipeline.Table
		change func(*pipeline.Table, *pipeline.Manifest, *pipeline.File)
		want   bool
	}{
		{"landing", landing(), nil, true},
		{"derived", derived(), nil, true},
		{"another version", landing(), func(_ *pipeline.Table, _ *pipeline.Manifest, f *pipeline.File) { f.Version = "2" }, false},
		{"another size", derived(), func(_ *pipeline.Table, _ *pipeline.Manifest, f *pipeline.File) { f.Size++ }, false},
		{"rejected lines", landing(), func(_ *pipeline.Table, m *pipeline.Manifest, _ *pipeline.File) { m.Rejected = 1 }, false},
		{"another column type", landing(), func(t *pipeline.Table, _ *pipeline.Manifest, _ *pipeline.File) { t.Columns[0].Type = ndjson.String }, false},
		{"another transform", derived(), func(t *pipeline.Table, _ *pipeline.Manifest, _ *pipeline.File) { t.Transform.SQL = "SELECT 2 AS n" }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			store, err := dir.Open(t.TempDir(), dir.Options{})
			if err != nil {
				t.Fatal(err)
			}
			m := state.LandingManifest("1", c.table, state.LandingState{Files: []pipeline.File{file}},
				ndjson.Report{Rows: 3, Files: []ndjson.FileReport{{Name: file.Name, Rows: 3}}})
			name := state.LandingName("a")
			if !c.table.IsLanding() {
				m.SQL, name = c.table.Transform.SQL, state.ManifestName("a")
			}
			listed := file
			if c.change != nil {
				c.change(c.table, &m, &listed)
			}
			if err := state.WriteJSON(t.Context(), store, name, m); err != nil {
				t.Fatal(err)
			}
			got := state.Counted(t.Context(), store, c.table, []pipeline.File{listed})
			if (got != nil) != c.want || got != nil && (got.Rows != 3 || !got.Times[0].Equal(file.ModTime)) {
				t.Errorf("%+v, want one: %t", got, c.want)
			}
		})
	}
}
