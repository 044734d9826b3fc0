package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"stedi/athena/awstest"
)

// actionOf returns the IAM action of a request, or "" for S3.
func actionOf(r *http.Request, body []byte) string {
	service, call, found := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	if found {
		return map[string]string{"AmazonAthena": "athena", "AWSGlue": "glue", "Logs_20140328": "logs"}[service] + ":" + call
	}
	if r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" {
		return ""
	}
	form, err := url.ParseQuery(string(body))
	if err != nil || form.Get("Action") == "GetCallerIdentity" {
		return "" // every identity may ask who it is
	}
	return "iam:" + form.Get("Action")
}

func TestEachCallIsAllowedByThePolicyOfItsIdentity(t *testing.T) {
	a := onServer(t, awstest.StartDuckDB(t))
	landing := landingFolder(t)
	for _, c := range []struct {
		persona  string
		commands [][]string
	}{
		{"deploy", [][]string{{"deploy", "--from", landing, "--boundary", "arn:aws:iam::123456789012:policy/b"}}},
		{"run", [][]string{{"run", "--engine", "athena"}, {"plan", "--engine", "athena"}}},
		{"preview", [][]string{{"preview", "customer_curated", "--engine", "athena"}, {"tables"}}},
		{"deploy", [][]string{{"destroy", "--yes", "--landing"}}},
	} {
		a.server.Between(nil)
		out, _ := a.stedi(0, "deploy", "--dry-run", "--policy", c.persona, "--boundary", "arn:aws:iam::123456789012:policy/b")
		var policy policyDocument
		if err := json.Unmarshal([]byte(out), &policy); err != nil {
			t.Fatalf("%v:\n%s", err, out)
		}
		var allowed []string
		for _, s := range policy.Statement {
			allowed = append(allowed, s.Action...)
		}
		var mu sync.Mutex
		var denied []string
		a.server.Between(func(w http.ResponseWriter, r *http.Request, pass http.HandlerFunc) {
			if r.Method == http.MethodPost && r.URL.Path == "/" {
				body, _ := io.ReadAll(r.Body)
				r.Body = io.NopCloser(bytes.NewReader(body))
				if action := actionOf(r, body); action != "" && !slices.Contains(allowed, action) {
					mu.Lock()
					denied = append(denied, action)
					mu.Unlock()
				}
			}
			pass(w, r)
		})
		for _, command := range c.commands {
			a.stedi(0, command...)
		}
		if len(denied) > 0 {
			t.Errorf("%s: the policy does not allow %v", c.persona, denied)
		}
	}
}

func TestAPolicyGivesNoRightsBeyondItsIdentity(t *testing.T) {
	of := &policyOf{partition: "aws-us-gov", region: "us-gov-west-1", account: "123456789012", bucket: "b", prefix: "p/", database: "d", workgroup: "w", jobs: []string{"j"}}
	for persona, never := range map[string][]string{
		personaPreview: {"glue:UpdateTable", "glue:DeleteTable", "iam:", "glue:StartJobRun"},
		personaRun:     {"glue:DeleteDatabase", "iam:", "glue:UpdateJob"},
		personaDeploy:  {"iam:CreateRole", "iam:PutRolePolicy", "iam:*"}, // there is no boundary
	} {
		text, err := json.Marshal(of.document(persona))
		if err != nil {
			t.Fatal(err)
		}
		for _, action := range never {
			if strings.Contains(string(text), `"`+action) && action != "iam:" || action == "iam:" && strings.Contains(string(text), action) {
				t.Errorf("%s: %s is allowed", persona, action)
			}
		}
		if strings.Contains(string(text), "arn:aws:") {
			t.Errorf("%s: an ARN is of another partition:\n%s", persona, text)
		}
	}
	of.boundary = "arn:aws-us-gov:iam::123456789012:policy/b"
	for _, s := range of.document(personaDeploy).Statement {
		if slices.Contains(s.Action, "iam:CreateRole") && s.Condition["StringEquals"]["iam:PermissionsBoundary"] != of.boundary {
			t.Errorf("roles can be created without the boundary: %v", s)
		}
		if slices.Contains(s.Action, "iam:PassRole") && s.Condition["StringEquals"]["iam:PassedToService"] != "glue.amazonaws.com" {
			t.Errorf("roles can be passed to other services: %v", s)
		}
	}
}
