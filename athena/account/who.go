package account

import (
	"context"

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
