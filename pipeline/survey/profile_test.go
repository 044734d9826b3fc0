package survey_test

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"stedi/pipeline"
	"stedi/pipeline/laketest"
	"stedi/pipeline/ndjson"
	"stedi/pipeline/query"
	"stedi/pipeline/sample"
	"stedi/pipeline/stedi"
	"stedi/pipeline/survey"
)

// The test binary is the program: started as the child that answers queries, it
// runs that child.
func TestMain(m *testing.M) {
	if query.IsChild(os.Args[1:]) {
		os.Exit(query.ChildMain(context.Background(), os.Stdin, os.Stdout))
	}
	os.Exit(m.Run())
}

// profile returns the column stats of a table with the given lines.
func profile(t *testing.T, columns []ndjson.Column, lines string) []survey.ColumnProfile {
	t.Helper()
	root := t.TempDir()
	path := filepath.Join(root, "1.json")
	if err := os.WriteFile(path, []byte(lines), 0o600); err != nil {
		t.Fatal(err)
	}
	table := &pipeline.Table{Name: `or"der`, Columns: columns}
	input := pipeline.Input{Table: table, Files: []ndjson.File{{Path: path, Name: "1.json", Size: int64(len(lines))}}}
	q := query.Open(&pipeline.Lake{Tables: []*pipeline.Table{table}}, map[string]pipeline.Input{table.Name: input}, root, query.Options{})
	profiles, err := survey.ProfileColumns(t.Context(), q, table)
	if err != nil {
		t.Fatal(err)
	}
	if err := q.Close(); err != nil {
		t.Error(err)
	}
	return profiles
}

// The text of one query would be longer than a querier takes.
func TestATableWithVeryManyColumnsHasColumnStats(t *testing.T) {
	const many = 300
	var columns []ndjson.Column
	var line []string
	for i := range many {
		name := fmt.Sprintf("a_rather_long_name_of_a_column_%03d", i)
		columns = append(columns, ndjson.Column{Name: name, Type: ndjson.Int})
		line = append(line, fmt.Sprintf("%q:%d", name, i))
	}
	profiles := profile(t, columns, "{"+strings.Join(line, ",")+"}\n")
	if len(profiles) != many {
		t.Fatalf("column stats of %d of %d columns", len(profiles), many)
	}
	for i, p := range profiles {
		if want := fmt.Sprint(i); p.Name != columns[i].Name || p.Min != want || p.Max != want || p.Rows != 1 {
			t.Errorf("%s: %+v", columns[i].Name, p)
		}
	}
}

