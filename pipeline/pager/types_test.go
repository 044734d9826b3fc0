package pager

import (
	"path/filepath"
	"reflect"
	"testing"

	"stedi/pipeline"
	"stedi/pipeline/ndjson"
	"stedi/pipeline/query"
)

// Files and queries must show the same values, and a displayed value must
// select its row.
func TestValuesOfEveryTypeAreShownAndChosen(t *testing.T) {
	for kind, values := range map[string]string{
		"tinyint": `{"v":3}`, "float": `{"v":0.1}`, "decimal(38,2)": `{"v":12345678901234567890.5}`, "decimal(3,1)": `{"v":-0.5}`,
		"date": `{"v":19782}`, "timestamp": `{"v":1655564444103}`, "varchar(5)": `{"v":"it's"}`, "char(5)": `{"v":"ab "}`,
		"array<double>": `{"v":[1,null]}`, "map<string,decimal(5,2)>": `{"v":{"k":1.5}}`, "struct<a:string,t:timestamp>": `{"v":{"A":"x","t":0}}`,
	} {
		parsed, err := ndjson.ParseType(kind)
		if err != nil {
			t.Fatal(err)
		}
		table := &pipeline.Table{Name: "things", Columns: []pipeline.Column{{Name: "v", Type: parsed}}}
		files := written(t, values+"\n{\"v\":null}\n")
		source := OpenFiles(table, files, -1, t.TempDir())
		shown := page(t, source, 0, 10)
		q := query.Open(&pipeline.Lake{Tables: []*pipeline.Table{table}}, map[string]pipeline.Input{table.Name: {Table: table, Files: files}}, filepath.Dir(files[0].Path), query.Options{})
		view, err := OpenView(t.Context(), q, table, View{})
		if err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		if asked := page(t, view, 0, 10); !reflect.DeepEqual(asked, shown) {
			t.Errorf("%s: the files show %v, a query %v", kind, shown, asked)
		}
		shape := parsed.Shape()
		chosen, err := OpenView(t.Context(), q, table, View{Where: []Condition{{Column: "v", Value: shown[0][0]}}})
		switch {
		case shape.IsNested():
			if pipeline.KindOf(err) != pipeline.BadUsage {
				t.Errorf("%s: a nested value is compared: %v", kind, err)
			}
		case err != nil:
			t.Errorf("%s: %v", kind, err)
		default:
			if rows := page(t, chosen, 0, 10); len(rows) != 1 || rows[0][0] != shown[0][0] {
				t.Errorf("%s: %v chooses %v", kind, shown[0][0], rows)
			}
		}
		if err := q.Close(); err != nil {
			t.Error(err)
		}
	}
}
