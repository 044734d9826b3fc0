package awstest

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// AWS is all of it behind one endpoint: a bucket in a real S3 server, the
// catalog in a real Glue server, Athena with its SQL run by Trino or by DuckDB,
// and Glue jobs.
type AWS struct {
	Endpoint string
	Config   aws.Config
	Bucket   string // s3://lake
	S3       *S3
	Glue     *Glue
	Athena   *Athena
	Jobs     *Jobs // their scripts run by a real Spark, where there is one
	spark    *spark

	between atomic.Pointer[between]
}

type between func(w http.ResponseWriter, r *http.Request, pass http.HandlerFunc)

// Between lets a function decide what happens to each request from now on, as
// Proxy does; nil hands all of them on.
func (a *AWS) Between(decide func(w http.ResponseWriter, r *http.Request, pass http.HandlerFunc)) {
	if decide == nil {
		a.between.Store(nil)
		return
	}
	f := between(decide)
	a.between.Store(&f)
}

// StartAWS starts everything, or skips the test. What Athena is asked is
// answered by Trino if all tests are asked for, and else by DuckDB, which is
// there at once.
func StartAWS(t *testing.T) *AWS {
	t.Helper()
	if whole() {
		return StartTrino(t)
	}
	return StartDuckDB(t)
}

// StartDuckDB starts everything with DuckDB in Athena's place.
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
	a.Athena = newAthena(t, engine(a.S3, a.Glue, a.Bucket))
	a.spark = newSpark(t, a.S3)
	a.Jobs = NewJobs(t, a.spark.run)
	s3, glue := handOn(t, a.S3.Endpoint), handOn(t, a.Glue.Endpoint)
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

// handOn is a proxy that keeps the host, since that is part of a signature.
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

// Query returns the rows of a SELECT as Athena's SQL engine gives them.
func (a *AWS) Query(t *testing.T, database, sql string) [][]any {
	t.Helper()
	rows, err := rowsOf(t.Context(), a.Athena.sql, database, sql)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// Tables returns the names of the tables that Athena's SQL engine sees in a
// database.
func (a *AWS) Tables(t *testing.T, database string) []string {
	t.Helper()
	names, err := a.Athena.sql.tables(t.Context(), database)
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// NeedTrino skips a test of what only Athena's own dialect has.
func (a *AWS) NeedTrino(t *testing.T) {
	t.Helper()
	if _, ok := a.Athena.sql.(*trino); !ok {
		t.Skip("left out: it needs Trino; `make test-aws` runs it")
	}
}

// Whole skips a test that takes long, unless all of them are asked for.
func Whole(t *testing.T) {
	t.Helper()
	if !whole() {
		t.Skip("left out: `make test-aws` runs it")
	}
}

func whole() bool { return os.Getenv("STEDI_TEST_AWS") == "whole" }
