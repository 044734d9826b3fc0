package account_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sts"

	"stedi/athena/account"
	"stedi/pipeline"
)

func bare(t *testing.T) {
	t.Helper()
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION"} {
		t.Setenv(name, "")
	}
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	none := filepath.Join(t.TempDir(), "none")
	t.Setenv("AWS_CONFIG_FILE", none)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", none)
}

func TestWhatIsMissingIsSaidWithTheNextCommand(t *testing.T) {
	for _, c := range []struct {
		name    string
		options account.Options
		keys    bool
		kind    pipeline.Kind
		says    string
	}{
		{"no credentials", account.Options{Region: "us-east-1"}, false, pipeline.Denied, "aws configure"},
		{"no region", account.Options{}, true, pipeline.BadUsage, "--region us-east-1"},
		{"no such profile", account.Options{Region: "us-east-1", Profile: "nobody"}, true, pipeline.BadUsage, "--aws-profile"},
	} {
		t.Run(c.name, func(t *testing.T) {
			bare(t)
			if c.keys {
				t.Setenv("AWS_ACCESS_KEY_ID", "key")
				t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
			}
			_, err := account.Open(t.Context(), c.options)
			if pipeline.KindOf(err) != c.kind || !strings.Contains(err.Error(), c.says) {
				t.Errorf("error of kind %d: %v", pipeline.KindOf(err), err)
			}
		})
	}
}

// The message of a service may repeat parts of the request.
func TestNoCredentialIsInAnError(t *testing.T) {
	const token = "IQoJb3JpZ2luX2VjEXAMPLE//////////"
	const id = "ASIAIOSFODNN7EXAMPLE"
	bare(t)
	t.Setenv("AWS_ACCESS_KEY_ID", id)
	t.Setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMIEXAMPLEKEY")
	t.Setenv("AWS_SESSION_TOKEN", token)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusForbidden)
		_, _ = w.Write([]byte("<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code><Message>The signature of " +
			r.Header.Get("Authorization") + " x-amz-security-token: " + r.Header.Get("X-Amz-Security-Token") + " is wrong</Message></Error></ErrorResponse>"))
	}))
	t.Cleanup(server.Close)
	config, err := account.Open(t.Context(), account.Options{Region: "us-east-1", Endpoint: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	_, err = sts.NewFromConfig(config).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
	err = account.Explain(err, "ask who we are")
	if pipeline.KindOf(err) != pipeline.Denied {
		t.Fatalf("error of kind %d: %v", pipeline.KindOf(err), err)
	}
	for _, secret := range []string{token, id, "Signature="} {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("%s is in the error: %v", secret, err)
		}
	}
}

func TestEachRegionHasItsPartition(t *testing.T) {
	for region, want := range map[string]string{
		"us-east-1": "aws", "eu-central-1": "aws", "eu-isoe-west-1": "aws-iso-e", "cn-northwest-1": "aws-cn", "us-gov-east-1": "aws-us-gov",
		"eusc-de-east-1": "aws-eusc", "us-iso-west-1": "aws-iso", "us-isob-east-1": "aws-iso-b", "us-isof-south-1": "aws-iso-f",
	} {
		if got := account.Partition(region); got != want {
			t.Errorf("%s is in %s, want %s", region, got, want)
		}
	}
}

func TestACallWithoutAReplyIsAnErrorWithoutEmptyFields(t *testing.T) {
	err := account.Explain(errors.New("https response error StatusCode: 0, RequestID: , HostID: , request send failed, connection refused"), "look")
	if !strings.HasPrefix(err.Error(), "look: request send failed, connection refused\n") {
		t.Errorf("it says %q", err)
	}
}
