package s3_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"stedi/athena/awstest"
	"stedi/athena/s3"
	"stedi/pipeline"
	"stedi/pipeline/storetest"
)

func TestAStoreInABucketKeepsEveryPromiseOfAStore(t *testing.T) {
	server := awstest.StartS3(t)
	bucket := server.Bucket(t, "lake")
	var lakes atomic.Int64
	storetest.Run(t, func(t *testing.T) pipeline.Store {
		t.Helper()
		store, err := s3.Open(t.Context(), server.Config, fmt.Sprintf("%s/lakes/%d", bucket, lakes.Add(1)), s3.Options{Cache: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		return store
	})
}
