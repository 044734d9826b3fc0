package definition_test

import (
	"io/fs"
	"strings"
	"testing"

	"stedi/pipeline"
	"stedi/pipeline/definition"
	"stedi/pipeline/stedi"
)

func TestATransformIsCutBehindItsStages(t *testing.T) {
	for name, c := range map[string]struct {
		sql, final string
	}{
		"one stage":         {"WITH a AS (SELECT 1 AS x) SELECT a.x FROM a", "SELECT a.x FROM a"},
		"columns":           {"WITH a(x) AS MATERIALIZED (SELECT (1)) select a.x FROM a", "select a.x FROM a"},
		"words in text":     {"WITH a AS (SELECT ') SELECT' AS \") SELECT\" -- ) SELECT\n/* ) SELECT */) SELECT 2", "SELECT 2"},
		"the last is UNION": {"WITH a AS (SELECT 1) SELECT 2 UNION ALL SELECT 3", "SELECT 2 UNION ALL SELECT 3"},
	} {
		t.Run(name, func(t *testing.T) {
			transform := &pipeline.Transform{Stages: []string{"a"}, SQL: c.sql}
			with, final, ok := definition.Parts(transform)
			if !ok || final != c.final || with+final != c.sql {
				t.Errorf("%v: %q and %q", ok, with, final)
			}
		})
	}
}

func TestATransformWithoutStagesIsOnePart(t *testing.T) {
	with, final, ok := definition.Parts((&pipeline.Transform{SQL: "-- x\nSELECT 1"}))
	if !ok || with != "" || final != "-- x\nSELECT 1" {
		t.Errorf("%v: %q and %q", ok, with, final)
	}
}

func FuzzPartsAreTheWholeText(f *testing.F) {
	files, err := fs.Glob(stedi.Definition, "transforms/*.sql")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		text, err := fs.ReadFile(stedi.Definition, file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	f.Fuzz(func(t *testing.T, text string) {
		transform := &pipeline.Transform{Stages: []string{"a"}, SQL: text}
		with, final, ok := definition.Parts(transform)
		if ok && (with+final != text || !strings.EqualFold(final[:min(6, len(final))], "SELECT")) {
			t.Errorf("%q becomes %q and %q", text, with, final)
		}
	})
}
