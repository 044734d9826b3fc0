package run_test

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"stedi/pipeline"
	"stedi/pipeline/dir"
	"stedi/pipeline/laketest"
	"stedi/pipeline/run"
)

// growing are transforms of several forms, of which some have the rows of before
// and more if landing grows.
func growing() map[string]string {
	transform := func(path, sql string) string { return "-- zone: trusted\n-- path: " + path + "\n" + sql }
	return map[string]string{
		"transforms/bought.sql": transform("orders/trusted", "WITH whole AS (SELECT o.person, o.total FROM orders AS o WHERE o.person IS NOT NULL), "+
			"theirs AS (SELECT w.person, w.total FROM whole AS w WHERE w.person IN (SELECT k.id FROM known AS k)) SELECT DISTINCT t.person, t.total FROM theirs AS t"),
		"transforms/named.sql":    transform("named", "SELECT b.person, b.total, k.name FROM bought AS b INNER JOIN known AS k ON k.id = b.person"),
		"transforms/all.sql":      transform("all", "SELECT o.person, o.total + 1 AS more FROM orders AS o WHERE o.total > 1 OR o.total IS NULL"),
		"transforms/missing.sql":  transform("missing", "SELECT k.id FROM known AS k WHERE k.id NOT IN (SELECT b.person FROM bought AS b)"),
		"transforms/buyers.sql":   transform("buyers", "SELECT k.id, k.name FROM known AS k WHERE k.id IN (SELECT o.person FROM orders AS o)"),
		"transforms/owned.sql":    transform("owned", "SELECT DISTINCT o.person, o.total FROM orders AS o WHERE o.total IS NOT NULL AND o.person IN (SELECT k.id FROM buyers AS k)"),
		"transforms/matched.sql":  transform("matched", "SELECT w.person, b.total FROM owned AS w INNER JOIN bought AS b ON b.total = w.total"),
		"transforms/visitors.sql": transform("visitors", "WITH here AS (SELECT p.id, p.name FROM people AS p WHERE p.id IN (SELECT w.person FROM owned AS w)) SELECT h.name, b.total FROM here AS h INNER JOIN bought AS b ON b.person = h.id WHERE b.total < 7"),
		"transforms/others.sql":   transform("others", "SELECT p.id, p.id IN (SELECT w.person FROM owned AS w) AS bought FROM people AS p WHERE p.name = 'Eve' OR p.id IN (SELECT w.person FROM owned AS w)"),
		"transforms/pairs.sql":    transform("pairs", "SELECT a.person, b.total FROM orders AS a INNER JOIN orders AS b ON b.person = a.person AND b.total < a.total"),
		"transforms/left.sql":     transform("left", "SELECT k.id, o.total FROM known AS k LEFT JOIN orders AS o ON o.person = k.id"),
		"transforms/ranked.sql":   transform("ranked", "SELECT o.person, row_number() OVER (ORDER BY o.person, o.total) AS n FROM orders AS o"),
		"transforms/twice.sql":    transform("twice", "WITH big AS (SELECT o.person FROM orders AS o WHERE o.total > 3) SELECT a.person FROM big AS a INNER JOIN big AS b ON b.person = a.person"),
		"transforms/together.sql": transform("together", "SELECT o.person, o.total FROM orders AS o UNION ALL SELECT k.id AS person, 0.5 AS total FROM known AS k"),
		"transforms/unused.sql":   transform("unused", "WITH idle AS (SELECT o.person FROM orders AS o) SELECT k.id FROM known AS k"),
		"transforms/average.sql":  transform("average", "SELECT o.person, o.total FROM orders AS o WHERE o.total >= (SELECT max(x.total) FROM bought AS x)"),
		"checks/guard.sql":        "-- table: bought\n-- severity: error\n-- guard\n-- Of known people.\nSELECT b.person FROM bought AS b LEFT JOIN (SELECT DISTINCT p.id FROM people AS p) AS p ON p.id = b.person WHERE p.id IS NULL",
		"checks/counted.sql":      "-- table: named\n-- severity: warning\n-- guard\n-- A person is there once.\nSELECT n.person FROM named AS n GROUP BY n.person HAVING COUNT(*) > 100000",
	}
}

