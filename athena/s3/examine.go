package s3

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"stedi/athena/account"
	"stedi/pipeline"
)

// Examine checks the permissions that a run needs in the bucket. It lists the
// lake, and writes and deletes a test object.
func (s *Store) Examine(ctx context.Context) []pipeline.Finding {
	bucket := "bucket " + s.bucket
	if _, err := s.client.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: &s.bucket, Prefix: &s.prefix, MaxKeys: aws.Int32(1)}); err != nil {
		return []pipeline.Finding{pipeline.Trouble(bucket, account.Explain(err, "list "+s.URL("")))}
	}
	name := internal + "/staging/doctor-" + rand.Text()
	write := func() error {
		_, err := s.put(ctx, &s3.PutObjectInput{Bucket: &s.bucket, Key: s.key(name), IfNoneMatch: aws.String("*")}, bytes.NewReader(nil))
		return err
	}
	if err := write(); err != nil {
		return []pipeline.Finding{pipeline.Fine(bucket, "it can be listed"), pipeline.Trouble(bucket, s.explain(err, "write", name))}
	}
	findings := []pipeline.Finding{pipeline.Fine(bucket, "it can be listed and written")}
	if err := write(); !refused(err) {
		findings = append(findings, pipeline.Finding{
			About: bucket, Wrong: true, Kind: pipeline.BadUsage, Fix: "Use a server that does, such as Amazon S3; nothing else keeps two runs apart.",
			Says: fmt.Sprintf("the server does not honour conditional writes (If-None-Match): %v", err),
		})
	}
	if err := s.Delete(ctx, name); err != nil {
		findings = append(findings, pipeline.Trouble(bucket, err))
	}
	return append(findings, s.Retention(ctx)...)
}