func TestAProfileDescribesTheValuesOfAColumn(t *testing.T) {
	for _, c := range []struct {
		name   string
		kind   ndjson.Type
		values string // as JSON, separated by spaces
		want   survey.ColumnProfile
	}{
		{"strings", ndjson.String, `"b" "a" "a" "" null "ccc"`, survey.ColumnProfile{
			Rows: 6, Nulls: 1, Empty: 1, Distinct: 4, Min: "", Max: "ccc", Mean: math.NaN(),
			Shape: []int64{1, 3, 0, 1}, Top: []survey.ValueCount{{Value: "a", Count: 2}},
		}},
		{"long strings", ndjson.String, `"` + strings.Repeat("ü", 70) + `"`, survey.ColumnProfile{
			Rows: 1, Distinct: 1, Min: strings.Repeat("ü", 63) + "…", Max: strings.Repeat("ü", 63) + "…", Mean: math.NaN(), Shape: []int64{1},
		}},
		{"strings that could end a text", ndjson.String, `"'" "'" "\u0000" "\u0000" "\u0000" "\u001b[31m"`, survey.ColumnProfile{
			Rows: 6, Distinct: 3, Min: "\x00", Max: "'", Mean: math.NaN(), Shape: []int64{5, 0, 0, 0, 1},
			Top: []survey.ValueCount{{Value: "\x00", Count: 3}, {Value: "'", Count: 2}},
		}},
		{"integers", ndjson.Int, `3 1 1 null -1`, survey.ColumnProfile{
			Rows: 5, Nulls: 1, Distinct: 3, Min: "-1", Max: "3", Mean: 1, Shape: []int64{1, 0, 2, 0, 1}, Top: []survey.ValueCount{{Value: "1", Count: 2}},
		}},
		{"the integers at the ends", ndjson.Bigint, `9223372036854775807 -9223372036854775808`, survey.ColumnProfile{
			Rows: 2, Distinct: 2, Min: "-9223372036854775808", Max: "9223372036854775807", Mean: -0.5, Shape: []int64{1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1},
		}},
		{"numbers", ndjson.Double, `0 0.5 16 16`, survey.ColumnProfile{
			Rows: 4, Distinct: 3, Min: "0.0", Max: "16.0", Mean: 8.125, Shape: []int64{2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2}, Top: []survey.ValueCount{{Value: "16.0", Count: 2}},
		}},
		{"one number", ndjson.Double, `0.1 0.1`, survey.ColumnProfile{
			Rows: 2, Distinct: 1, Min: "0.1", Max: "0.1", Mean: 0.1, Shape: []int64{2}, Top: []survey.ValueCount{{Value: "0.1", Count: 2}},
		}},
		{"the numbers at the ends", ndjson.Double, `1.7e308 -1.7e308 5e-324`, survey.ColumnProfile{
			Rows: 3, Distinct: 3, Min: "-1.7e+308", Max: "1.7e+308", Mean: 0, Shape: []int64{1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1},
		}},
		{"booleans", ndjson.Boolean, `true false true`, survey.ColumnProfile{
			Rows: 3, Distinct: 2, Min: "false", Max: "true", Mean: math.NaN(), Shape: []int64{1, 2}, Top: []survey.ValueCount{{Value: "true", Count: 2}},
		}},
		{"nothing but null", ndjson.Bigint, `null null`, survey.ColumnProfile{Rows: 2, Nulls: 2, Mean: math.NaN()}},
		{"nothing", ndjson.String, ``, survey.ColumnProfile{Mean: math.NaN()}},
		{"milliseconds", ndjson.Bigint, `1655564444103 null`, survey.ColumnProfile{
			Rows: 2, Nulls: 1, Distinct: 1, Min: "1655564444103", Max: "1655564444103", Mean: 1655564444103, Shape: []int64{1}, Unit: "epoch ms",
		}},
		{"seconds", ndjson.Bigint, `1655564444`, survey.ColumnProfile{
			Rows: 1, Distinct: 1, Min: "1655564444", Max: "1655564444", Mean: 1655564444, Shape: []int64{1}, Unit: "epoch s",
		}},
		{"not all of them times", ndjson.Bigint, `1655564444103 0`, survey.ColumnProfile{
			Rows: 2, Distinct: 2, Min: "0", Max: "1655564444103", Mean: 827782222051.5, Shape: []int64{1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1},
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.want.Column = pipeline.Column{Name: `a"b`, Type: c.kind}
			var lines strings.Builder
			for v := range strings.FieldsSeq(c.values) {
				fmt.Fprintf(&lines, "{\"a\\\"b\":%s}\n", v)
			}
			got := profile(t, []ndjson.Column{c.want.Column}, lines.String())
			if len(got) != 1 {
				t.Fatalf("%d columns", len(got))
			}
			if math.IsNaN(c.want.Mean) && math.IsNaN(got[0].Mean) {
				got[0].Mean, c.want.Mean = 0, 0
			}
			if !reflect.DeepEqual(got[0], c.want) {
				t.Errorf("it is\n%+v, want\n%+v", got[0], c.want)
			}
		})
	}
}

