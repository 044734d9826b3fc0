package awstest

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"testing"
)

// silent discards the messages of proxies about connections that tests cut off.
var silent = log.New(io.Discard, "", 0)

// Proxy starts a proxy for a server and returns its endpoint. between handles
// each request: pass forwards it and writes the server's response.
func Proxy(t *testing.T, endpoint string, between func(w http.ResponseWriter, r *http.Request, pass http.HandlerFunc)) string {
	t.Helper()
	proxy := handOn(t, endpoint)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		between(w, r, proxy.ServeHTTP)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// Hangup closes the connection without a response.
func Hangup() { panic(http.ErrAbortHandler) }

// Lose lets the server handle the request, and drops the response.
func Lose(r *http.Request, pass http.HandlerFunc) {
	pass(httptest.NewRecorder(), r)
	Hangup()
}

// Refuse writes an XML error response like an AWS service.
func Refuse(w http.ResponseWriter, status int, code string) {
	RefuseWith(w, status, code, code+" was answered by the test")
}

// RefuseWith is Refuse with the text of a service.
func RefuseWith(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	_, _ = w.Write([]byte("<?xml version=\"1.0\"?><Error><Code>" + code + "</Code><Message>" + message + "</Message></Error>"))
}

// Hang never responds: it reads the request and waits until the caller
// disconnects.
func Hang(r *http.Request) {
	// The server notices a disconnect only after the body was read.
	if _, err := io.Copy(io.Discard, r.Body); err == nil {
		<-r.Context().Done()
	}
	Hangup()
}
