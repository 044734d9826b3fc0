package awstest

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// AWS serves all services behind one endpoint: a bucket in a real S3 server,
// the catalog in a real Glue server, Athena with Trino or DuckDB as its SQL
// engine, and Glue jobs.
type AWS struct {
	Endpoint string
	Config   aws.Config
	Bucket   string // s3://lake
	S3       *S3
	Glue     *Glue
	Athena   *Athena
	Jobs     *Jobs // their scripts run on a real Spark, if it is installed
	spark    *spark

	between atomic.Pointer[between]
}

type between func(w http.ResponseWriter, r *http.Request, pass http.HandlerFunc)

// Between sets a function that handles each request from now on, as in Proxy;
// nil forwards all requests.
func (a *AWS) Between(decide func(w http.ResponseWriter, r *http.Request, pass http.HandlerFunc)) {
	if decide == nil {
		a.between.Store(nil)
		return
	}
	f := between(decide)
	a.between.Store(&f)
}

// StartAWS starts all services. If STEDI_TEST_AWS is "whole", Athena uses
// Trino, or the test is skipped if Trino is missing. Otherwise Athena uses
// DuckDB, which starts at once.
func StartAWS(t *testing.T) *AWS {
	t.Helper()
	if whole() {
		return StartTrino(t)
	}
	return StartDuckDB(t)
}

// StartDuckDB starts all services, with DuckDB as Athena's SQL engine.
func StartDuckDB(t *testing.T) *AWS {
	t.Helper()
	return startAWS(t, func(s3 *S3, glue *Glue, _ string) sqlEngine { return newDuck(t, s3, glue) })
}

// StartTrino starts everything with Trino, which Athena is based on, or skips
// the test.
func StartTrino(t *testing.T) *AWS {
	t.Helper()
	if why := noTrino(t); why != "" {
		t.Skip("left out: " + why)
	}
	return startAWS(t, func(s3 *S3, glue *Glue, bucket string) sqlEngine { return newTrino(t, s3, glue, bucket+"/warehouse") })
}

func startAWS(t *testing.T, engine func(s3 *S3, glue *Glue, bucket string) sqlEngine) *AWS {
	t.Helper()
	a := &AWS{S3: StartS3(t), Glue: StartGlue(t)}
	a.Bucket = a.S3.Bucket(t, "lake")
	a.Athena = newAthena(t, engine(a.S3, a.Glue, a.Bucket), a.S3)
	a.spark = newSpark(t, a.S3)
	a.Jobs = NewJobs(t, a.spark.run)
	s3, glue := handOn(t, a.S3.Endpoint), handOn(t, a.Glue.Endpoint)
	models := filepath.Join(root(t), ".cache", "aws")
	serve := func(w http.ResponseWriter, r *http.Request) {
		switch target := r.Header.Get("X-Amz-Target"); {
		case strings.HasPrefix(target, "AmazonAthena."):
			a.Athena.serve(w, r)
		case a.Jobs.serve(w, r):
		case target != "", r.Method == http.MethodPost && r.Header.Get("Content-Type") == "application/x-www-form-urlencoded":
			glue.ServeHTTP(w, r)
		default:
			s3.ServeHTTP(w, r)
		}
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, fault := range invalid(models, r) {
			t.Errorf("a request that AWS refuses: %s", fault)
		}
		if decide := a.between.Load(); decide != nil {
			(*decide)(w, r, serve)
			return
		}
		serve(w, r)
	}))
	t.Cleanup(server.Close)
	a.Endpoint = server.URL
	a.Config = Config(t, a.Endpoint)
	return a
}

// handOn returns a proxy that keeps the Host header, because the signature
// includes it.
func handOn(t *testing.T, endpoint string) *httputil.ReverseProxy {
	t.Helper()
	target, err := url.Parse(endpoint)
	if err != nil {
		t.Fatal(err)
	}
	return &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.Out.Host = r.In.Host
	}, ErrorLog: silent}
}

// Query returns the rows of a SELECT directly from Athena's SQL engine.
func (a *AWS) Query(t *testing.T, database, sql string) [][]any {
	t.Helper()
	rows, err := rowsOf(t.Context(), a.Athena.sql, database, sql)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// Tables returns the names of a database's tables directly from Athena's SQL
// engine.
func (a *AWS) Tables(t *testing.T, database string) []string {
	t.Helper()
	names, err := a.Athena.sql.tables(t.Context(), database)
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// NeedTrino skips a test of Athena's own dialect if Trino does not run.
func (a *AWS) NeedTrino(t *testing.T) {
	t.Helper()
	if _, ok := a.Athena.sql.(*trino); !ok {
		t.Skip("left out: it needs Trino; `make test-aws` runs it")
	}
}

// Whole skips a slow test, unless STEDI_TEST_AWS is "whole".
func Whole(t *testing.T) {
	t.Helper()
	if !whole() {
		t.Skip("left out: `make test-aws` runs it")
	}
}

func whole() bool { return os.Getenv("STEDI_TEST_AWS") == "whole" }
