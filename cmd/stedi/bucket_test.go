package main

import (
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"

	"stedi/athena/awstest"
	"stedi/pipeline"
	"stedi/pipeline/sample"
)

// landingFolder returns the real data set if it is next to the checkout, or
// else sample data with the same counts.
func landingFolder(t *testing.T) string {
	t.Helper()
	real := filepath.Join("..", "..", "..", "shared", "lake")
	if _, err := os.Stat(real); err == nil {
		return real
	}
	folder := filepath.Join(t.TempDir(), "sample")
	if _, err := sample.Write(t.Context(), folder, sample.Options{Scale: 1, Seed: 1}); err != nil {
		t.Fatal(err)
	}
	return folder
}

// upload copies every file of a folder to a prefix of the bucket "lake".
func upload(t *testing.T, server *awstest.S3, folder, prefix string) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(folder, path)
		if err != nil {
			return err
		}
		file, err := os.Open(path)
		if err != nil {
			return err
		}
		defer func() { _ = file.Close() }()
		_, err = server.Client.PutObject(t.Context(), &awss3.PutObjectInput{Bucket: aws.String("lake"), Key: aws.String(prefix + "/" + filepath.ToSlash(name)), Body: file})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func recordOf(t *testing.T, cmd *exec.Cmd) *pipeline.Record {
	t.Helper()
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s%s", err, out, said.String())
	}
	return parseRecord(t, string(out))
}

func parseRecord(t *testing.T, text string) *pipeline.Record {
	t.Helper()
	var record pipeline.Record
	if err := json.Unmarshal([]byte(text), &record); err != nil {
		t.Fatal(err)
	}
	return &record
}

func rowsOf(record *pipeline.Record) map[string]int64 {
	rows := map[string]int64{}
	for _, table := range record.Tables {
		rows[table.Table] = table.Rows
	}
	return rows
}

// The embedded engine runs on a bucket without Athena: it fetches the landing
// files, and publishes tables by conditional writes.
func TestALakeInABucketRunsLikeOneInAFolder(t *testing.T) {
	server := awstest.StartS3(t)
	server.Bucket(t, "lake")
	upload(t, server, landingFolder(t), "a/b")
	batch := func(more ...string) *pipeline.Record {
		args := append([]string{"--lake", "s3://lake/a/b", "--endpoint", server.Endpoint, "--region", awstest.Region, "--cache", filepath.Join(t.TempDir(), "cache"), "--output", "json"}, more...)
		return recordOf(t, command(t, nil, args...))
	}
	first := batch("--batch")
	if first.Status != "ok" {
		t.Fatalf("the run ended as %s: %s", first.Status, first.Error)
	}
	want := map[string]int64{
		"customer_landing": 956, "accelerometer_landing": 81273, "step_trainer_landing": 28680, "customer_trusted": 482,
		"accelerometer_trusted": 40981, "customer_curated": 482, "step_trainer_trusted": 14460, "machine_learning_curated": 43681,
	}
	for table, rows := range want {
		if got := rowsOf(first)[table]; got != rows {
			t.Errorf("%s has %d rows, want %d", table, got, rows)
		}
	}
	second := batch("--batch")
	for _, step := range second.Steps {
		if step.State != pipeline.UpToDate {
			t.Errorf("%s ran again: %s", step.Table, step.Reason)
		}
	}
	cache := filepath.Join(t.TempDir(), "cache")
	out, err := command(t, nil, "query", "select count(*) as n from machine_learning_curated", "--lake", "s3://lake/a/b", "--endpoint", server.Endpoint,
		"--region", awstest.Region, "--cache", cache, "--output", "csv").Output()
	if err != nil || strings.TrimSpace(string(out)) != "n\n43681" {
		t.Errorf("the query says %q (%v)", out, err)
	}
	if fetched := objects(t, cache); fetched != 1 {
		t.Errorf("a query of one table, which is one file, fetches %d", fetched)
	}
}

// objects counts the files in a cache.
func objects(t *testing.T, cache string) int {
	t.Helper()
	n := 0
	err := filepath.WalkDir(cache, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && strings.Contains(path, "/objects/") {
			n++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}
