package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"stedi/athena/awstest"
	"stedi/tui"
)

// The list of lakes has what the account has: buckets, the folders in them that
// may be lakes, and the databases of the catalog.
func TestOffersHaveWhatTheAccountHas(t *testing.T) {
	server := awstest.StartDuckDB(t)
	server.S3.Bucket(t, "whole")
	for bucket, key := range map[string]string{"lake": "2026/steps/customer/landing/a.json", "whole": "customer/landing/a.json"} {
		if _, err := server.S3.Client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: strings.NewReader("{}\n")}); err != nil {
			t.Fatal(err)
		}
	}
	server.Database(t, "sales")
	p, folder := offering(t)
	t.Chdir(filepath.Join(folder, "empty"))
	for name, value := range map[string]string{"AWS_ACCESS_KEY_ID": awstest.AccessKey, "AWS_SECRET_ACCESS_KEY": awstest.SecretKey} {
		t.Setenv(name, value)
	}
	p.config.account.Region, p.config.account.Endpoint = awstest.Region, server.Endpoint
	p.visited("s3://whole")
	first := p.offers(t.Context())
	if first.More == nil || slices.ContainsFunc(first.Lakes, func(l tui.LakeChoice) bool { return l.Kind == "bucket" }) {
		t.Fatalf("the account is not listed afterwards: %v", first.Lakes)
	}
	more := first.More(t.Context())
	var got []string
	for _, l := range more.Lakes {
		got = append(got, l.Kind+" "+l.Name)
	}
	if want := []string{"bucket s3://lake", "in a bucket s3://lake/2026", "database glue://sales"}; !slices.Equal(got, want) {
		t.Errorf("the account has %q, want %q", got, want)
	}
	if len(more.Notes) != 0 {
		t.Errorf("notes %q", more.Notes)
	}
	t.Setenv("AWS_SECRET_ACCESS_KEY", "wrong")
	if more = first.More(t.Context()); len(more.Notes) == 0 || !strings.Contains(more.Notes[0], "buckets cannot be listed") {
		t.Errorf("with a wrong key the notes are %q", more.Notes)
	}
}

// Settings without credentials are no reason for a note, unless an account is
// named.
func TestOffersWithoutCredentialsAreSilent(t *testing.T) {
	p, folder := offering(t)
	file := filepath.Join(folder, ".aws", "config")
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte("[default]\nregion = us-east-1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_CONFIG_FILE", file)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", filepath.Join(folder, "absent"))
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"} {
		t.Setenv(name, "")
	}
	for _, named := range []string{"", "us-east-1"} {
		p.config.account.Region = named
		more := p.offers(t.Context()).More(t.Context())
		if silent := named == ""; len(more.Lakes) != 0 || (len(more.Notes) == 0) != silent {
			t.Errorf("region %q: %v", named, more)
		}
	}
}
