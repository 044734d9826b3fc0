package account_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/smithy-go"

	"stedi/athena/account"
	"stedi/pipeline"
)

const mfaProfile = `[profile p]
role_arn = arn:aws:iam::111122223333:role/R
source_profile = keys
mfa_serial = arn:aws:iam::111122223333:mfa/jane
[profile keys]
aws_access_key_id = key
aws_secret_access_key = secret
`

func profile(t *testing.T, text string) {
	t.Helper()
	bare(t)
	name := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("HOME", t.TempDir())
	t.Setenv("AWS_CONFIG_FILE", name)
}

func TestEachSourceOfCredentialsHasItsOwnMessage(t *testing.T) {
	for name, c := range map[string]struct{ config, want string }{
		"MFA without a terminal":  {mfaProfile, "aws sts get-session-token --serial-number arn:aws:iam::111122223333:mfa/jane --token-code CODE"},
		"SSO":                     {"[profile p]\nsso_session = s\nsso_account_id = 111122223333\nsso_role_name = R\n[sso-session s]\nsso_region = us-east-1\nsso_start_url = https://x.awsapps.com/start\n", "`aws sso login --profile p`"},
		"SSO of the older form":   {"[profile p]\nsso_account_id = 111122223333\nsso_role_name = R\nsso_region = us-east-1\nsso_start_url = https://x.awsapps.com/start\n", "`aws sso login --profile p`"},
		"SSO of a source":         {"[profile p]\nrole_arn = arn:aws:iam::111122223333:role/R\nsource_profile = q\n[profile q]\nsso_account_id = 111122223333\nsso_role_name = R\nsso_region = us-east-1\nsso_start_url = https://x.awsapps.com/start\n", "`aws sso login --profile q`"},
		"aws login":               {"[profile p]\nlogin_session = arn:aws:iam::111122223333:user/jane\n", "`aws login --profile p`"},
		"a token that is missing": {"[profile p]\nrole_arn = arn:aws:iam::111122223333:role/R\nweb_identity_token_file = /nowhere/token\n", "AWS_WEB_IDENTITY_TOKEN_FILE"},
		"a program that fails":    {"[profile p]\ncredential_process = sh -c \"echo SECRETKEY; exit 3\"\n", "the credential_process sh of the profile p gave no credentials: exit status 3"},
		"a program of nonsense":   {"[profile p]\ncredential_process = echo SECRETKEY\n", "the credential_process echo of the profile p gave no credentials: its output"},
	} {
		t.Run(name, func(t *testing.T) {
			profile(t, c.config)
			_, err := account.Open(t.Context(), account.Options{Region: "us-east-1", Profile: "p"})
			if pipeline.KindOf(err) != pipeline.Denied || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "SECRETKEY") {
				t.Errorf("error of kind %d: %v", pipeline.KindOf(err), err)
			}
		})
	}
}

func TestTheCodeOfADeviceIsSent(t *testing.T) {
	profile(t, mfaProfile)
	sent := ""
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sent = r.FormValue("SerialNumber") + " " + r.FormValue("TokenCode") + " " + r.FormValue("DurationSeconds")
		_, _ = io.WriteString(w, `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials><AccessKeyId>ASIAX</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`)
	}))
	t.Cleanup(server.Close)
	_, err := account.Open(t.Context(), account.Options{Region: "us-east-1", Profile: "p", Endpoint: server.URL, Token: func(serial string) (string, error) {
		return map[string]string{"arn:aws:iam::111122223333:mfa/jane": "123456"}[serial], nil
	}})
	if err != nil || sent != "arn:aws:iam::111122223333:mfa/jane 123456 3600" {
		t.Errorf("sent is %q (%v)", sent, err)
	}
}

func TestAProfileSaysHowLongASessionLasts(t *testing.T) {
	profile(t, strings.Replace(mfaProfile, "mfa_serial", "duration_seconds = 7200\nmfa_serial", 1))
	sent := ""
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sent = r.FormValue("DurationSeconds")
		w.WriteHeader(http.StatusForbidden)
	}))
	t.Cleanup(server.Close)
	_, _ = account.Open(t.Context(), account.Options{Region: "us-east-1", Profile: "p", Endpoint: server.URL, Token: func(string) (string, error) { return "123456", nil }})
	if sent != "7200" {
		t.Errorf("the session is to last %s seconds", sent)
	}
}

func TestAServiceThatDoesNotAnswerIsNoMissingCredential(t *testing.T) {
	profile(t, mfaProfile)
	_, err := account.Open(t.Context(), account.Options{
		Region: "us-east-1", Profile: "p", Endpoint: "http://127.0.0.1:1", Backoff: time.Millisecond, Token: func(string) (string, error) { return "123456", nil },
	})
	if pipeline.KindOf(err) != pipeline.BadEngine || !strings.Contains(err.Error(), "Check the network") || !strings.Contains(err.Error(), "127.0.0.1:1") {
		t.Errorf("error of kind %d: %v", pipeline.KindOf(err), err)
	}
}

