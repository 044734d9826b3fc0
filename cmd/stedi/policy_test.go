package main

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"stedi/athena/awstest"
)

// action is an IAM action that a request needs, on resources, all of which must
// be allowed.
type action struct {
	name      string
	resources []string
	context   map[string]string
}

const (
	testAccount = "000000000000" // of the test servers
	testKey     = "arn:aws:kms:us-east-1:" + testAccount + ":key/1"
)

func arnOf(service, resource string) string {
	return "arn:aws:" + service + ":us-east-1:" + testAccount + ":" + resource
}

// actionsOf returns the IAM actions of a request.
func actionsOf(r *http.Request, body []byte) []action {
	service, call, found := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	if found {
		var in map[string]any
		_ = json.Unmarshal(body, &in) // the test servers reject what is not JSON
		return []action{callOf(map[string]string{"AmazonAthena": "athena", "AWSGlue": "glue", "Logs_20140328": "logs"}[service], call, in)}
	}
	if r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" {
		return s3Actions(r, body)
	}
	form, err := url.ParseQuery(string(body))
	if err != nil || form.Get("Action") == "GetCallerIdentity" {
		return nil // every identity may ask who it is
	}
	a := action{name: "iam:" + form.Get("Action"), resources: []string{form.Get("PolicyArn")}, context: map[string]string{"iam:PermissionsBoundary": form.Get("PermissionsBoundary")}}
	if role := form.Get("RoleName"); role != "" {
		a.resources[0] = "arn:aws:iam::" + testAccount + ":role/stedi/" + role
	}
	if name := form.Get("PolicyName"); a.resources[0] == "" {
		a.resources[0] = "arn:aws:iam::" + testAccount + ":policy/stedi/" + name
	}
	if a.name == "iam:PutRolePolicy" { // the boundary that the role has
		a.context["iam:PermissionsBoundary"] = "arn:aws:iam::" + testAccount + ":policy/stedi/" + form.Get("RoleName") + "-boundary"
	}
	return []action{a}
}

// callOf returns the action of a call with a JSON body.
func callOf(service, call string, in map[string]any) action {
	a := action{name: service + ":" + call}
	text := func(name string) string { t, _ := in[name].(string); return t }
	switch {
	case service == "athena":
		a.resources = []string{arnOf("athena", "workgroup/primary")}
	case service == "logs":
		a.resources = []string{arnOf("logs", "log-group:"+text("logGroupName"))}
	case strings.Contains(call, "Job"):
		name := text("JobName")
		if name == "" {
			name = text("Name")
		}
		a.resources = []string{arnOf("glue", "job/"+name)}
	default:
		database := text("DatabaseName")
		input, _ := in["DatabaseInput"].(map[string]any)
		for _, name := range []any{in["Name"], input["Name"]} {
			if t, ok := name.(string); ok && database == "" {
				database = t
			}
		}
		a.resources = []string{arnOf("glue", "catalog"), arnOf("glue", "database/"+database)}
		if call == "DeleteDatabase" { // with all that is in it
			a.resources = append(a.resources, arnOf("glue", "table/"+database+"/*"), arnOf("glue", "userDefinedFunction/"+database+"/*"))
		}
		if strings.Contains(call, "Table") {
			table := text("Name")
			if input, ok := in["TableInput"].(map[string]any); ok {
				table = fmt.Sprint(input["Name"])
			}
			a.resources = append(a.resources, arnOf("glue", "table/"+database+"/"+table))
		}
	}
	return a
}

// subresources are the actions of requests about a bucket.
var subresources = map[string]string{
	"location": "GetBucketLocation", "versioning": "GetBucketVersioning", "object-lock": "GetBucketObjectLockConfiguration",
	"lifecycle": "GetLifecycleConfiguration", "encryption": "GetEncryptionConfiguration", "versions": "ListBucketVersions",
}

