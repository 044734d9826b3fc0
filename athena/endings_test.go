package athena

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"stedi/pipeline"
)

const notFound = `{"__type":"InvalidRequestException","AthenaErrorCode":"QUERY_EXECUTION_NOT_FOUND","Message":"QueryExecution q-1 was not found"}`

// service answers calls of Athena one after the other; the last answer of a call
// is repeated.
func service(t *testing.T, answers map[string][]string) (*Client, map[string]int) {
	t.Helper()
	calls := map[string]int{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		_, call, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
		if call == "GetWorkGroup" {
			_, _ = io.WriteString(w, `{"WorkGroup":{"Name":"primary","State":"ENABLED"}}`)
			return
		}
		all := answers[call]
		text := all[min(calls[call], len(all)-1)]
		calls[call]++
		if strings.Contains(text, "__type") {
			w.WriteHeader(http.StatusBadRequest)
		}
		_, _ = io.WriteString(w, text)
	}))
	t.Cleanup(server.Close)
	config := aws.Config{
		Region: "us-east-1", BaseEndpoint: &server.URL, Credentials: credentials.NewStaticCredentialsProvider("key", "secret", ""),
		Retryer: func() aws.Retryer { return aws.NopRetryer{} },
	}
	client, err := Open(t.Context(), config, Options{Output: "s3://lake/", Poll: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	return client, calls
}

func inState(state string) string {
	return `{"QueryExecution":{"QueryExecutionId":"q-1","StatementType":"DDL","SubstatementType":"CREATE_TABLE_AS_SELECT","Status":{"State":"` + state + `"},"Statistics":{"DataScannedInBytes":7600000}}}`
}

func TestAQueryIsStoppedIfItHasEnded(t *testing.T) {
	const refused = `{"__type":"InvalidRequestException","AthenaErrorCode":"INVALID_INPUT","Message":"Query has already ended"}`
	for name, c := range map[string]struct {
		looks, stops  []string
		asked, looked int
		fails         bool
	}{
		"it had ended before":                     {looks: []string{inState("FAILED")}, stops: []string{refused}, looked: 1},
		"Athena no longer lists it":               {looks: []string{notFound}, stops: []string{refused}, looked: 1},
		"it ends while it is stopped":             {looks: []string{inState("RUNNING"), inState("SUCCEEDED")}, stops: []string{refused}, asked: 1, looked: 2},
		"it takes a while":                        {looks: []string{inState("RUNNING"), inState("RUNNING"), inState("RUNNING"), inState("CANCELLED")}, stops: []string{"{}"}, asked: 1, looked: 4},
		"it still runs, and Athena does not want": {looks: []string{inState("RUNNING")}, stops: []string{refused}, asked: 1, looked: 2, fails: true},
	} {
		t.Run(name, func(t *testing.T) {
			client, calls := service(t, map[string][]string{"GetQueryExecution": c.looks, "StopQueryExecution": c.stops})
			if err := client.stop(t.Context(), "q-1"); (err != nil) != c.fails {
				t.Errorf("error is %v", err)
			}
			if calls["StopQueryExecution"] != c.asked || calls["GetQueryExecution"] != c.looked {
				t.Errorf("the calls are %v", calls)
			}
		})
	}
}

// Athena cancels a query that reads more than its workgroup allows.
func TestAQueryThatAthenaCancelsSaysWhy(t *testing.T) {
	for reason, want := range map[string]struct {
		kind pipeline.Kind
		fix  string
	}{
		"Bytes scanned limit was exceeded": {pipeline.BadUsage, "Read less"},
		"Query cancelled by user":          {pipeline.BadEngine, "outside stedi"},
	} {
		state := strings.Replace(inState("CANCELLED"), `"State"`, `"StateChangeReason":"`+reason+`","State"`, 1)
		client, _ := service(t, map[string][]string{"StartQueryExecution": {`{"QueryExecutionId":"q-1"}`}, "GetQueryExecution": {state}})
		_, err := client.Querier().Query(t.Context(), "SELECT 1")
		if pipeline.KindOf(err) != want.kind || !strings.Contains(err.Error(), want.fix) {
			t.Errorf("%s: %v", reason, err)
		}
	}
}

func TestAQueryThatCannotSucceedIsLost(t *testing.T) {
	for answer, want := range map[string]bool{
		inState("FAILED"): true, inState("CANCELLED"): true, notFound: true,
		inState("RUNNING"): false, inState("QUEUED"): false, inState("SUCCEEDED"): false,
	} {
		client, _ := service(t, map[string][]string{"GetQueryExecution": {answer}})
		lost, err := client.Engine(nil, "s3://lake", true).Lost(t.Context(), pipeline.Target{Query: "q-1"})
		if lost != want || err != nil {
			t.Errorf("%s: %v (%v)", answer, lost, err)
		}
	}
}

// Athena reports CREATE TABLE AS as DDL and charges for what it scans.
func TestCreateTableAsIsCharged(t *testing.T) {
	client, _ := service(t, map[string][]string{"GetQueryExecution": {inState("SUCCEEDED")}})
	found, _, err := client.look(t.Context(), "q-1")
	if err != nil || found.Cost != 5*10_000_000/1e12 {
		t.Errorf("it costs $%f (%v)", found.Cost, err)
	}
}

// The names are those that Athena gives its files.
func TestTheFilesAboutAQueryFollowItsStatement(t *testing.T) {
	for name, c := range map[string]struct{ result, state, want string }{
		"a SELECT":                   {"s3://b/q.csv", "SUCCEEDED", "s3://b/q.csv.metadata s3://b/q.csv"},
		"a SELECT that fails":        {"s3://b/q.csv", "FAILED", ""},
		"a DESCRIBE that fails":      {"s3://b/q.txt", "FAILED", "s3://b/q.txt.metadata s3://b/q.txt"},
		"CREATE TABLE AS":            {"s3://b/tables/q", "SUCCEEDED", "s3://b/tables/q.metadata s3://b/tables/q-manifest.csv"},
		"CREATE TABLE AS that fails": {"s3://b/tables/q", "FAILED", "s3://b/tables/q.metadata s3://b/tables/q-manifest.csv"},
	} {
		e := Execution{Result: c.result, State: c.state}
		if got := strings.Join(e.files(), " "); got != c.want {
			t.Errorf("%s has the files %q", name, got)
		}
	}
}

// Result files elsewhere belong to the workgroup.
func TestAClosedQueryDeletesItsResult(t *testing.T) {
	const page = `{"ResultSet":{"Rows":[{"Data":[{"VarCharValue":"n"}]}],"ResultSetMetadata":{"ColumnInfo":[{"Name":"n","Type":"bigint"}]}}}`
	for name, c := range map[string]struct{ result, want string }{
		"in the folder of the lake":        {"s3://lake/q-1.csv", "s3://lake/q-1.csv.metadata s3://lake/q-1.csv"},
		"where the workgroup puts results": {"s3://lake-2/q-1.csv", ""},
		"nowhere":                          {"", ""},
	} {
		t.Run(name, func(t *testing.T) {
			state := strings.Replace(inState("SUCCEEDED"), `"Status"`, `"ResultConfiguration":{"OutputLocation":"`+c.result+`"},"Status"`, 1)
			client, _ := service(t, map[string][]string{"StartQueryExecution": {`{"QueryExecutionId":"q-1"}`}, "GetQueryExecution": {state}, "GetQueryResults": {page}})
			var deleted []string
			client.options.Discard = func(_ context.Context, urls ...string) error {
				deleted = append(deleted, urls...)
				return errors.New("AccessDenied") // the query has succeeded
			}
			rows, err := client.Querier().Query(t.Context(), "SELECT 1 AS n")
			if err != nil || len(deleted) > 0 {
				t.Fatalf("deleted before it was closed: %q (%v)", deleted, err)
			}
			for range 2 {
				if err := rows.Close(); err != nil {
					t.Fatal(err)
				}
			}
			if got := strings.Join(deleted, " "); got != c.want {
				t.Errorf("deleted are %q", got)
			}
		})
	}
}
