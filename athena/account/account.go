// Package account connects to AWS: it sets the region, the endpoint, the
// credentials and the retries, and explains errors.
//
//	config, err := account.Open(ctx, account.Options{Region: "us-east-1"})
//	client := glue.NewFromConfig(config)
//
// Credentials come only from the SDK's default chain. The package never logs
// SDK output, because the SDK's debug log contains session tokens.
package account

import (
	"cmp"
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/smithy-go/logging"

	"stedi/pipeline"
)

// Options select the account and its endpoint. The zero value means the
// settings of the environment and of the shared configuration files.
type Options struct {
	Region   string // such as us-east-1
	Profile  string // of the shared configuration files
	Endpoint string // a custom server for all services, such as http://127.0.0.1:7070
	// Token asks for the code of an MFA device. If it is nil, a role that needs
	// one fails.
	Token func(serial string) (string, error)
	// Stall is the longest time without a byte in either direction during an
	// attempt; 0 means a minute.
	Stall time.Duration
	// Backoff is the longest wait between two attempts; 0 means 20 seconds.
	Backoff time.Duration
}

// maxTries is the number of attempts of a call that fails with a temporary
// error.
const maxTries = 10

// Open returns a configuration for the SDK's clients. It fails without
// credentials or a region, and does not check that the credentials are valid.
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
		// SDK warnings would overwrite the screens. A serious problem also
		// returns an error.
		config.WithLogger(logging.Nop{}),
		config.WithAssumeRoleCredentialOptions(options.role),
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
		if explained := noCredentialsOf(loaded, err); explained != nil {
			return aws.Config{}, explained
		}
		return aws.Config{}, noCredentials(options.Profile, err)
	}
	loaded.HTTPClient = &watched{next: loaded.HTTPClient, stall: stall}
	if device := UnusedDevice(loaded); device != nil {
		loaded.APIOptions = append(loaded.APIOptions, device.explain)
	}
	return loaded, nil
}

// role gives a role with an MFA device a way to ask for its code. A session lasts
// as long as with the AWS CLI, unless the profile says how long: after the 15
// minutes of the SDK, a code would be needed again.
func (o Options) role(role *stscreds.AssumeRoleOptions) {
	role.Duration = cmp.Or(role.Duration, time.Hour)
	serial := aws.ToString(role.SerialNumber)
	role.TokenProvider = func() (string, error) {
		if o.Token == nil {
			return "", &noToken{serial}
		}
		return o.Token(serial)
	}
}

// retryer retries with a growing random wait and without a retry quota: a run
// is one client, and each of its calls must succeed.
func retryer(backoff time.Duration) aws.Retryer {
	standard := retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts = maxTries
		o.MaxBackoff = backoff
		o.RateLimiter = ratelimit.None
	})
	// S3 returns these codes while another user writes the same key.
	return retry.AddWithErrorCodes(standard, "ConditionalRequestConflict", "OperationAborted")
}