// s3Actions returns the actions of a request to S3, with those on the key that
// encrypts the bucket.
func s3Actions(r *http.Request, body []byte) []action {
	bucket, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	query := r.URL.Query()
	object := func(name, key string) action {
		return action{name: "s3:" + name, resources: []string{"arn:aws:s3:::" + bucket + "/" + key}}
	}
	kms := func(name string) action {
		return action{name: "kms:" + name, resources: []string{testKey}, context: map[string]string{"kms:ViaService": "s3.us-east-1.amazonaws.com", "kms:EncryptionContext:aws:s3:arn": "arn:aws:s3:::" + bucket + "/" + key}}
	}
	if key == "" {
		if query.Has("delete") {
			return deletions(body, object)
		}
		a := action{name: "s3:ListBucket", resources: []string{"arn:aws:s3:::" + bucket}}
		for name, call := range subresources {
			if query.Has(name) {
				a.name = "s3:" + call
			}
		}
		return []action{a}
	}
	switch {
	case r.Method == http.MethodGet && query.Has("uploadId"):
		return []action{object("ListMultipartUploadParts", key)}
	case r.Method == http.MethodGet, r.Method == http.MethodHead:
		return []action{object("GetObject", key), kms("Decrypt")}
	case r.Method == http.MethodDelete && query.Has("uploadId"):
		return []action{object("AbortMultipartUpload", key)}
	case r.Method == http.MethodDelete && query.Has("versionId"):
		return []action{object("DeleteObjectVersion", key)}
	case r.Method == http.MethodDelete:
		return []action{object("DeleteObject", key)}
	default: // PUT, and the POST requests of an upload in parts
		all := []action{object("PutObject", key), kms("GenerateDataKey")}
		if query.Has("uploadId") || query.Has("uploads") {
			all = append(all, kms("Decrypt"))
		}
		if from := r.Header.Get("X-Amz-Copy-Source"); from != "" {
			from, _ = url.PathUnescape(from)
			all = append(all, action{name: "s3:GetObject", resources: []string{"arn:aws:s3:::" + strings.TrimPrefix(from, "/")}}, kms("Decrypt"))
		}
		return all
	}
}

// deletions are the actions of a request that deletes several objects.
func deletions(body []byte, object func(name, key string) action) (all []action) {
	var list struct {
		Object []struct {
			Key       string `xml:"Key"`
			VersionID string `xml:"VersionId"`
		} `xml:"Object"`
	}
	_ = xml.Unmarshal(body, &list) // the test server rejects what is not XML
	for _, o := range list.Object {
		name := "DeleteObject"
		if o.VersionID != "" {
			name = "DeleteObjectVersion"
		}
		all = append(all, object(name, o.Key))
	}
	return all
}

// matches compares a value with a pattern of IAM.
func matches(pattern, value string) bool {
	text := strings.NewReplacer(`\*`, ".*", `\?`, ".").Replace(regexp.QuoteMeta(pattern))
	return regexp.MustCompile("^" + text + "$").MatchString(value)
}

// allows evaluates a policy, all of whose statements allow something.
func (d *policyDocument) allows(a action) bool {
	return !slices.ContainsFunc(a.resources, func(resource string) bool {
		return !slices.ContainsFunc(d.Statement, func(s policyStatement) bool {
			return slices.Contains(s.Action, a.name) && slices.ContainsFunc(s.Resource, func(r string) bool { return matches(r, resource) }) && s.applies(a.context)
		})
	})
}

func (s *policyStatement) applies(context map[string]string) bool {
	for _, operator := range s.Condition {
		for key, patterns := range operator {
			if !slices.ContainsFunc(patterns, func(p string) bool { return matches(p, context[key]) }) {
				return false
			}
		}
	}
	return true
}

// elsewhere are the actions of a policy that no call of this test needs, and what
// does.
var elsewhere = map[string]string{
	"glue:GetDatabases":                   "SHOW DATABASES",
	"glue:GetPartition":                   "a query of a partitioned table",
	"glue:GetPartitions":                  "a query of a partitioned table",
	"glue:BatchGetPartition":              "a query of a partitioned table",
	"glue:CreateDatabase":                 "Athena asks for the database default, and creates it if it is missing",
	"glue:GetDatabase":                    "Athena looks at the database of a query",
	"s3:GetBucketLocation":                "Athena looks at the bucket of its results",
	"s3:AbortMultipartUpload":             "Athena writes large results in parts, as the program does with large files",
	"s3:ListMultipartUploadParts":         "Athena writes large results in parts",
	"lakeformation:GetDataAccess":         "a table whose rights are in Lake Formation",
	"athena:StopQueryExecution":           "a query that is cancelled",
	"s3:DeleteObject":                     "the program deletes the results that Athena wrote",
	"s3:GetBucketObjectLockConfiguration": "a versioned bucket",
	"s3:GetLifecycleConfiguration":        "a versioned bucket",
	"s3:PutObject":                        "Athena writes the results of queries",
	"kms:GenerateDataKey":                 "Athena writes the results of queries",
	"s3:DeleteObjectVersion":              "a versioned bucket",
	"s3:ListBucketVersions":               "a versioned bucket",
	"glue:GetTables":                      "SHOW TABLES",
	"glue:CreateTable":                    "CREATE TABLE AS",
	"glue:UpdateJob":                      "a job that differs from its definition",
	"glue:BatchStopJobRun":                "a job that is cancelled",
	"glue:GetJobRuns":                     "a job run that a killed run started",
	"glue:StartJobRun":                    "`run --engine glue`",
	"glue:GetJob":                         "`run --engine glue`",
	"glue:GetJobRun":                      "`run --engine glue`",
	"logs:DescribeLogStreams":             "`run --engine glue`",
	"logs:GetLogEvents":                   "`run --engine glue`",
	"iam:PassRole":                        "Glue checks it when a job is created",
	"iam:PutRolePermissionsBoundary":      "a role that an older version created",
	"iam:DeletePolicyVersion":             "a boundary that was updated",
	"iam:GetPolicyVersion":                "a second deploy",
	"iam:GetRolePolicy":                   "a second deploy",
}

