package awstest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
)

func TestARequestThatAServiceRefusesIsFound(t *testing.T) {
	tool(t, "ministack/bin/ministack")
	folder := filepath.Join(root(t), ".cache", "aws")
	token := strings.Repeat("t", 32)
	for name, c := range map[string]struct{ target, body, want string }{
		"right":             {"AmazonAthena.StartQueryExecution", `{"QueryString":"SELECT 1","ClientRequestToken":"` + token + `","WorkGroup":"primary"}`, ""},
		"an empty owner":    {"AWSGlue.CreateTable", `{"DatabaseName":"d","TableInput":{"Name":"t","Owner":""}}`, "glue:CreateTable.TableInput.Owner is 0, and the least is 1"},
		"no name":           {"AWSGlue.CreateTable", `{"DatabaseName":"d","TableInput":{"Owner":"o"}}`, "glue:CreateTable.TableInput lacks Name"},
		"a misspelt member": {"AmazonAthena.GetQueryExecution", `{"QueryExecutionID":"q","QueryExecutionId":"q"}`, "has no member QueryExecutionID"},
		"another enum":      {"AWSGlue.CreateJob", `{"Name":"j","Role":"r","Command":{},"WorkerType":"G.3X","ExecutionClass":"SLOW"}`, `is "SLOW", which is none of`},
		"a pattern":         {"AmazonAthena.GetWorkGroup", `{"WorkGroup":"a b"}`, "does not match"},
		"too many rows":     {"AmazonAthena.GetQueryResults", `{"QueryExecutionId":"q","MaxResults":100000}`, "the most is"},
		"another operation": {"AmazonAthena.StartQuery", `{}`, "has no operation StartQuery"},
		"another type":      {"AmazonAthena.GetQueryExecution", `{"QueryExecutionId":7}`, "is a number, not a string"},
		"a right form":      {"", "Action=GetRole&Version=2010-05-08&RoleName=r", ""},
		"a wrong role name": {"", "Action=GetRole&Version=2010-05-08&RoleName=a%20b", "does not match"},
		"a role without it": {"", "Action=GetRole&Version=2010-05-08", "iam:GetRole lacks RoleName"},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(c.body))
			r.Header.Set("X-Amz-Target", c.target)
			if c.target == "" {
				r.Header = http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
			}
			faults := strings.Join(invalid(folder, r), "; ")
			if c.want == "" && faults != "" || !strings.Contains(faults, c.want) {
				t.Errorf("found %q, want %q", faults, c.want)
			}
			if body, err := io.ReadAll(r.Body); err != nil || string(body) != c.body {
				t.Errorf("the body is %q (%v)", body, err)
			}
		})
	}
}
