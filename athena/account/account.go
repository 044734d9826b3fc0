// Package account is the way to AWS: which region and endpoint, whose
// credentials, how often a call is tried again, and what its errors mean.
//
//	config, err := account.Open(ctx, account.Options{Region: "us-east-1"})
//	client := glue.NewFromConfig(config)
//
// Credentials come through the SDK's default chain alone. Nothing of the SDK
// is ever logged, since its debug log prints session tokens.
package account

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go/logging"

	"stedi/pipeline"
)

// Options say whose account it is and how it is reached. The zero value means
// what the environment and the shared configuration files say.
type Options struct {
	Region   string // such as us-east-1
	Profile  string // of the shared configuration files
	Endpoint string // another server for every service, such as http://127.0.0.1:7070
	// Stall is how long a try may go without a byte in either direction; 0
	// means a minute.
	Stall time.Duration
	// Backoff is the longest wait between two tries; 0 means 20 seconds.
	Backoff time.Duration
}

// maxTries is how often a call is made that fails for a reason that passes.
const maxTries = 10

// Open returns a configuration for the SDK's clients. It makes sure that there
// are credentials and a region, and does not ask whether they are valid.
func Open(ctx context.Context, options Options) (aws.Config, error) {
	stall, backoff := options.Stall, options.Backoff
	if stall == 0 {
		stall = time.Minute
	}
	if backoff == 0 {
		backoff = retry.DefaultMaxBackoff
	}
	settings := []func(*config.LoadOptions) error{
		config.WithRetryer(func() aws.Retryer { return retryer(backoff) }),
		// What the SDK warns of would be written over the screens, and comes
		// again as an error if it matters.
		config.WithLogger(logging.Nop{}),
	}
	if options.Region != "" {
		settings = append(settings, config.WithRegion(options.Region))
	}
	if options.Profile != "" {
		settings = append(settings, config.WithSharedConfigProfile(options.Profile))
	}
	if options.Endpoint != "" {
		settings = append(settings, config.WithBaseEndpoint(options.Endpoint))
	}
	loaded, err := config.LoadDefaultConfig(ctx, settings...)
	if err != nil {
		return aws.Config{}, pipeline.Fail(pipeline.BadUsage, "", "Check --aws-profile and the files in ~/.aws.", "the AWS configuration cannot be read: %w", plainly(err))
	}
	if loaded.Region == "" {
		return aws.Config{}, pipeline.Fail(pipeline.BadUsage, "", "Pass --region, such as --region us-east-1, or set AWS_REGION.", "no AWS region is set")
	}
	if _, err := loaded.Credentials.Retrieve(ctx); err != nil {
		if ctx.Err() != nil {
			return aws.Config{}, ctx.Err()
		}
		return aws.Config{}, noCredentials(options.Profile, err)
	}
	loaded.HTTPClient = &watched{next: loaded.HTTPClient, stall: stall}
	return loaded, nil
}

// retryer tries again with a random wait that grows. Its quota is not
// rationed: a run is one client, and each of its calls must come through.
func retryer(backoff time.Duration) aws.Retryer {
	standard := retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts = maxTries
		o.MaxBackoff = backoff
		o.RateLimiter = ratelimit.None
	})
	// S3 answers so while another user's write of the same key is under way.
	return retry.AddWithErrorCodes(standard, "ConditionalRequestConflict", "OperationAborted")
}
