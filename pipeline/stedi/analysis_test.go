package stedi_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"reflect"
	"testing"

	"stedi/pipeline"
	"stedi/pipeline/definition"
	"stedi/pipeline/duckdb"
	"stedi/pipeline/ndjson"
	"stedi/pipeline/stedi"
)

var update = flag.Bool("update", false, "write analysis.json again")

// variants returns all combinations of the variants of the definition.
func variants() [][]string {
	all := [][]string{nil}
	for _, name := range definition.Profiles(stedi.Definition) {
		for _, others := range all {
			all = append(all, append(append([]string{}, others...), name))
		}
	}
	return all
}

// load loads the definition with a known analysis. It returns the lakes of all
// variants, and what had to be asked of the parser.
func load(t *testing.T, known definition.Analysis) (lakes []*pipeline.Lake, asked definition.Analysis) {
	t.Helper()
	engine, err := duckdb.Open(t.Context(), duckdb.Options{Temp: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close() //nolint:errcheck // a test
	asked = definition.Analysis{Parsed: map[string]pipeline.Statement{}, Described: map[string][]pipeline.Column{}}
	for _, profiles := range variants() {
		parser := definition.Remember(engine, known)
		lake, err := definition.Load(t.Context(), stedi.Definition, profiles, parser)
		if err != nil {
			t.Fatalf("%v: %v", profiles, err)
		}
		lakes = append(lakes, lake)
		if err := split(t, engine, lake, parser); err != nil {
			t.Fatalf("%v: %v", profiles, err)
		}
		maps.Copy(asked.Parsed, parser.New.Parsed)
		maps.Copy(asked.Described, parser.New.Described)
	}
	return lakes, asked
}

// split splits the texts of the transforms that are not split, and adds the
// parts to the new answers.
func split(t *testing.T, engine *duckdb.Engine, lake *pipeline.Lake, parser *definition.Remembering) (err error) {
	t.Helper()
	for _, table := range lake.Tables {
		if table.IsLanding() || table.Transform.Split != nil {
			continue
		}
		if table.Transform.Split, err = engine.Split(t.Context(), table.Transform.SQL); err != nil {
			return err
		}
		parser.Store(table.Transform.SQL, table.Transform.Split)
	}
	return nil
}

func TestTheAnalysisIsThatOfTheDefinition(t *testing.T) {
	fresh, asked := load(t, definition.Analysis{})
	text, err := json.MarshalIndent(asked, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	text = append(text, '\n')
	if *update {
		if err := os.WriteFile("analysis.json", text, 0o644); err != nil { //nolint:gosec // a source file
			t.Fatal(err)
		}
		return
	}
	if !bytes.Equal(text, stedi.Analysis) {
		t.Error("analysis.json differs from what the parser answers: run go generate ./pipeline/stedi")
	}
	remembered, asked := load(t, definition.ReadAnalysis(stedi.Analysis))
	if n := len(asked.Parsed) + len(asked.Described); n > 0 {
		t.Errorf("the parser was asked %d questions", n)
	}
	if !reflect.DeepEqual(fresh, remembered) {
		t.Error("the lakes differ from those without the analysis")
	}
}

// A changed text, or the same text over tables with other columns, is not
// answered from the analysis.
func TestAChangedDefinitionIsParsed(t *testing.T) {
	engine, err := duckdb.Open(t.Context(), duckdb.Options{Temp: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close() //nolint:errcheck // a test
	ask := func(parser pipeline.Parser, sql string, columns ...pipeline.Column) []pipeline.Column {
		t.Helper()
		if _, err := parser.Parse(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
		if err := parser.Declare(t.Context(), "a", columns); err != nil {
			t.Fatal(err)
		}
		found, err := parser.Describe(t.Context(), sql)
		if err != nil {
			t.Fatal(err)
		}
		if err := parser.Undeclare(t.Context()); err != nil {
			t.Fatal(err)
		}
		return found
	}
	number, word := pipeline.Column{Name: "n", Type: ndjson.Bigint}, pipeline.Column{Name: "n"}
	first := definition.Remember(engine, definition.Analysis{})
	if got := ask(first, "SELECT a.n FROM a", number); got[0].Type != number.Type {
		t.Fatalf("%v", got)
	}
	for _, c := range []struct {
		sql    string
		column pipeline.Column
		name   string
		asked  bool
	}{
		{"SELECT a.n FROM a", number, "n", false},
		{"SELECT a.n FROM a", word, "n", true},
		{"SELECT a.n AS m FROM a", number, "m", true},
	} {
		again := definition.Remember(engine, first.New)
		got := ask(again, c.sql, c.column)
		if len(got) != 1 || got[0].Name != c.name || got[0].Type != c.column.Type || (len(again.New.Described) > 0) != c.asked {
			t.Errorf("%s over %v: %v, asked %d", c.sql, c.column, got, len(again.New.Described))
		}
	}
}
