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
// catalog in a real Glue server, Athena with its SQL run by a real Trino, and
// Glue jobs.
type AWS struct {
	Endpoint string
	Config   aws.Config
	Bucket   string // s3://lake
	S3       *S3
	Glue     *Glue
	Trino    *Trino
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

// StartAWS starts everything, or skips the test.
func StartAWS(t *testing.T) *AWS {
	t.Helper()
	a := &AWS{}
	tool(t, "trino")
	findJava(t)
	a.S3, a.Glue = StartS3(t), StartGlue(t)
	a.Bucket = a.S3.Bucket(t, "lake")
	a.Trino = StartTrino(t, a.S3, a.Glue, a.Bucket+"/warehouse")
	a.Athena = newAthena(t, a.Trino)
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

// Whole skips a test that takes long, unless all of them are asked for.
func Whole(t *testing.T) {
	t.Helper()
	if os.Getenv("STEDI_TEST_AWS") != "whole" {
		t.Skip("left out: `make test-aws` runs it")
	}
}
