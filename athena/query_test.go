package athena_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"stedi/athena"
	"stedi/athena/awstest"
	"stedi/pipeline"
)

func open(t *testing.T, server *awstest.AWS, options athena.Options) *athena.Client {
	t.Helper()
	options.Database, options.Output, options.Poll = "default", server.Bucket+"/results/", 10*time.Millisecond
	client, err := athena.Open(t.Context(), server.Config, options)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func read(t *testing.T, rows pipeline.Rows) [][]any {
	t.Helper()
	var all [][]any
	for {
		page, err := rows.Next(t.Context())
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, page...)
	}
}

// All subtests share one server, because Trino takes ten seconds to start.
func TestQueriesOnAthena(t *testing.T) {
	server := awstest.StartAWS(t)
	t.Run("types are kept, and null is not the empty string", func(t *testing.T) {
		server.NeedTrino(t)
		q := open(t, server, athena.Options{}).Querier()
		rows, err := q.Query(t.Context(), "-- a comment\nSELECT 9223372036854775807 AS big, 1 AS small, 2.5e0 AS real, DECIMAL '1234567890123456789.01' AS money, true AS yes, '' AS empty, CAST(NULL AS varchar) AS nothing, TIMESTAMP '2026-01-02 03:04:05.678' AS moment, ARRAY[1,2] AS list")
		if err != nil {
			t.Fatal(err)
		}
		got := read(t, rows)
		want := []any{int64(9223372036854775807), int64(1), 2.5, "1234567890123456789.01", true, "", nil, "2026-01-02 03:04:05.678", "[1, 2]"}
		if len(got) != 1 || fmt.Sprintf("%#v", got[0]) != fmt.Sprintf("%#v", want) {
			t.Errorf("got %#v, want %#v", got, want)
		}
		if kind := rows.Columns()[3].Type; kind != "DECIMAL(21,2)" {
			t.Errorf("the decimal is a %s", kind)
		}
		if used := pipeline.UsageOf(rows); used.QueryID == "" || used.CostUSD != 5*10_000_000/1e12 {
			t.Errorf("it took %+v", used)
		}
	})
	t.Run("many rows come in pages, none twice and none lost", func(t *testing.T) {
		rows, err := open(t, server, athena.Options{}).Querier().Query(t.Context(), "SELECT n FROM UNNEST(sequence(1, 2500)) AS s (n) ORDER BY n")
		if err != nil {
			t.Fatal(err)
		}
		for i, row := range read(t, rows) {
			if row[0] != int64(i+1) {
				t.Fatalf("row %d is %v", i+1, row[0])
			}
		}
	})
	t.Run("what could write is refused before it is sent", func(t *testing.T) {
		before := len(server.Athena.Executions())
		for _, sql := range []string{"DROP TABLE x", "/* SELECT */ INSERT INTO x VALUES (1)", "EXPLAIN ANALYZE DELETE FROM x", "", "-- SELECT 1"} {
			if _, err := open(t, server, athena.Options{}).Querier().Query(t.Context(), sql); pipeline.KindOf(err) != pipeline.BadUsage {
				t.Errorf("%q: error of kind %d: %v", sql, pipeline.KindOf(err), err)
			}
		}
		if after := len(server.Athena.Executions()); after != before {
			t.Errorf("%d queries were started", after-before)
		}
	})
	t.Run("another dialect's SQL is the asker's fault", func(t *testing.T) {
		_, err := open(t, server, athena.Options{}).Querier().Query(t.Context(), "SELECT nothing FROM nowhere")
		if pipeline.KindOf(err) != pipeline.BadUsage || !strings.Contains(err.Error(), "query ") {
			t.Errorf("error of kind %d: %v", pipeline.KindOf(err), err)
		}
	})
	t.Run("a query that is cancelled here is stopped there", func(t *testing.T) {
		server.Athena.Fault(awstest.AthenaFaults{Queue: func(string) bool { return true }})
		defer server.Athena.Fault(awstest.AthenaFaults{})
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		_, err := open(t, server, athena.Options{}).Querier().Query(ctx, "SELECT 17")
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error is %v", err)
		}
		wantLast(t, server, "CANCELLED SELECT 17")
	})
	t.Run("one that is queued for ever is stopped at its deadline", func(t *testing.T) {
		server.Athena.Fault(awstest.AthenaFaults{Queue: func(string) bool { return true }})
		defer server.Athena.Fault(awstest.AthenaFaults{})
		_, err := open(t, server, athena.Options{Deadline: 50 * time.Millisecond}).Querier().Query(t.Context(), "SELECT 18")
		if pipeline.KindOf(err) != pipeline.BadEngine || !strings.Contains(err.Error(), "QUEUED") {
			t.Errorf("error of kind %d: %v", pipeline.KindOf(err), err)
		}
		wantLast(t, server, "CANCELLED SELECT 18")
	})
	for name, c := range map[string]struct {
		faults awstest.AthenaFaults
		kind   pipeline.Kind
		says   string
	}{
		"FAILED":                  {awstest.AthenaFaults{Fail: func(string) string { return "GENERIC_INTERNAL_ERROR: no worker" }}, pipeline.BadEngine, "no worker\n  Run again"},
		"FAILED for good":         {awstest.AthenaFaults{Fail: func(string) string { return "EXCEEDED_TIME_LIMIT: too long" }}, pipeline.BadEngine, "too long\n  Read less per query"},
		"FAILED for bad data":     {awstest.AthenaFaults{Fail: func(string) string { return "HIVE_BAD_DATA: a row is not valid JSON" }}, pipeline.BadData, "stedi check"},
		"FAILED for a permission": {awstest.AthenaFaults{Fail: func(string) string { return "PERMISSION_DENIED: Access Denied" }}, pipeline.Denied, "stedi doctor"},
		"cancelled by another":    {awstest.AthenaFaults{Cancel: func(string) bool { return true }}, pipeline.BadEngine, "outside stedi"},
		"throttled for ever": {awstest.AthenaFaults{Refuse: func(call string) string {
			return map[bool]string{true: "TooManyRequestsException"}[call == "StartQueryExecution"]
		}}, pipeline.BadEngine, "slow down"},
		"an expired token": {awstest.AthenaFaults{Refuse: func(call string) string {
			return map[bool]string{true: "ExpiredTokenException"}[call == "StartQueryExecution"]
		}}, pipeline.Denied, "aws sso login"},
		"no permission to ask": {awstest.AthenaFaults{Refuse: func(call string) string {
			return map[bool]string{true: "AccessDeniedException"}[call == "StartQueryExecution"]
		}}, pipeline.Denied, "IAM policy"},
		"expired while it is asked": {awstest.AthenaFaults{Refuse: func(call string) string {
			return map[bool]string{true: "ExpiredTokenException"}[call == "GetQueryExecution"]
		}}, pipeline.Denied, "aws sso login"},
	} {
		t.Run(name, func(t *testing.T) {
			client := open(t, server, athena.Options{})
			server.Athena.Fault(c.faults)
			defer server.Athena.Fault(awstest.AthenaFaults{})
			_, err := client.Querier().Query(t.Context(), "SELECT 19")
			if pipeline.KindOf(err) != c.kind || !strings.Contains(err.Error(), c.says) {
				t.Errorf("error of kind %d: %v", pipeline.KindOf(err), err)
			}
		})
	}
	t.Run("throttled for a while is no failure", func(t *testing.T) {
		client := open(t, server, athena.Options{})
		tries := 0
		server.Athena.Fault(awstest.AthenaFaults{Refuse: func(string) string {
			tries++
			return map[bool]string{true: "ThrottlingException"}[tries%8 != 0]
		}})
		defer server.Athena.Fault(awstest.AthenaFaults{})
		if _, err := client.Querier().Query(t.Context(), "SELECT 20"); err != nil {
			t.Error(err)
		}
	})
	t.Run("a lost reply starts no second query", func(t *testing.T) {
		lost := false
		proxy := awstest.Proxy(t, server.Endpoint, func(w http.ResponseWriter, r *http.Request, pass http.HandlerFunc) {
			if strings.HasSuffix(r.Header.Get("X-Amz-Target"), "StartQueryExecution") && !lost {
				lost = true
				awstest.Lose(r, pass)
			}
			pass(w, r)
		})
		before := len(server.Athena.Executions())
		client, err := athena.Open(t.Context(), awstest.Config(t, proxy), athena.Options{Database: "default", Output: server.Bucket + "/results/", Poll: 10 * time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.Querier().Query(t.Context(), "SELECT 21"); err != nil {
			t.Fatal(err)
		}
		if n := len(server.Athena.Executions()) - before; n != 1 || !lost {
			t.Errorf("%d queries were started", n)
		}
	})
	t.Run("one that is cancelled while it is being started is stopped there", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		proxy := awstest.Proxy(t, server.Endpoint, func(w http.ResponseWriter, r *http.Request, pass http.HandlerFunc) {
			if !strings.HasSuffix(r.Header.Get("X-Amz-Target"), "StartQueryExecution") {
				pass(w, r)
				return
			}
			answer := httptest.NewRecorder()
			pass(answer, r)
			cancel()
			maps.Copy(w.Header(), answer.Header())
			_, _ = w.Write(answer.Body.Bytes())
		})
		server.Athena.Fault(awstest.AthenaFaults{Queue: func(string) bool { return true }})
		defer server.Athena.Fault(awstest.AthenaFaults{})
		client, err := athena.Open(t.Context(), awstest.Config(t, proxy), athena.Options{Database: "default", Output: server.Bucket + "/results/", Poll: 10 * time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.Querier().Query(ctx, "SELECT 23"); !errors.Is(err, context.Canceled) {
			t.Errorf("error is %v", err)
		}
		wantLast(t, server, "CANCELLED SELECT 23")
	})
	t.Run("a query that would read too much is not started", func(t *testing.T) {
		client := open(t, server, athena.Options{MaxScan: 1000, Estimate: func(context.Context, string) (int64, error) { return 1001, nil }})
		before := len(server.Athena.Executions())
		_, err := client.Querier().Query(t.Context(), "SELECT 22")
		if pipeline.KindOf(err) != pipeline.BadUsage || !strings.Contains(err.Error(), "--max-scan 1001") {
			t.Errorf("error of kind %d: %v", pipeline.KindOf(err), err)
		}
		if len(server.Athena.Executions()) != before {
			t.Error("it was started")
		}
	})
	t.Run("the workgroup's history can be read", func(t *testing.T) {
		history, err := open(t, server, athena.Options{}).History(t.Context(), 50)
		if err != nil || len(history) < 5 || history[len(history)-1].Cost == 0 {
			t.Errorf("history is %v (%v)", history, err)
		}
	})
	for name, set := range map[string]func(on bool){
		"managed results": server.Athena.Manage,
		"an enforced location": func(on bool) {
			server.Athena.Enforce(map[bool]string{true: "s3://elsewhere/"}[on])
		},
	} {
		t.Run("a workgroup with "+name+" is read", func(t *testing.T) {
			set(true)
			defer set(false)
			rows, err := open(t, server, athena.Options{}).Querier().Query(t.Context(), "SELECT 24 AS n")
			if err != nil {
				t.Fatal(err)
			}
			if all := read(t, rows); len(all) != 1 || all[0][0] != int64(24) {
				t.Errorf("the rows are %v", all)
			}
		})
	}
}

func wantLast(t *testing.T, server *awstest.AWS, want string) {
	t.Helper()
	all := server.Athena.Executions()
	if len(all) == 0 || all[len(all)-1] != want {
		t.Errorf("the last query is %q, want %q", all[len(all)-1:], want)
	}
}
