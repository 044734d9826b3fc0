package cloud_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"stedi/athena/awstest"
	"stedi/athena/cloud"
)

// A code is valid once, and a command opens its account for each service.
func TestACodeIsAskedForOnce(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials><AccessKeyId>ASIAX</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`)
	}))
	t.Cleanup(server.Close)
	awstest.Environment(t)
	file := filepath.Join(t.TempDir(), "config")
	text := "[profile p]\nrole_arn = arn:aws:iam::111122223333:role/R\nsource_profile = keys\nmfa_serial = arn:aws:iam::111122223333:mfa/jane\n[profile keys]\naws_access_key_id = k\naws_secret_access_key = s\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_CONFIG_FILE", file)
	settings := cloud.Settings{Region: awstest.Region, Profile: "p", Endpoint: server.URL}
	asked := 0
	settings.AskForCodes(func(string) (string, error) { asked++; return "123456", nil })
	for range 3 {
		if _, err := settings.Account(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if asked != 1 {
		t.Errorf("it asked %d times", asked)
	}
}