// sortedRows returns the rows of a derived table in sorted order.
func sortedRows(t *testing.T, w *laketest.Lake, table *pipeline.Table) []string {
	t.Helper()
	return slices.Sorted(strings.Lines(w.Read(t, table.Path+"/part-00000.json")))
}

// someOrders returns random lines, of which some are equal, have zeros of both
// signs, or lack a value.
func someOrders(random *rand.Rand, n int) string {
	var b strings.Builder
	totals := []string{"0.0", "-0.0", "0", "1.5", "1", "2.25", "7", "null", "-3.5"}
	for range n {
		fmt.Fprintf(&b, "{\"person\":%d,\"total\":%s}\n", random.IntN(5), totals[random.IntN(len(totals))])
	}
	return b.String()
}

func TestALakeThatGrowsHasTheRowsOfOneThatIsBuiltAtOnce(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 9))
	w := laketest.New(t, laketest.OrdersWith(growing()))
	write := func(name, text string) { w.Write(t, name, text) }
	write("orders/landing/0.json", someOrders(random, 40))
	for round := range 14 {
		name := fmt.Sprintf("orders/landing/%d.json", round)
		switch round % 9 {
		case 1, 2, 3:
			write(name, someOrders(random, 1+random.IntN(6)))
		case 4:
			write(name, strings.Join(sortedRows(t, w, w.Runner.Lake.Table("bought")), "")) // only known rows
		case 5:
			write(name, fmt.Sprintf("{\"person\":1,\"total\":%d,\"note\":\"x\"}\n", round)) // of which the reader takes note
		case 6:
			write(fmt.Sprintf("people/landing/%d.json", round), fmt.Sprintf("{\"id\":%d,\"name\":\"Eve\"}\n", random.IntN(6)))
		case 7:
			write(name, someOrders(random, 3))
			write(fmt.Sprintf("people/landing/%d.json", round), fmt.Sprintf("{\"id\":%d,\"name\":\"Eve\"}\n", random.IntN(6)))
		case 8:
			write("orders/landing/0.json", someOrders(random, 40+round)) // another file of the same name
		}
		sameAsAtOnce(t, w, growing(), round)
	}
}

// sameAsAtOnce runs a lake and compares it with one that has the same landing files
// from the beginning.
func sameAsAtOnce(t *testing.T, w *laketest.Lake, definition map[string]string, round int) {
	t.Helper()
	record, err := w.Run(t, pipeline.RunOptions{Check: round%2 == 0})
	if err != nil {
		t.Fatal(round, err)
	}
	once := laketest.New(t, laketest.OrdersWith(definition))
	for _, landing := range []string{"orders/landing", "people/landing"} {
		files, err := filepath.Glob(filepath.Join(w.Root, landing, "*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			once.Write(t, landing+"/"+filepath.Base(f), w.Read(t, landing+"/"+filepath.Base(f)))
		}
	}
	whole, err := once.Run(t, pipeline.RunOptions{})
	if err != nil {
		t.Fatal(round, err)
	}
	for _, table := range w.Runner.Lake.Tables {
		if table.IsLanding() {
			continue
		}
		got, want := sortedRows(t, w, table), sortedRows(t, once, table)
		if !slices.Equal(withoutSigns(got), withoutSigns(want)) {
			t.Errorf("round %d: %s has %q, want %q", round, table.Name, got, want)
		}
		if got, want := record.Step(table.Name).Funnel, whole.Step(table.Name).Funnel; !reflect.DeepEqual(got, want) {
			t.Errorf("round %d: %s came about as %v, want %v", round, table.Name, got, want)
		}
	}
}

func TestTablesThatGrowWithSeveralOthersHaveTheRowsOfThoseThatAreBuiltAtOnce(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 5))
	definition := growing()
	delete(definition, "checks/guard.sql") // it reads people, so a table would be built from all rows
	w := laketest.New(t, laketest.OrdersWith(definition))
	write := func(folder string, n, lines int, line func() string) {
		w.Write(t, fmt.Sprintf("%s/landing/%d.json", folder, n), strings.Join(repeated(lines, line), ""))
	}
	order := func() string {
		return fmt.Sprintf("{\"person\":%d,\"total\":%d.5}\n", random.IntN(90), random.IntN(40))
	}
	person := func() string { return fmt.Sprintf("{\"id\":%d,\"name\":\"Eve\"}\n", random.IntN(90)) }
	write("orders", 0, 150, order)
	write("people", 0, 60, person)
	for round := range 5 {
		if round > 0 {
			write("orders", round, 6, order)
			write("people", round, 3, person)
		}
		sameAsAtOnce(t, w, definition, round)
	}
}

