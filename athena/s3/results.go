package s3

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"stedi/athena/account"
)

// Remove deletes objects by their URLs. An object that does not exist is not an
// error.
func Remove(ctx context.Context, config aws.Config, urls ...string) error {
	client := s3.NewFromConfig(config, func(o *s3.Options) { o.UsePathStyle = config.BaseEndpoint != nil })
	for _, url := range urls {
		bucket, key, _ := strings.Cut(strings.TrimPrefix(url, "s3://"), "/")
		if err := remove(ctx, client, bucket, key); err != nil {
			return account.Explain(err, "delete "+url)
		}
	}
	return nil
}

// keep is the age from which a sweep removes query results. Another session may
// be reading newer ones.
const keep = 24 * time.Hour

// sweepResults deletes the query results that no session reads any more.
func (s *Store) sweepResults(ctx context.Context) error {
	if err := s.mayWrite(ctx, results); err != nil {
		return err
	}
	files, err := s.list(ctx, results, results+"/")
	if err != nil {
		return err
	}
	var old []types.ObjectIdentifier
	for _, f := range files {
		if time.Since(f.ModTime) > keep {
			old = append(old, types.ObjectIdentifier{Key: s.key(f.Name)})
		}
	}
	for len(old) > 0 {
		n := min(len(old), deleteBatch)
		if err := s.deleteAll(ctx, old[:n]); err != nil {
			return s.explain(err, "delete", results)
		}
		old = old[n:]
	}
	return nil
}
