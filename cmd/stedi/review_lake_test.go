package main

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"stedi/athena/awstest"
	"stedi/pipeline/review"
)

// landingJob is a submission with one job, which copies a landing table.
const landingJob = `from awsglue.context import GlueContext
glueContext = GlueContext(None)
a = glueContext.create_dynamic_frame.from_options(connection_type="s3", format="json", connection_options={"paths": ["s3://b/customer/landing/"]}, transformation_ctx="a")
b = Filter.apply(frame=a, f=lambda row: not(row["shareWithResearchAsOfDate"] == 0), transformation_ctx="b")
s = glueContext.getSink(path="s3://b/customer/trusted/", connection_type="s3", updateBehavior="UPDATE_IN_DATABASE", enableUpdateCatalog=True)
s.setCatalogInfo(catalogDatabase="stedi", catalogTableName="customer_trusted")
s.setFormat("json")
s.writeFrame(b)
`

// reviewOf runs a review and parses its report. The review may find failures.
func reviewOf(t *testing.T, cmd *exec.Cmd) *review.Report {
	t.Helper()
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); err != nil && (!ok || exit.ExitCode() != 1) {
		t.Fatalf("%v\n%s%s", err, out, said.String())
	}
	report := &review.Report{}
	if err := json.Unmarshal(out, report); err != nil {
		t.Fatalf("%v\n%s%s", err, out, said.String())
	}
	return report
}

// dataOf returns the item about the data of the lake.
func dataOf(t *testing.T, target review.Target) review.Item {
	t.Helper()
	for _, i := range target.Items {
		if i.ID == "data" {
			return i
		}
	}
	t.Fatalf("%s has no item about its data: %+v", target.Target, target.Items)
	return review.Item{}
}

func project(t *testing.T) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "project")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "customer_landing_to_trusted.py"), []byte(landingJob), 0o600); err != nil {
		t.Fatal(err)
	}
	return folder
}

// A lake in a bucket is a target, and the landing tables and the data of a
// submission.
func TestALakeInABucketIsReviewed(t *testing.T) {
	server := awstest.StartS3(t)
	server.Bucket(t, "lake")
	upload(t, server, filepath.Join("..", "..", "testdata", "sample"), "a")
	args := func(more ...string) *exec.Cmd {
		return command(t, nil, append(more, "--endpoint", server.Endpoint, "--region", awstest.Region, "--cache", filepath.Join(t.TempDir(), "cache"), "--output", "json")...)
	}
	target := reviewOf(t, args("review", "s3://lake/a", "s3a://lake/none"))
	if got := dataOf(t, target.Targets[0]); got.Result != review.Fail || !strings.Contains(got.Message, "customer_trusted") && got.Where != "customer_trusted" {
		t.Errorf("the lake: %+v", got)
	}
	if got := dataOf(t, target.Targets[1]); got.Result != review.Fail {
		t.Errorf("an empty prefix: %+v", got)
	}
	one := reviewOf(t, args("review", project(t), "--lake", "s3://lake/a")).Targets[0]
	if rows := one.Tables[0].Rows; rows == nil || *rows != 12 {
		t.Errorf("on the landing tables of the bucket: %+v", one.Tables[0])
	}
	dataOf(t, one)
}

// A database of the catalog is a target, and the data of a submission.
func TestADatabaseIsReviewed(t *testing.T) {
	c := madeInConsole(t)
	args := func(more ...string) *exec.Cmd {
		return command(t, nil, append(more, "--endpoint", c.server.Endpoint, "--region", awstest.Region, "--cache", c.cache, "--output", "json")...)
	}
	target := reviewOf(t, args("review", "glue://stedi")).Targets[0]
	if got := dataOf(t, target); got.Result != review.Pass {
		t.Errorf("the database: %+v", got)
	}
	one := reviewOf(t, args("review", project(t), "--lake", "glue://stedi")).Targets[0]
	if rows := one.Tables[0].Rows; rows == nil || *rows != 482 {
		t.Errorf("on the landing tables of the database: %+v", one.Tables[0])
	}
	if got := dataOf(t, one); got.Result != review.Pass {
		t.Errorf("with the database: %+v", got)
	}
	c.wantNoWrites()
}
