package cloud

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"

	"stedi/athena/account"
	"stedi/pipeline/spark"
)

// Bucket returns Spark's access to a bucket of the account, with the program's
// current credentials.
func (s *Settings) Bucket(ctx context.Context) (spark.Access, error) {
	config, err := s.Account(ctx)
	if err != nil {
		return spark.Access{}, err
	}
	credentials, err := config.Credentials.Retrieve(ctx)
	if err != nil {
		return spark.Access{}, account.Explain(err, "find credentials for Spark")
	}
	return spark.Access{
		Endpoint: aws.ToString(config.BaseEndpoint), Region: config.Region,
		Key: credentials.AccessKeyID, Secret: credentials.SecretAccessKey, Token: credentials.SessionToken,
	}, nil
}
