package s3

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"stedi/athena/account"
)

// Buckets lists the names of the account's buckets.
func Buckets(ctx context.Context, config aws.Config) (names []string, err error) {
	pages := s3.NewListBucketsPaginator(s3.NewFromConfig(config, func(o *s3.Options) { o.UsePathStyle = config.BaseEndpoint != nil }), &s3.ListBucketsInput{})
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
	client := s3.NewFromConfig(config, func(o *s3.Options) { o.UsePathStyle = config.BaseEndpoint != nil })
	out, err := client.GetBucketEncryption(ctx, &s3.GetBucketEncryptionInput{Bucket: &bucket})
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
