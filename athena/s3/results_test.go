package s3_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"

	"stedi/athena/awstest"
	"stedi/athena/s3"
)

// Another session may be reading the results of a query that has just ended.
func TestASweepRemovesOnlyOldResults(t *testing.T) {
	server := awstest.StartS3(t)
	location := server.Bucket(t, "lake") + "/a"
	// The listing says that objects with "old" in their names are 25 hours old.
	proxy := awstest.Proxy(t, server.Endpoint, func(w http.ResponseWriter, r *http.Request, pass http.HandlerFunc) {
		if r.Method != http.MethodGet || !r.URL.Query().Has("list-type") {
			pass(w, r)
			return
		}
		answer := httptest.NewRecorder()
		pass(answer, r)
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(answer.Code)
		_, _ = io.WriteString(w, regexp.MustCompile(`(?s)<Contents>.*?</Contents>`).ReplaceAllStringFunc(answer.Body.String(), func(object string) string {
			age := 23 * time.Hour
			if strings.Contains(object, "old") {
				age = 25 * time.Hour
			}
			return regexp.MustCompile(`<LastModified>[^<]*`).ReplaceAllString(object, "<LastModified>"+time.Now().Add(-age).UTC().Format(time.RFC3339))
		}))
	})
	store := open(t, awstest.Config(t, proxy), location)
	const folder = "a/.stedi/staging/results/"
	for _, name := range []string{"new.csv", "new.csv.metadata", "old.csv", "old.csv.metadata", "tables/old-manifest.csv", "tables/new-manifest.csv"} {
		put(t, server, folder+name)
	}
	if err := store.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := []string{folder + "new.csv", folder + "new.csv.metadata", folder + "tables/new-manifest.csv"}
	if left := server.Keys(t, "lake"); !slices.Equal(left, want) {
		t.Errorf("left are %q", left)
	}
}

func TestAResultIsRemovedByItsURL(t *testing.T) {
	server := awstest.StartS3(t)
	bucket := server.Bucket(t, "lake")
	for _, name := range []string{"r/q-1.csv", "r/q-1.csv.metadata", "r/q-2.csv"} {
		put(t, server, name)
	}
	if err := s3.Remove(t.Context(), server.Config, bucket+"/r/q-1.csv", bucket+"/r/q-1.csv.metadata", bucket+"/r/none"); err != nil {
		t.Fatal(err)
	}
	if left := server.Keys(t, "lake"); fmt.Sprint(left) != "[r/q-2.csv]" {
		t.Errorf("left are %q", left)
	}
}

func put(t *testing.T, server *awstest.S3, key string) {
	t.Helper()
	if _, err := server.Client.PutObject(t.Context(), &awss3.PutObjectInput{Bucket: aws.String("lake"), Key: &key, Body: strings.NewReader("x")}); err != nil {
		t.Fatal(err)
	}
}
