package run_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"stedi/pipeline"
	"stedi/pipeline/duckdb"
	"stedi/pipeline/laketest"
)

// Tables that do not fit into the engine's memory have the rows, and the counts of
// all stages, that they have with more memory.
func TestTablesThatDoNotFitIntoMemoryAreReadFromTheirFiles(t *testing.T) {
	distinct := laketest.OrdersWith(map[string]string{
		"transforms/known.sql":  "-- zone: trusted\n-- path: people/trusted\nWITH named AS (SELECT p.id, p.name FROM people AS p WHERE p.name <> '') SELECT DISTINCT n.id, n.name FROM named AS n",
		"transforms/bought.sql": "-- zone: trusted\n-- path: orders/trusted\nSELECT DISTINCT o.person, o.total FROM orders AS o INNER JOIN known AS k ON k.id = o.person",
	})
	const people, memory = 60_000, 40e6
	long := strings.Repeat("n", 500)
	for name, ids := range map[string]int{"distinct rows": people, "equal rows": people - 1} {
		var lines strings.Builder
		for id := range people {
			fmt.Fprintf(&lines, "{\"id\":%d,\"name\":\"%s %d\"}\n", id%ids, long, id%ids)
		}
		var tables [2][][]string
		var funnels [2][]pipeline.Funnel
		for i, limit := range []int64{0, memory} {
			w := laketest.New(t, distinct)
			w.Write(t, "people/landing/1.json", lines.String())
			small, err := duckdb.Open(t.Context(), duckdb.Options{Memory: limit, Threads: 2, Temp: t.TempDir()})
			if err != nil {
				t.Fatal(err)
			}
			w.Runner.Engine = small
			record, err := w.Run(t, pipeline.RunOptions{Check: true})
			if err != nil {
				t.Fatalf("%s with %d bytes of memory: %v", name, limit, err)
			}
			if err := small.Close(); err != nil {
				t.Error(err)
			}
			for _, table := range w.Runner.Lake.Tables {
				if !table.IsLanding() {
					tables[i] = append(tables[i], sortedRows(t, w, table))
					funnels[i] = append(funnels[i], record.Step(table.Name).Funnel)
				}
			}
		}
		if !slices.EqualFunc(tables[0], tables[1], slices.Equal) {
			t.Errorf("%s: the tables differ", name)
		}
		if !reflect.DeepEqual(funnels[0], funnels[1]) {
			t.Errorf("%s: the tables came about as %v, want %v", name, funnels[1], funnels[0])
		}
		if got := len(slices.Concat(tables[1]...)); got < ids {
			t.Errorf("%s: only %d rows", name, got)
		}
	}
}