// The text is that of AWS.
func TestATokenThatIsRefusedIsSaid(t *testing.T) {
	bare(t)
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte("SECRETKEY"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_ROLE_ARN", "arn:aws-cn:iam::111122223333:role/R")
	t.Setenv("AWS_WEB_IDENTITY_TOKEN_FILE", token)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>Not authorized to perform sts:AssumeRoleWithWebIdentity</Message></Error></ErrorResponse>`)
	}))
	t.Cleanup(server.Close)
	_, err := account.Open(t.Context(), account.Options{Region: "cn-north-1", Endpoint: server.URL})
	if pipeline.KindOf(err) != pipeline.Denied || !strings.Contains(err.Error(), "identity provider") || strings.Contains(err.Error(), "--profile") || strings.Contains(err.Error(), "SECRETKEY") {
		t.Errorf("error of kind %d: %v", pipeline.KindOf(err), err)
	}
}

// The SDK and the AWS CLI use the keys of such a profile without a code.
func TestADeviceThatIsNotUsedIsNamed(t *testing.T) {
	for name, c := range map[string]struct{ config, serial string }{
		"a profile without a role":    {"[profile p]\naws_access_key_id = key\naws_secret_access_key = secret\nmfa_serial = arn:aws-us-gov:iam::111122223333:mfa/jane\n", "arn:aws-us-gov:iam::111122223333:mfa/jane"},
		"the source of a role":        {"[profile p]\nrole_arn = arn:aws:iam::111122223333:role/R\nsource_profile = keys\n[profile keys]\naws_access_key_id = key\naws_secret_access_key = secret\nmfa_serial = GAHT12345678\n", "GAHT12345678"},
		"a role that sends the codes": {mfaProfile, ""},
		"a profile without a device":  {"[profile p]\naws_access_key_id = key\naws_secret_access_key = secret\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			profile(t, c.config)
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.FormValue("Action") == "AssumeRole" {
					_, _ = io.WriteString(w, `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials><AccessKeyId>ASIAX</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`)
					return
				}
				w.WriteHeader(http.StatusForbidden)
				_, _ = io.WriteString(w, `<ErrorResponse><Error><Code>AccessDenied</Code><Message>User: arn:aws:iam::111122223333:user/jane is not authorized to perform: sts:GetCallerIdentity with an explicit deny in an identity-based policy</Message></Error></ErrorResponse>`)
			}))
			t.Cleanup(server.Close)
			loaded, err := account.Open(t.Context(), account.Options{Region: "us-east-1", Profile: "p", Endpoint: server.URL, Token: func(string) (string, error) { return "123456", nil }})
			if err != nil {
				t.Fatal(err)
			}
			_, err = account.Who(t.Context(), loaded)
			if pipeline.KindOf(err) != pipeline.Denied || !strings.Contains(err.Error(), "Allow sts:GetCallerIdentity") {
				t.Errorf("%v", err)
			}
			device := account.UnusedDevice(loaded)
			if named := strings.Contains(err.Error(), "--serial-number "+c.serial+" "); c.serial == "" && (device != nil || named) || c.serial != "" && (device == nil || !named) {
				t.Errorf("the device is %v, and the error says: %v", device, err)
			}
		})
	}
}

// The text is that of AWS.
func TestAWrongCodeOfALaterSessionIsSaid(t *testing.T) {
	err := account.Explain(&smithy.GenericAPIError{Code: "AccessDenied", Message: "MultiFactorAuthentication failed with invalid MFA one time pass code. "}, "list the tables")
	if pipeline.KindOf(err) != pipeline.Denied || !strings.Contains(err.Error(), "type the code that the device shows then") {
		t.Errorf("%v", err)
	}
}

// The text is that of AWS.
func TestAWrongCodeIsSaid(t *testing.T) {
	profile(t, mfaProfile)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>MultiFactorAuthentication failed with invalid MFA one time pass code. </Message></Error></ErrorResponse>`)
	}))
	t.Cleanup(server.Close)
	_, err := account.Open(t.Context(), account.Options{Region: "us-east-1", Profile: "p", Endpoint: server.URL, Token: func(string) (string, error) { return "000000", nil }})
	if pipeline.KindOf(err) != pipeline.Denied || !strings.Contains(err.Error(), "type the code that the device shows then") || !strings.Contains(err.Error(), "invalid MFA one time pass code") {
		t.Errorf("%v", err)
	}
}
