package ndjson_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"stedi/pipeline/ndjson"
)

func TestColumnsAreFound(t *testing.T) {
	tests := []struct {
		name, text string
		want       []ndjson.FoundColumn
	}{
		{"nothing", "\n", nil},
		{"kinds", `{"a":1,"b":"x","c":true,"d":1.5,"e":null,"f":[1,"]"],"g":{"h":"}"}}`, []ndjson.FoundColumn{
			{Name: "a", Type: "bigint", Rows: 1},
			{Name: "b", Type: "string", Rows: 1},
			{Name: "c", Type: "boolean", Rows: 1},
			{Name: "d", Type: "double", Rows: 1},
			{Name: "e", Type: "null"},
			{Name: "f", Type: "array", Rows: 1},
			{Name: "g", Type: "struct", Rows: 1},
		}},
		{"another order, and keys that come later", "{\"a\":1,\"b\":2}\r\n {\"b\" : 3 , \"a\" : 1e3}\n{\"c\":-1}", []ndjson.FoundColumn{
			{Name: "a", Type: "double", Rows: 2}, {Name: "b", Type: "bigint", Rows: 2}, {Name: "c", Type: "bigint", Rows: 1},
		}},
		{"several kinds", "{\"a\":1}\n{\"a\":\"1\"}\n{\"a\":null}", []ndjson.FoundColumn{{Name: "a", Type: "bigint or string", Rows: 2}}},
		{"escapes", `{"a\"b":"\\","A":"\"}"}`, []ndjson.FoundColumn{{Name: `a"b`, Type: "string", Rows: 1}, {Name: "A", Type: "string", Rows: 1}}},
		{"malformed lines", "{\"a\":1\n{\"a\":\"1}\nnull\n{\"a\":tru}\n[]\n{\"a\":1}}\n{\"a\":[}\n", []ndjson.FoundColumn{{Name: "a", Type: "null"}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "f.json")
			if err := os.WriteFile(file, []byte(test.text), 0o600); err != nil {
				t.Fatal(err)
			}
			got, err := ndjson.Infer(t.Context(), []ndjson.File{{Path: file, Name: "f.json", Size: int64(len(test.text))}}, ndjson.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func TestTheFirstLinesShowTheColumns(t *testing.T) {
	text := "{\"b\":1}\n\n{\"b\":2,\"a\":\"x\"}\n{\"b\":\"y\",\"c\":1}\n"
	for columns, want := range map[int][]string{1: {"b"}, 2: {"b", "a"}, 3: {"b", "a", "c"}, 4: {"b", "a", "c"}} {
		file := filepath.Join(t.TempDir(), "f.json")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		found, err := ndjson.InferFirst(t.Context(), []ndjson.File{{Path: file, Name: "f.json", Size: int64(len(text))}}, ndjson.Limits{}, columns)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, c := range found {
			names = append(names, c.Name)
		}
		if !slices.Equal(names, want) {
			t.Errorf("%d columns: found %v, want %v", columns, names, want)
		}
	}
}

func FuzzInfer(f *testing.F) {
	f.Add([]byte(`{"a":1,"b":{"c":["\"]"]}}`))
	f.Add([]byte(`{"a\\":"\\\"","b":-1.5e3,"c":nul}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		file := filepath.Join(t.TempDir(), "f.json")
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
		found, err := ndjson.Infer(t.Context(), []ndjson.File{{Path: file, Name: "f.json", Size: int64(len(text))}}, ndjson.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		keys := int64(bytes.Count(text, []byte{':'}))
		for _, c := range found {
			if (c.Rows == 0) != (c.Type == "null") {
				t.Errorf("%d rows with %q of type %s", c.Rows, c.Name, c.Type)
			}
			if plain := !bytes.HasPrefix(text, []byte{0x1f}) && !bytes.HasPrefix(text, []byte{0x28}) && !bytes.HasPrefix(text, []byte("BZh")); plain && c.Rows > keys {
				t.Errorf("%d rows with %q in a text of %d colons", c.Rows, c.Name, keys)
			}
		}
	})
}