func TestAProfileOfManyDifferentValuesIsAnEstimate(t *testing.T) {
	var lines strings.Builder
	for i := range 180_000 {
		fmt.Fprintf(&lines, "{\"many\":%d,\"few\":\"%d\"}\n", i, i%20_000)
	}
	got := profile(t, []ndjson.Column{{Name: "many", Type: ndjson.Int}, {Name: "few", Type: ndjson.String}}, lines.String())
	many, few := got[0], got[1]
	if !many.Approximate || math.Abs(float64(many.Distinct)-180_000) > 18_000 || len(many.Top) > 0 {
		t.Errorf("of many: %+v", many)
	}
	if want := slices.Repeat([]int64{11_250}, 16); !slices.Equal(many.Shape, want) {
		t.Errorf("of many: %v, want %v", many.Shape, want)
	}
	if few.Approximate || few.Distinct != 20_000 || len(few.Top) == 0 || few.Top[0].Count != 9 {
		t.Errorf("of few: %+v", few)
	}
}

func TestAProfileOfATableThatIsNotThereIsAFailure(t *testing.T) {
	table := &pipeline.Table{Name: "orders", Columns: []ndjson.Column{{Name: "a", Type: ndjson.Int}}}
	q := query.Open(&pipeline.Lake{Tables: []*pipeline.Table{table}}, nil, t.TempDir(), query.Options{})
	if _, err := survey.ProfileColumns(t.Context(), q, table); pipeline.KindOf(err) != pipeline.BadUsage {
		t.Error(err)
	}
	if err := q.Close(); err != nil {
		t.Error(err)
	}
}

// It computes the column stats of one table at 10 and 100 times the counts of
// the data set.
func BenchmarkProfile(b *testing.B) {
	for _, scale := range []int{10, 100} {
		b.Run(fmt.Sprint(scale), func(b *testing.B) {
			w := laketest.New(b, stedi.Definition)
			if _, err := sample.Write(b.Context(), w.Root, sample.Options{Scale: scale}); err != nil {
				b.Fatal(err)
			}
			inputs, err := pipeline.AtHand(b.Context(), w.Runner.Store, w.Runner.Lake, pipeline.Allowance{})
			if err != nil {
				b.Fatal(err)
			}
			q := query.Open(w.Runner.Lake, inputs, w.Root, query.Options{})
			for _, name := range []string{"customer_landing", "accelerometer_landing", "step_trainer_landing"} {
				b.Run(name, func(b *testing.B) {
					for b.Loop() {
						if _, err := survey.ProfileColumns(b.Context(), q, w.Runner.Lake.Table(name)); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
			if err := q.Close(); err != nil {
				b.Fatal(err)
			}
		})
	}
}

func TestEveryTypeHasAProfile(t *testing.T) {
	for kind, c := range map[string]struct{ values, least, greatest string }{
		"tinyint":           {"3 -1 3 null", "-1", "3"},
		"float":             {"0.5 1.5 0.5 null", "0.5", "1.5"},
		"decimal(38,2)":     {"0.5 12345678901234567890.5 0.5 null", "0.50", "12345678901234567890.50"},
		"date":              {`"2024-01-31" "1999-12-31" "2024-01-31" null`, "1999-12-31", "2024-01-31"},
		"timestamp":         {`0 1.5 0 null`, "1970-01-01 00:00:00", "1970-01-01 00:00:01.5"},
		"char(3)":           {`"b" "a" "b" null`, "a", "b"},
		"array<int>":        {`[2] [1] [2] null`, "[1]", "[2]"},
		"map<string,int>":   {`{"a":2} {"a":1} {"a":2} null`, "{a=1}", "{a=2}"},
		"struct<a:boolean>": {`{"a":true} {"a":false} {"a":true} null`, "{'a': false}", "{'a': true}"},
	} {
		parsed, err := ndjson.ParseType(kind)
		if err != nil {
			t.Fatal(err)
		}
		lines := ""
		for v := range strings.FieldsSeq(c.values) {
			lines += `{"v":` + v + "}\n"
		}
		got := profile(t, []ndjson.Column{{Name: "v", Type: parsed}}, lines)[0]
		if got.Rows != 4 || got.Nulls != 1 || got.Distinct != 2 || got.Min != c.least || got.Max != c.greatest || len(got.Top) != 1 || got.Top[0].Count != 2 {
			t.Errorf("%s: got %+v", kind, got)
		}
	}
}
