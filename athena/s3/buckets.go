package s3

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"stedi/athena/account"
	"stedi/pipeline"
)

// Buckets lists the names of the account's buckets.
func Buckets(ctx context.Context, config aws.Config) (names []string, err error) {
	pages := s3.NewListBucketsPaginator(plainClient(config), &s3.ListBucketsInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return names, account.Explain(err, "list the buckets")
		}
		for _, b := range page.Buckets {
			names = append(names, aws.ToString(b.Name))
		}
	}
	return names, nil
}

func plainClient(config aws.Config) *s3.Client {
	return s3.NewFromConfig(config, func(o *s3.Options) { o.UsePathStyle = config.BaseEndpoint != nil })
}

// Limits of Lakes, so that a bucket with many folders costs few requests.
const (
	mostFolders = 20
	mostZones   = 10
)

// Lakes lists the folders of a bucket that may be lakes: the first ones at its
// top. A bucket that is itself a lake has none: state, a landing zone, or
// folders with one.
func Lakes(ctx context.Context, config aws.Config, bucket string) ([]string, error) {
	client := plainClient(config)
	top, err := foldersOf(ctx, client, bucket, "")
	if err != nil || slices.Contains(top, pipeline.StateFolder) || slices.Contains(top, pipeline.Landing) {
		return nil, err
	}
	for _, folder := range top[:min(len(top), mostZones)] {
		below, err := foldersOf(ctx, client, bucket, folder+"/")
		if err != nil || slices.Contains(below, pipeline.Landing) {
			return nil, err
		}
	}
	return top[:min(len(top), mostFolders)], nil
}

// foldersOf lists the first folders below a prefix.
func foldersOf(ctx context.Context, client *s3.Client, bucket, prefix string) (names []string, err error) {
	out, err := client.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: &bucket, Prefix: &prefix, Delimiter: aws.String("/")})
	if err != nil {
		return nil, account.Explain(err, "list the bucket "+bucket)
	}
	for _, p := range out.CommonPrefixes {
		if name := strings.TrimSuffix(strings.TrimPrefix(aws.ToString(p.Prefix), prefix), "/"); name != "" {
			names = append(names, name)
		}
	}
	return names, nil
}