// repeated calls a function a number of times and returns its results.
func repeated(n int, line func() string) (lines []string) {
	for range n {
		lines = append(lines, line())
	}
	return lines
}

// withoutSigns returns rows in sorted order without the signs of their zeros.
func withoutSigns(rows []string) []string {
	rows = slices.Clone(rows)
	for i := range rows {
		rows[i] = strings.ReplaceAll(rows[i], "-0.0", "0.0")
	}
	slices.Sort(rows)
	return rows
}

// readRows returns how many rows a run reads from files, by step.
func readRows(t *testing.T, w *laketest.Lake, options pipeline.RunOptions) map[string]int64 {
	t.Helper()
	rows := map[string]int64{}
	_, err := run.Run(t.Context(), w.Runner, options, func(e pipeline.Event) {
		if e.Progress != nil {
			rows[e.Step] = max(rows[e.Step], e.Progress.RowsRead)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// growingLake changes the files of a lake within a test.
type growingLake struct {
	*laketest.Lake
	t *testing.T
}

func (l *growingLake) put(name, text string) { l.Write(l.t, name, text) }

func (l *growingLake) remove(name string) { l.Remove(l.t, name) }

func TestOnlyAddedRowsAreReadWhereTheyOnlyAddToATable(t *testing.T) {
	base := strings.Repeat("{\"person\":1,\"total\":1}\n{\"person\":1,\"total\":2}\n{\"person\":3,\"total\":3}\n{\"person\":4,\"total\":4}\n", 5)
	added := "{\"person\":3,\"total\":8}\n"
	bought := map[string]string{"transforms/bought.sql": growing()["transforms/bought.sql"], "checks/guard.sql": growing()["checks/guard.sql"]}
	for name, c := range map[string]struct {
		change func(*growingLake)
		force  bool
		grows  bool
	}{
		"an added file": {change: func(w *growingLake) { w.put("orders/landing/2.json", added) }, grows: true},
		"force":         {change: func(w *growingLake) { w.put("orders/landing/2.json", added) }, force: true},
		"a large file":  {change: func(w *growingLake) { w.put("orders/landing/2.json", strings.Repeat(added, 30)) }},
		"a copy": {change: func(w *growingLake) {
			w.put("orders/landing/0.json", "{\"person\":1,\"total\":1}\n")
			w.put("orders/landing/2.json", "{\"person\":1,\"total\":1}\n")
		}},
		"a changed file": {change: func(w *growingLake) { w.put("orders/landing/1.json", base+added) }},
		"a removed file": {change: func(w *growingLake) {
			w.put("orders/landing/2.json", added)
			w.remove("orders/landing/3.json")
		}},
		"a changed table beside": {change: func(w *growingLake) {
			w.put("orders/landing/2.json", added)
			w.put("people/landing/2.json", "{\"id\":4,\"name\":\"Eve\"}\n")
		}},
		"a withdrawal": {change: func(w *growingLake) {
			w.put("orders/landing/2.json", added)
			w.put("people/landing/1.json", "{\"id\":1,\"name\":\"Ann\"}\n{\"id\":2,\"name\":\"\"}\n")
		}},
		"other SQL": {change: func(w *growingLake) {
			w.put("orders/landing/2.json", added)
			w.Runner.Lake.Table("bought").Transform.SQL += " "
		}},
		"another guard": {change: func(w *growingLake) {
			w.put("orders/landing/2.json", added)
			for _, c := range w.Runner.Lake.Checks {
				c.SQL += " "
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			w := laketest.New(t, laketest.OrdersWith(bought))
			w.Write(t, "orders/landing/1.json", base)
			w.Write(t, "orders/landing/3.json", "{\"person\":2,\"total\":1}\n")
			if _, err := w.Run(t, pipeline.RunOptions{}); err != nil {
				t.Fatal(err)
			}
			c.change(&growingLake{w, t})
			rows := readRows(t, w, pipeline.RunOptions{Force: c.force, Select: []string{"+bought"}})
			if got := rows["bought"] < 10; got != c.grows {
				t.Errorf("%d rows were read", rows["bought"])
			}
			if text := w.Read(t, "people/landing/1.json"); !strings.Contains(text, "Cem") && strings.Contains(w.Read(t, "orders/trusted/part-00000.json"), "\"person\":3") {
				t.Error("rows of a withdrawn person are left")
			}
		})
	}
}

func TestARunThatGrowsATableEndsWithTheOldOrTheNewRows(t *testing.T) {
	for at := 0; ; at += 7 {
		w := laketest.New(t, laketest.OrdersWith(map[string]string{"checks/guard.sql": growing()["checks/guard.sql"]}))
		w.Write(t, "orders/landing/1.json", someOrders(rand.New(rand.NewPCG(1, 1)), 30))
		if _, err := w.Run(t, pipeline.RunOptions{}); err != nil {
			t.Fatal(err)
		}
		w.Write(t, "orders/landing/2.json", "{\"person\":1,\"total\":99}\n")
		old := w.Read(t, "orders/trusted/part-00000.json")
		var n atomic.Int64 // files are fetched at the same time
		w.Fault = func(op dir.Op) error {
			if n.Add(1) > int64(at) {
				return fmt.Errorf("%s %s: injected", op.Kind, op.Path)
			}
			return nil
		}
		_, err := w.Run(t, pipeline.RunOptions{Select: []string{"bought"}})
		w.Fault = nil
		if n.Load() <= int64(at) {
			if err != nil || at < 20 {
				t.Fatalf("after %d operations: %v", at, err)
			}
			return
		}
		added := "{\"person\":1,\"total\":99.0}\n"
		if now := w.Read(t, "orders/trusted/part-00000.json"); now != old && now != old+added {
			t.Fatalf("operation %d fails: %q, before %q", at, now, old)
		}
		if _, err := w.Run(t, pipeline.RunOptions{Select: []string{"bought"}}); err != nil {
			t.Fatalf("operation %d failed, and the next run: %v", at, err)
		}
		if now := w.Read(t, "orders/trusted/part-00000.json"); strings.Count(now, added) != 1 || strings.Count(now, "\n") != strings.Count(old, "\n")+1 {
			t.Fatalf("operation %d failed, then there is %q, before %q", at, now, old)
		}
	}
}

func TestALargeTableWithTheSameRowsStaysAndSparesThoseDownstream(t *testing.T) {
	w := laketest.New(t, laketest.Orders)
	var b strings.Builder
	for n := range 60_000 {
		fmt.Fprintf(&b, "{\"person\":%d,\"total\":%d}\n", 1+2*(n%2), n)
	}
	w.Write(t, "orders/landing/1.json", b.String())
	first, err := w.Run(t, pipeline.RunOptions{})
	if err != nil {
		t.Fatal(err)
	}
	before := w.Read(t, "orders/trusted/part-00000.json")
	for _, c := range []struct{ name, text, want string }{
		{"people/landing/2.json", "{\"id\":9,\"name\":\"Ida\"}\n", "known published, bought up to date, names published, turnover up to date"},
		{"orders/landing/2.json", "{\"person\":8,\"total\":1}\n", "known up to date, bought up to date, names up to date, turnover up to date"},
		{"orders/landing/3.json", "{\"person\":9,\"total\":1}\n", "known up to date, bought published, names up to date, turnover published"},
	} {
		record, err := w.Run(t, pipeline.RunOptions{})
		if err != nil || strings.Contains(laketest.States(record), "published") {
			t.Fatal(err, laketest.States(record))
		}
		w.Write(t, c.name, c.text)
		if record, err = w.Run(t, pipeline.RunOptions{}); err != nil {
			t.Fatal(err)
		}
		if got := laketest.States(record); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
		now := w.Read(t, "orders/trusted/part-00000.json")
		if strings.Contains(c.want, "bought up to date") && (now != before || record.Table("bought").MadeBy != first.Run) {
			t.Errorf("%s: the table was replaced", c.name)
		}
		if got := record.Step("bought").Funnel.Written(); got != int64(strings.Count(now, "\n")) {
			t.Errorf("%s: %d rows of %d", c.name, got, strings.Count(now, "\n"))
		}
	}
}
