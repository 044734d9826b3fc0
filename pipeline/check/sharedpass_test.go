package check_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"stedi/pipeline"
	"stedi/pipeline/check"
	"stedi/pipeline/laketest"
)

// generatedChecks returns checks of all forms that can be evaluated as rows
// pass, of forms that look like them, and of random conditions.
func generatedChecks() map[string]string {
	queries := []string{
		"SELECT p.id FROM people AS p WHERE p.name IS NULL OR p.name = ''",
		"SELECT 'no name' AS message FROM people AS p WHERE p.name = ''",
		"SELECT p.name AS message FROM people AS p WHERE p.id > 1",
		"SELECT p.id FROM people AS p WHERE NOT (p.id > 1)",
		"SELECT people.id FROM people WHERE people.name LIKE '%n%'",
		"SELECT p.id FROM people AS p WHERE 10 // p.id > 4",
		"SELECT p.id FROM people AS p WHERE random() < 0",
		"SELECT p.id, COUNT(*) FROM people AS p GROUP BY p.id HAVING COUNT(*) > 1",
		"SELECT p.id FROM people AS p GROUP BY p.id, p.name HAVING COUNT(*) > 1",
		"SELECT p.id FROM people AS p GROUP BY p.id HAVING COUNT(*) > 2",
		"SELECT p.id FROM people AS p WHERE p.id > 1 GROUP BY p.id HAVING COUNT(*) > 1",
		"SELECT p.id FROM people AS p GROUP BY ROLLUP (p.id) HAVING COUNT(*) > 1",
		"SELECT COUNT(*) AS message FROM people AS p WHERE p.id > 100",
		"SELECT DISTINCT p.id FROM people AS p WHERE p.id < 100",
		"SELECT p.id FROM people AS p WHERE p.id < 100 LIMIT 1",
		"SELECT a.y FROM people AS a(x, y) WHERE a.x > 1",
		"SELECT * FROM people AS p WHERE p.id = 2",
		"SELECT id FROM people WHERE id = 2",
		"SELECT p.id FROM people AS p LEFT JOIN orders AS o ON o.person = p.id WHERE o.person IS NULL",
		"SELECT p.id FROM people AS p WHERE p.id IN (SELECT o.person FROM orders AS o)",
		"SELECT o.total FROM orders AS o WHERE o.total < 2 OR o.total IS NULL",
		"WITH people AS (SELECT o.person AS id FROM orders AS o) SELECT p.id FROM people AS p WHERE p.id > 0",
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 12 {
		operators := []string{"<", ">", "=", "<>", "IS DISTINCT FROM"}
		condition := fmt.Sprintf("o.person %s %d", operators[random.IntN(len(operators))], random.IntN(4))
		for range random.IntN(3) {
			condition += fmt.Sprintf(" %s NOT o.total %s %d", []string{"AND", "OR"}[random.IntN(2)], operators[random.IntN(len(operators))], random.IntN(8))
		}
		queries = append(queries, "SELECT o.total FROM orders AS o WHERE "+condition)
	}
	files := map[string]string{}
	for n, query := range []string{ // of derived tables
		"known: SELECT k.id, k.name FROM known AS k GROUP BY k.id, k.name HAVING COUNT(*) > 1",
		"known: SELECT k.id FROM known AS k GROUP BY k.id HAVING COUNT(*) > 1",
		"known: SELECT k.name FROM known AS k WHERE k.id IS NULL OR k.name = 'Ann'",
		"known: SELECT k.id FROM known AS k LEFT JOIN (SELECT DISTINCT p.id FROM people AS p WHERE p.id < 2) AS q ON q.id = k.id WHERE q.id IS NULL",
		"bought: SELECT b.person, b.total FROM bought AS b GROUP BY b.person, b.total HAVING COUNT(*) > 1",
		"bought: SELECT b.total FROM bought AS b WHERE b.total > 1 OR b.person IS NULL",
		"bought: SELECT b.person FROM bought AS b INNER JOIN turnover AS t ON t.person = b.person",
		"turnover: SELECT t.person FROM turnover AS t LEFT JOIN (SELECT DISTINCT k.id FROM known AS k) AS q ON q.id = t.person WHERE q.id IS NULL OR t.total < 5",
		"names: SELECT n.name FROM names AS n WHERE n.name LIKE '%n%'",
		"names: SELECT n.name AS message FROM names AS n INNER JOIN known AS k ON k.name = n.name",
		"names: SELECT n.name FROM names AS n GROUP BY n.name HAVING COUNT(*) > 1",
	} {
		table, query, _ := strings.Cut(query, ": ")
		files[fmt.Sprintf("checks/derived_%02d.sql", n)] = "-- table: " + table + "\n-- severity: warning\n-- A check of a derived table.\n" + query
	}
	for n, query := range queries {
		table := "people"
		if strings.Contains(query, "FROM orders AS o WHERE") && !strings.Contains(query, "people") {
			table = "orders"
		}
		files[fmt.Sprintf("checks/generated_%02d.sql", n)] = "-- table: " + table + "\n-- severity: warning\n-- A generated check.\n" + query
	}
	return files
}

func TestTheSharedPassFindsWhatEachCheckFinds(t *testing.T) {
	for name, landing := range map[string][2]string{
		"clean":  {`{"id":1,"name":"Ann"}` + "\n" + `{"id":2,"name":"Cem"}` + "\n", `{"person":1,"total":2.5}` + "\n"},
		"dirty":  {`{"id":1,"name":"Ann"}` + "\n" + `{"id":1,"name":"Ann"}` + "\n" + `{"id":2,"name":""}` + "\n" + `{"id":null,"name":null}` + "\n" + `{"id":null}` + "\n", `{"person":3,"total":1}` + "\n" + `{"person":null,"total":-0.0}` + "\n" + `{"person":3,"total":null}` + "\n"},
		"single": {`{"id":7,"name":"it's"}` + "\n", `{"person":0,"total":0}` + "\n"},
	} {
		t.Run(name, func(t *testing.T) {
			w := laketest.New(t, laketest.OrdersWith(generatedChecks()))
			w.Write(t, "people/landing/1.json", landing[0])
			w.Write(t, "orders/landing/1.json", landing[1])
			w.Run(t, pipeline.RunOptions{}) //nolint:errcheck // a lake that cannot be built is checked, too
			shared := map[string]*pipeline.Record{"whole": inspected(t, w, 0), "narrow": inspected(t, w, 1)}
			ran, err := w.Run(t, pipeline.RunOptions{Check: true, Force: true})
			if err != nil {
				t.Fatal(err)
			}
			shared["run"] = ran
			if shared["large"], err = w.Run(t, pipeline.RunOptions{Check: true, Force: true, HoldLimit: 1}); err != nil {
				t.Fatal(err)
			}
			passing := 0
			for _, c := range w.Runner.Lake.Checks {
				if c.Passing != nil {
					passing++
				}
				c.Passing, c.Reads, c.Watch, c.Sets = nil, nil, nil, nil
			}
			if passing < 10 {
				t.Errorf("only %d checks can be evaluated as rows pass", passing)
			}
			alone := inspected(t, w, 0)
			for how, record := range shared {
				for _, c := range w.Runner.Lake.Checks {
					got, want := checkOf(t, record, c.Name, c.Table), checkOf(t, alone, c.Name, c.Table)
					if !reflect.DeepEqual(got, want) {
						t.Errorf("%s: %s\n got %+v\nwant %+v", how, c.SQL, got, want)
					}
				}
			}
		})
	}
}

func inspected(t *testing.T, w *laketest.Lake, limit int64) *pipeline.Record {
	t.Helper()
	record, err := check.Evaluate(t.Context(), w.Runner, check.InspectOptions{HoldLimit: limit})
	if err != nil {
		t.Fatal(err)
	}
	return record
}
