package athena_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"stedi/athena"
	"stedi/athena/awstest"
	"stedi/athena/catalog"
	"stedi/pipeline"
)

// numbers is a query of n rows, of which each second one is of an even number.
const numbers = "SELECT s.n FROM (VALUES (1), (2), (3), (4)) AS s (n)"

func TestQuestionsAreAnsweredTogether(t *testing.T) {
	server := awstest.StartAWS(t)
	counter := open(t, server, athena.Options{}).Reader(&catalog.Found{Database: "default"}, &pipeline.Lake{})
	even := "WITH all_numbers AS (" + numbers + ") SELECT a.n FROM all_numbers AS a WHERE a.n % 2 = 0"
	for _, c := range []struct {
		name  string
		ask   pipeline.CountQuestion
		want  pipeline.CountAnswer
		fails bool
	}{
		{"rows", pipeline.CountQuestion{SQL: numbers}, pipeline.CountAnswer{Rows: 4}, false},
		{"no row", pipeline.CountQuestion{SQL: numbers + " WHERE s.n > 9"}, pipeline.CountAnswer{}, false},
		{"a number", pipeline.CountQuestion{SQL: "SELECT CAST(sum(s.n) AS BIGINT) FROM (" + numbers + ") AS s", Number: true}, pipeline.CountAnswer{Rows: 10}, false},
		{"the same rows", pipeline.CountQuestion{SQL: even, Against: even, Columns: []string{"n"}}, pipeline.CountAnswer{Rows: 2, Others: 2}, false},
		{"rows besides", pipeline.CountQuestion{SQL: even, Against: numbers, Columns: []string{"n"}}, pipeline.CountAnswer{Rows: 2, Others: 4, Extra: 2}, false},
		{
			"rows twice, and one less",
			pipeline.CountQuestion{SQL: numbers, Against: even + " UNION ALL SELECT n FROM (" + numbers + ") AS t WHERE n < 3", Columns: []string{"n"}},
			pipeline.CountAnswer{Rows: 4, Others: 4, Extra: 1, Missing: 1},
			false,
		},
		{
			"a given table, which reads another one",
			pipeline.CountQuestion{SQL: "SELECT * FROM b", Given: []pipeline.GivenTable{{Name: "a", SQL: numbers}, {Name: "b", SQL: "SELECT n FROM a WHERE n > 1"}}},
			pipeline.CountAnswer{Rows: 3},
			false,
		},
		{"SQL that does not fit", pipeline.CountQuestion{SQL: "SELECT nothing FROM nowhere"}, pipeline.CountAnswer{}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := len(server.Athena.Executions())
			answers, err := counter.Counts(t.Context(), []pipeline.CountQuestion{{SQL: numbers}, c.ask, {SQL: even}})
			if err != nil {
				t.Fatal(err)
			}
			if failed := answers[1].Err != nil; failed != c.fails {
				t.Fatalf("its error is %v", answers[1].Err)
			}
			answers[1].Err = nil
			if answers[0].Rows != 4 || answers[1] != c.want || answers[2].Rows != 2 {
				t.Errorf("got %+v, want %+v between 4 and 2 rows", answers, c.want)
			}
			if n := len(server.Athena.Executions()) - before; n != 1 && !c.fails {
				t.Errorf("%d queries were started", n)
			}
		})
	}
	t.Run("a service that is busy ends the call", func(t *testing.T) {
		server.Athena.Fault(awstest.AthenaFaults{Fail: func(string) string { return "GENERIC_INTERNAL_ERROR: no worker" }})
		defer server.Athena.Fault(awstest.AthenaFaults{})
		before := len(server.Athena.Executions())
		if _, err := counter.Counts(t.Context(), make([]pipeline.CountQuestion, 8)); pipeline.KindOf(err) != pipeline.BadEngine {
			t.Errorf("the error is %v", err)
		}
		if n := len(server.Athena.Executions()) - before; n != 1 {
			t.Errorf("%d queries were started", n)
		}
	})
	t.Run("a statement of too many stages is divided", func(t *testing.T) {
		server.Athena.Fault(awstest.AthenaFaults{Fail: func(sql string) string {
			return map[bool]string{true: "QUERY_HAS_TOO_MANY_STAGES: Number of stages in the query (151) exceeds the allowed maximum (150)"}[strings.Count(sql, "AS place") > 2]
		}})
		defer server.Athena.Fault(awstest.AthenaFaults{})
		answers, err := counter.Counts(t.Context(), []pipeline.CountQuestion{{SQL: numbers}, {SQL: even}, {SQL: numbers}, {SQL: even}, {SQL: numbers}})
		if err != nil {
			t.Fatal(err)
		}
		for i, a := range answers {
			if want := int64(4 - 2*(i%2)); a.Rows != want || a.Err != nil {
				t.Errorf("answer %d is %+v, want %d", i, a, want)
			}
		}
	})
	t.Run("what it costs at most is known before", func(t *testing.T) {
		big, view := &pipeline.Table{Name: "big"}, &pipeline.Table{Name: "seen"}
		size := func(_ context.Context, t *pipeline.Table) (int64, error) {
			return map[*pipeline.Table]int64{big: 30_000_000, view: -1}[t], nil
		}
		asked := make([]pipeline.CountQuestion, 20) // more than one statement takes
		for i := range asked {
			asked[i] = pipeline.CountQuestion{SQL: numbers, Reads: []*pipeline.Table{big, view, big}}
		}
		most, err := open(t, server, athena.Options{Size: size}).Reader(&catalog.Found{Database: "default"}, &pipeline.Lake{}).CountsAtMost(t.Context(), asked)
		if err != nil || most.Statements != 2 || most.ScannedBytes != 20*60_000_000 || fmt.Sprintf("%.4f", most.CostUSD) != "0.0060" || strings.Join(most.Unknown, " ") != "seen" {
			t.Errorf("got %+v (%v)", most, err)
		}
		limited := open(t, server, athena.Options{Size: size, MaxScan: 1_000_000_000}).Reader(&catalog.Found{Database: "default"}, &pipeline.Lake{})
		if _, err := limited.Counts(t.Context(), asked); pipeline.KindOf(err) != pipeline.BadUsage || !strings.Contains(err.Error(), "--max-scan") {
			t.Errorf("the limit of all questions together does not hold: %v", err)
		}
	})
}
