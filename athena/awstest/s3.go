package awstest

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"stedi/athena/account"
)

// The credentials and the region that the servers accept. They are valid only
// in tests.
const (
	AccessKey = "AKIACANARYOFTHETESTS"
	SecretKey = "canary/secret/of/the/tests"
	Region    = "us-east-1"
)

// S3 is a running S3 server: versitygw on a folder of the test.
type S3 struct {
	Endpoint string
	Client   *s3.Client
	Config   aws.Config
	folder   string // holds its buckets and objects
}

// StartS3 starts an S3 server without buckets.
func StartS3(t *testing.T) *S3 {
	t.Helper()
	port := freePort(t)
	folder, versions := t.TempDir(), t.TempDir()
	command := alone(exec.Command(tool(t, "bin/versitygw"), //nolint:noctx // a tool that the test ends
		"--port", "127.0.0.1:"+strconv.Itoa(port), "--access", AccessKey, "--secret", SecretKey, "--region", Region, "posix", "--versioning-dir", versions, folder))
	server := &S3{Endpoint: local(port), folder: folder}
	start(t, command, server.Endpoint, 20*time.Second, nil)
	server.Config = Config(t, server.Endpoint)
	server.Client = s3.NewFromConfig(server.Config, func(o *s3.Options) { o.UsePathStyle = true })
	return server
}

// Bucket creates a bucket and returns its location.
func (s *S3) Bucket(t *testing.T, name string) string {
	t.Helper()
	if _, err := s.Client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &name}); err != nil {
		t.Fatal(err)
	}
	return "s3://" + name
}

// Config returns the configuration for a server, with the test's credentials
// and short waits.
func Config(t *testing.T, endpoint string) aws.Config {
	t.Helper()
	Environment(t)
	config, err := account.Open(t.Context(), account.Options{Region: Region, Endpoint: endpoint, Stall: 10 * time.Second, Backoff: 20 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	return config
}

// Environment sets the test's credentials for the SDK, and hides the
// configuration of the machine.
func Environment(t *testing.T) {
	t.Helper()
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": AccessKey, "AWS_SECRET_ACCESS_KEY": SecretKey, "AWS_EC2_METADATA_DISABLED": "true",
		"AWS_CONFIG_FILE": t.TempDir() + "/none", "AWS_SHARED_CREDENTIALS_FILE": t.TempDir() + "/none",
		"AWS_PROFILE": "", "AWS_SESSION_TOKEN": "", "AWS_REGION": "",
	} {
		t.Setenv(name, value)
	}
}

// Keys returns the names of all objects of a bucket.
func (s *S3) Keys(t *testing.T, bucket string) []string {
	t.Helper()
	var keys []string
	pages := s3.NewListObjectsV2Paginator(s.Client, &s3.ListObjectsV2Input{Bucket: &bucket})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, object := range page.Contents {
			keys = append(keys, aws.ToString(object.Key))
		}
	}
	return keys
}

// Content returns the content of an object.
func (s *S3) Content(t *testing.T, bucket, key string) string {
	t.Helper()
	out, err := s.Client.GetObject(t.Context(), &s3.GetObjectInput{Bucket: &bucket, Key: &key})
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(out.Body)
	if err := errors.Join(err, out.Body.Close()); err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// local replaces S3 URLs with paths in the server's folder.
func (s *S3) local(value string) string {
	return strings.ReplaceAll(value, "s3://", s.folder+"/")
}

// put uploads a file.
func (s *S3) put(ctx context.Context, path, uri string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	bucket, key := s3Key(uri)
	_, err = s.Client.PutObject(ctx, &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: file})
	return errors.Join(err, file.Close())
}

func s3Key(uri string) (bucket, key string) {
	bucket, key, _ = strings.Cut(strings.TrimPrefix(uri, "s3://"), "/")
	return bucket, key
}
