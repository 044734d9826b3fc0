package athena

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"stedi/pipeline"
)

// Each is a reply of GetWorkGroup.
func TestEachKindOfWorkgroupIsKnown(t *testing.T) {
	for name, c := range map[string]struct {
		configuration, more string
		readOnly            bool
		sent                string // the location in a request
		inserts             bool
		fails, says         string
	}{
		"without a location":                 {configuration: `{"EnforceWorkGroupConfiguration":false}`, sent: "s3://lake/r/", says: "s3://lake/r/"},
		"with a location":                    {configuration: `{"EnforceWorkGroupConfiguration":false,"ResultConfiguration":{"OutputLocation":"s3://own/"}}`, sent: "s3://lake/r/", says: "s3://lake/r/"},
		"with a location, to read":           {configuration: `{"ResultConfiguration":{"OutputLocation":"s3://own/"}}`, readOnly: true, says: "s3://own/"},
		"enforced":                           {configuration: `{"EnforceWorkGroupConfiguration":true,"ResultConfiguration":{"OutputLocation":"s3://own/"}}`, inserts: true, says: "it enforces query results in s3://own/"},
		"enforced, encrypted by a key":       {configuration: `{"EnforceWorkGroupConfiguration":true,"EnableMinimumEncryptionConfiguration":true,"ResultConfiguration":{"OutputLocation":"s3://own/","EncryptionConfiguration":{"EncryptionOption":"SSE_KMS","KmsKey":"arn:aws-cn:kms:cn-north-1:111122223333:key/k"}}}`, inserts: true, says: "it enforces"},
		"managed results":                    {configuration: `{"ManagedQueryResultsConfiguration":{"Enabled":true}}`, inserts: true, says: "Athena keeps query results itself"},
		"managed results, enforced":          {configuration: `{"EnforceWorkGroupConfiguration":true,"ManagedQueryResultsConfiguration":{"Enabled":true,"EncryptionConfiguration":{"KmsKey":"k"}},"ResultConfiguration":{}}`, inserts: true, says: "Athena keeps query results itself"},
		"managed results, not enabled":       {configuration: `{"ManagedQueryResultsConfiguration":{"Enabled":false},"ResultConfiguration":{"OutputLocation":"s3://own/"}}`, sent: "s3://lake/r/", says: "s3://lake/r/"},
		"with a future version of an engine": {configuration: `{"EngineVersion":{"SelectedEngineVersion":"AUTO","EffectiveEngineVersion":"Athena engine version 4"}}`, sent: "s3://lake/r/", says: "CREATE TABLE AS"},
		"of notebooks":                       {configuration: `{"EngineVersion":{"SelectedEngineVersion":"PySpark engine version 3","EffectiveEngineVersion":"PySpark engine version 3"}}`, fails: "--workgroup"},
		"disabled":                           {configuration: `{}`, more: `,"State":"DISABLED"`, fails: "Enable it"},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/x-amz-json-1.1")
				_, _ = io.WriteString(w, `{"WorkGroup":{"Name":"w"`+c.more+`,"Configuration":`+c.configuration+`}}`)
			}))
			t.Cleanup(server.Close)
			config := aws.Config{Region: "cn-north-1", BaseEndpoint: &server.URL, Credentials: credentials.NewStaticCredentialsProvider("key", "secret", "")}
			client, err := Open(t.Context(), config, Options{Workgroup: "w", Output: "s3://lake/r/", ReadOnly: c.readOnly})
			if c.fails != "" {
				if pipeline.KindOf(err) != pipeline.BadUsage || !strings.Contains(err.Error(), c.fails) {
					t.Errorf("error of kind %d: %v", pipeline.KindOf(err), err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			group := client.Workgroup()
			if client.options.Output != c.sent || group.Inserts() != c.inserts || !strings.Contains(group.String(), c.says) {
				t.Errorf("a request names %q, and %+v: %s", client.options.Output, group, group)
			}
		})
	}
}
