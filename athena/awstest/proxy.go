package awstest

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"testing"
)

// silent takes what proxies say of connections that tests cut off.
var silent = log.New(io.Discard, "", 0)

// Proxy stands before a server and lets between decide what happens to each
// request: pass hands it on and answers with the server's own answer. It
// returns the proxy's endpoint.
func Proxy(t *testing.T, endpoint string, between func(w http.ResponseWriter, r *http.Request, pass http.HandlerFunc)) string {
	t.Helper()
	proxy := handOn(t, endpoint)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		between(w, r, proxy.ServeHTTP)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// Hangup cuts the connection off without an answer.
func Hangup() { panic(http.ErrAbortHandler) }

// Lose lets the server do its work, and loses what it answers.
func Lose(r *http.Request, pass http.HandlerFunc) {
	pass(httptest.NewRecorder(), r)
	Hangup()
}

// Refuse answers as a service of Amazon's does that says no, in XML.
func Refuse(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	_, _ = w.Write([]byte("<?xml version=\"1.0\"?><Error><Code>" + code + "</Code><Message>" + code + " was answered by the test</Message></Error>"))
}

// Hang never answers: it takes what is sent, and waits until the caller gives
// up.
func Hang(r *http.Request) {
	// The server notices that the caller has disconnected only once the body is read.
	if _, err := io.Copy(io.Discard, r.Body); err == nil {
		<-r.Context().Done()
	}
	Hangup()
}