// recorder compares the requests of the program with a policy.
type recorder struct {
	policy policyDocument
	mu     sync.Mutex
	used   map[string]bool
	denied map[string]bool
}

func (c *recorder) between(w http.ResponseWriter, r *http.Request, pass http.HandlerFunc) {
	var body []byte
	if r.Method == http.MethodPost {
		body, _ = io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	c.mu.Lock()
	for _, a := range actionsOf(r, body) {
		c.used[a.name] = true
		if !c.policy.allows(a) {
			c.denied[a.name+" on "+strings.Join(a.resources, ", ")] = true
		}
	}
	c.mu.Unlock()
	pass(w, r)
}

func TestEachCallIsAllowedByThePolicyOfItsIdentityAndNoMoreIs(t *testing.T) {
	a := onServer(t, awstest.StartDuckDB(t))
	landing := landingFolder(t)
	boundary, _ := a.stedi(0, "deploy", "--dry-run", "--policy", "boundary")
	if !strings.Contains(boundary, `"arn:aws:s3:::lake/a/*"`) || strings.Contains(boundary, "iam:") {
		t.Errorf("the boundary is\n%s", boundary)
	}
	used := map[string]map[string]bool{}
	policies := map[string]policyDocument{}
	for _, c := range []struct {
		persona  string
		commands [][]string
	}{
		{"deploy", [][]string{{"deploy", "--from", landing}, {"deploy", "--from", landing}}},
		{"run", [][]string{{"run", "--engine", "athena"}, {"plan", "--engine", "athena"}, {"run", "--force", "customer_trusted"}, {"run"}}},
		{"preview", [][]string{{"preview", "customer_curated", "--engine", "athena"}, {"tables"}, {"check", "--engine", "athena"}}},
		{"deploy", [][]string{{"destroy", "--yes", "--landing"}}},
	} {
		a.server.Between(nil)
		out, _ := a.stedi(0, "deploy", "--dry-run", "--policy", c.persona)
		record := &recorder{used: used[c.persona], denied: map[string]bool{}}
		if record.used == nil {
			record.used = map[string]bool{}
		}
		if err := json.Unmarshal([]byte(out), &record.policy); err != nil {
			t.Fatalf("%v:\n%s", err, out)
		}
		a.server.Between(record.between)
		for _, command := range c.commands {
			a.stedi(0, command...)
		}
		for what := range record.denied {
			// An administrator creates the boundary.
			if !strings.HasPrefix(what, "iam:CreatePolicy on ") {
				t.Errorf("%s: the policy does not allow %s", c.persona, what)
			}
		}
		used[c.persona], policies[c.persona] = record.used, record.policy
	}
	a.server.Between(nil)
	a.boundsAnOlderRole()
	for persona, policy := range policies {
		for _, s := range policy.Statement {
			for _, name := range s.Action {
				allowed := used[persona][name] || used[personaRun][name] && persona == personaDeploy || elsewhere[name] != ""
				if !allowed {
					t.Errorf("%s: the policy allows %s, which no call needs", persona, name)
				}
			}
		}
	}
}

// boundsAnOlderRole deploys, takes the boundary of the role away, as an older
// version left it, and deploys again.
func (a *onAWS) boundsAnOlderRole() {
	a.Helper()
	out, _ := a.stedi(0, "deploy")
	name := regexp.MustCompile(`CreateRole +(\S+)`).FindStringSubmatch(out)
	if name == nil || !strings.Contains(out, "CreatePolicy") {
		a.Fatalf("no role is created with a boundary:\n%s", out)
	}
	roles := iam.NewFromConfig(a.server.Config)
	bound := func() string {
		role, err := roles.GetRole(a.Context(), &iam.GetRoleInput{RoleName: &name[1]})
		if err != nil {
			a.Fatal(err)
		}
		if role.Role.PermissionsBoundary == nil {
			return ""
		}
		return aws.ToString(role.Role.PermissionsBoundary.PermissionsBoundaryArn)
	}
	if _, err := roles.DeleteRolePermissionsBoundary(a.Context(), &iam.DeleteRolePermissionsBoundaryInput{RoleName: &name[1]}); err != nil || bound() != "" {
		a.Fatalf("the role has the boundary %q (%v)", bound(), err)
	}
	out, _ = a.stedi(0, "deploy")
	if want := "arn:aws:iam::" + testAccount + ":policy/stedi/" + name[1] + "-boundary"; bound() != want || !strings.Contains(out, "PutRolePermissionsBoundary") {
		a.Errorf("the role has the boundary %q:\n%s", bound(), out)
	}
	a.stedi(0, "destroy", "--yes")
}

func TestAPolicyGivesNoRightsBeyondItsIdentity(t *testing.T) {
	of := &policyOf{
		partition: "aws-us-gov", region: "us-gov-west-1", account: "123456789012", bucket: "b", prefix: "p/", database: "d", workgroup: "w", jobs: []string{"j"},
		created: "arn:aws-us-gov:iam::123456789012:role/stedi/r", boundary: "arn:aws-us-gov:iam::123456789012:policy/stedi/r-boundary",
	}
	for persona, never := range map[string][]string{
		personaPreview: {"glue:UpdateTable", "glue:DeleteTable", "iam:", "glue:StartJobRun"},
		personaRun:     {"glue:DeleteDatabase", "iam:", "glue:UpdateJob"},
		personaDeploy:  {"iam:CreatePolicy", "iam:SetDefaultPolicyVersion", "iam:AttachRolePolicy", "iam:DeleteRolePermissionsBoundary", "iam:*"},
	} {
		text, err := json.Marshal(of.document(persona))
		if err != nil {
			t.Fatal(err)
		}
		for _, action := range never {
			if strings.Contains(string(text), `"`+action) {
				t.Errorf("%s: %s is allowed", persona, action)
			}
		}
		if strings.Contains(string(text), "arn:aws:") {
			t.Errorf("%s: an ARN is of another partition:\n%s", persona, text)
		}
	}
	d := of.document(personaDeploy)
	for _, name := range []string{"iam:CreateRole", "iam:PutRolePolicy", "iam:PutRolePermissionsBoundary"} {
		for boundary, want := range map[string]bool{of.boundary: true, "": false, "arn:aws-us-gov:iam::aws:policy/AdministratorAccess": false} {
			if d.allows(action{name, []string{of.created}, map[string]string{"iam:PermissionsBoundary": boundary}}) != want {
				t.Errorf("%s with the boundary %q: want %v", name, boundary, want)
			}
		}
	}
	for service, want := range map[string]bool{"glue.amazonaws.com": true, "ec2.amazonaws.com": false} {
		if d.allows(action{"iam:PassRole", []string{of.created}, map[string]string{"iam:PassedToService": service}}) != want {
			t.Errorf("the role can be passed to %s: want %v", service, want)
		}
	}
	for bucket, want := range map[string]bool{"b": true, "b/p/x": true, "b2/x": false} {
		if d.allows(action{"kms:Decrypt", []string{"arn:aws-us-gov:kms:us-gov-west-1:123456789012:key/k"}, map[string]string{"kms:ViaService": "s3.us-gov-west-1.amazonaws.com", "kms:EncryptionContext:aws:s3:arn": "arn:aws-us-gov:s3:::" + bucket}}) != want {
			t.Errorf("keys of %s: want %v", bucket, want)
		}
	}
}

// The tools know each action of AWS, with its level of access and the resources
// and conditions that it has.
func TestTheToolsForPoliciesFindNothing(t *testing.T) {
	awstest.Whole(t)
	python, err := filepath.Abs(filepath.Join("..", "..", ".cache", "aws", "policies", "bin", "python"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(python); err != nil {
		t.Skip("left out: parliament and policy-sentry are not installed; `make test-aws` installs them")
	}
	a := onServer(t, awstest.StartDuckDB(t))
	said := func(policies map[string]string) string {
		arguments := []string{filepath.Join("testdata", "policies.py")}
		folder := t.TempDir()
		for identity, text := range policies {
			file := filepath.Join(folder, identity+".json")
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			arguments = append(arguments, file)
		}
		out, err := exec.CommandContext(t.Context(), python, arguments...).CombinedOutput()
		if err != nil {
			t.Errorf("%v", err)
		}
		return string(out)
	}
	policies := map[string]string{}
	for _, identity := range []string{personaPreview, personaRun, personaDeploy, policyBoundary} {
		policies[identity], _ = a.stedi(0, "deploy", "--dry-run", "--policy", identity)
	}
	if out := said(policies); out != "" {
		t.Errorf("they say\n%s", out)
	}
	wrong := said(map[string]string{personaPreview: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObjekt","iam:PutRolePolicy"],"Resource":"*"}]}`})
	for _, want := range []string{"Unknown action s3:GetObjekt", "s3:GetObjekt does not exist", "Permissions management", "allowed on all resources"} {
		if !strings.Contains(wrong, want) {
			t.Errorf("of a wrong policy they do not say %q:\n%s", want, wrong)
		}
	}
}
