package cloud_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stedi/athena/awstest"
	"stedi/athena/cloud"
	"stedi/pipeline"
)

// mfaProfile configures the profile p, whose role needs a code.
func mfaProfile(t *testing.T) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "config")
	text := "[profile p]\nrole_arn = arn:aws:iam::111122223333:role/R\nsource_profile = keys\nmfa_serial = arn:aws:iam::111122223333:mfa/jane\n[profile keys]\naws_access_key_id = k\naws_secret_access_key = s\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_CONFIG_FILE", file)
}

// A code is valid once, and a command opens its account for each service.
func TestACodeIsAskedForOnce(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials><AccessKeyId>ASIAX</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`)
	}))
	t.Cleanup(server.Close)
	awstest.Environment(t)
	mfaProfile(t)
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

func TestTheScreensSignInBeforeTheyOpen(t *testing.T) {
	expires := "2099-01-01T00:00:00Z"
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials><AccessKeyId>ASIAX</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>`+expires+`</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`)
	}))
	t.Cleanup(server.Close)
	awstest.Environment(t)
	mfaProfile(t)
	keys := cloud.Settings{Region: awstest.Region, Profile: "keys", Endpoint: server.URL}
	settings := cloud.Settings{Region: awstest.Region, Profile: "p", Endpoint: server.URL}
	if keys.NeedsCode(t.Context()) || !settings.NeedsCode(t.Context()) {
		t.Error("only the profile p needs a code")
	}
	if session, err := settings.Session(t.Context()); session != nil || err != nil {
		t.Errorf("there is a session before a code was given: %v (%v)", session, err)
	}
	asked := 0
	code := func(string) (string, error) { asked++; return "123456", nil }
	for range 2 {
		if err := settings.SignIn(t.Context(), code, nil); err != nil {
			t.Fatal(err)
		}
	}
	session, err := settings.Session(t.Context())
	if want := "AWS_ACCESS_KEY_ID=ASIAX AWS_SECRET_ACCESS_KEY=s AWS_SESSION_TOKEN=t AWS_REGION=us-east-1"; strings.Join(session, " ") != want || err != nil || asked != 1 {
		t.Errorf("after %d codes the session is %v (%v)", asked, session, err)
	}
	expires = "2001-01-01T00:00:00Z"
	ended := cloud.Settings{Region: awstest.Region, Profile: "p", Endpoint: server.URL}
	later, refusal := 0, error(nil)
	onScreens := func(string) (string, error) { later++; return "654321", refusal }
	if err := ended.SignIn(t.Context(), code, onScreens); err != nil {
		t.Fatal(err)
	}
	asked = 0
	if session, err := ended.Session(t.Context()); err != nil || len(session) == 0 || asked != 0 || later != 1 {
		t.Errorf("of a session that has ended it asks %d times before the screens and %d times on them (%v)", asked, later, err)
	}
	refusal = pipeline.Fail(pipeline.Denied, "", "Refresh the screen.", "the session has ended")
	if _, err := ended.Session(t.Context()); pipeline.KindOf(err) != pipeline.Denied || !strings.Contains(err.Error(), "Refresh the screen.") {
		t.Errorf("without a code it says: %v", err)
	}
}
