package s3

import (
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"golang.org/x/sync/errgroup"

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

// EncryptionKey returns the key of AWS KMS that encrypts a bucket by default, as
// its ARN or its id; "" if it is another kind of encryption or if an alias names
// the key.
func EncryptionKey(ctx context.Context, config aws.Config, bucket string) (string, error) {
	out, err := plainClient(config).GetBucketEncryption(ctx, &s3.GetBucketEncryptionInput{Bucket: &bucket})
	if err != nil {
		return "", account.Explain(err, "look at the encryption of s3://"+bucket)
	}
	if out.ServerSideEncryptionConfiguration == nil {
		return "", nil
	}
	for _, rule := range out.ServerSideEncryptionConfiguration.Rules {
		if by := rule.ApplyServerSideEncryptionByDefault; by != nil && !strings.Contains(aws.ToString(by.KMSMasterKeyID), "alias/") {
			return aws.ToString(by.KMSMasterKeyID), nil
		}
	}
	return "", nil
}

func plainClient(config aws.Config) *s3.Client {
	return s3.NewFromConfig(config, func(o *s3.Options) { o.UsePathStyle = config.BaseEndpoint != nil })
}

// Limits of Lakes, so that it costs few requests.
const (
	mostBuckets   = 50
	bucketsAtOnce = 8
	mostFolders   = 20
	mostZones     = 10
)

// Lakes lists the folders of buckets that may be lakes: the first ones at the top
// of a bucket. A bucket that cannot be listed has none.
func Lakes(ctx context.Context, config aws.Config, buckets []string) map[string][]string {
	client, found := plainClient(config), map[string][]string{}
	var mu sync.Mutex
	var group errgroup.Group
	group.SetLimit(bucketsAtOnce)
	for _, bucket := range buckets[:min(len(buckets), mostBuckets)] {
		group.Go(func() error {
			folders := lakesIn(ctx, client, bucket)
			mu.Lock()
			defer mu.Unlock()
			found[bucket] = folders
			return nil
		})
	}
	_ = group.Wait() // no errors
	return found
}

// lakesIn lists the folders of one bucket. A bucket that is itself a lake has
// none: it has state, a landing zone, or folders with one.
func lakesIn(ctx context.Context, client *s3.Client, bucket string) []string {
	top := foldersOf(ctx, client, bucket, "")
	if slices.Contains(top, pipeline.StateFolder) || slices.Contains(top, pipeline.Landing) {
		return nil
	}
	for _, folder := range top[:min(len(top), mostZones)] {
		if slices.Contains(foldersOf(ctx, client, bucket, folder+"/"), pipeline.Landing) {
			return nil
		}
	}
	return top[:min(len(top), mostFolders)]
}

// foldersOf lists the first folders below a prefix, or none if that is denied.
func foldersOf(ctx context.Context, client *s3.Client, bucket, prefix string) (names []string) {
	out, err := client.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: &bucket, Prefix: &prefix, Delimiter: aws.String("/")})
	if err != nil {
		return nil
	}
	for _, p := range out.CommonPrefixes {
		if name := strings.TrimSuffix(strings.TrimPrefix(aws.ToString(p.Prefix), prefix), "/"); name != "" {
			names = append(names, name)
		}
	}
	return names
}
