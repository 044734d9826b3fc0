package account

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// Who returns the identity behind the credentials, as an ARN. An ARN is not a
// secret.
func Who(ctx context.Context, config aws.Config) (string, error) {
	out, err := sts.NewFromConfig(config).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return "", Explain(err, "ask who these credentials are of")
	}
	return aws.ToString(out.Arn), nil
}

// Number returns the number of the account of the credentials.
func Number(ctx context.Context, config aws.Config) (string, error) {
	out, err := sts.NewFromConfig(config).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{}, func(o *sts.Options) { o.RetryMaxAttempts = 1 })
	if err != nil {
		return "", Explain(err, "ask who these credentials are of")
	}
	return aws.ToString(out.Account), nil
}

// Partition returns the partition of a region, which ARNs begin with.
func Partition(region string) string {
	for _, p := range partitions {
		if strings.HasPrefix(region, p.regions) {
			return p.name
		}
	}
	return "aws"
}

// partitions are those of AWS by the beginning of their regions, except the
// largest one.
var partitions = []struct{ regions, name string }{
	{"cn-", "aws-cn"},
	{"us-gov-", "aws-us-gov"},
	{"eusc-", "aws-eusc"},
	{"us-iso-", "aws-iso"},
	{"us-isob-", "aws-iso-b"},
	{"eu-isoe-", "aws-iso-e"},
	{"us-isof-", "aws-iso-f"},
}
