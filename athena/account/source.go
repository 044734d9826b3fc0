package account

import (
	"cmp"
	"context"
	"errors"
	"os/exec"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/processcreds"
	"github.com/aws/aws-sdk-go-v2/credentials/ssocreds"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"stedi/pipeline"
)

// noToken is the error of a role that needs an MFA code where nothing can ask
// for one.
type noToken struct{ serial string }

func (e *noToken) Error() string { return "the device " + e.serial + " has a code that is needed" }

// profileOf returns the profile that has the first credentials: a role may take
// them from another profile.
func profileOf(loaded aws.Config) config.SharedConfig {
	for _, source := range loaded.ConfigSources {
		shared, ok := source.(config.SharedConfig)
		if !ok {
			continue
		}
		for shared.Source != nil {
			shared = *shared.Source
		}
		return shared
	}
	return config.SharedConfig{}
}

// NeedsCode reports whether a profile has a role that needs the code of an MFA
// device; an empty name means the profile of the environment. It sends no request.
func NeedsCode(ctx context.Context, profile string) bool {
	settings := []func(*config.LoadOptions) error{config.WithAssumeRoleCredentialOptions(Options{}.role)}
	if profile != "" {
		settings = append(settings, config.WithSharedConfigProfile(profile))
	}
	loaded, err := config.LoadDefaultConfig(ctx, settings...)
	if err != nil {
		return false // opening the account meets the error again
	}
	for _, source := range loaded.ConfigSources {
		shared, ok := source.(config.SharedConfig)
		for ok {
			if shared.MFASerial != "" && shared.RoleARN != "" {
				return true
			}
			if shared.Source == nil {
				break
			}
			shared = *shared.Source
		}
	}
	return false
}

// noCredentialsOf explains why a profile gives no credentials, or returns nil if its kind has no message of its own.
func noCredentialsOf(loaded aws.Config, err error) error {
	shared := profileOf(loaded)
	profile := shared.Profile
	if ours, ok := errors.AsType[*pipeline.Failure](err); ok {
		return ours
	}
	if missing, ok := errors.AsType[*noToken](err); ok {
		return pipeline.Fail(pipeline.Denied, "", "Run stedi on a terminal, which asks for the code; or set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN to what `aws sts get-session-token --serial-number "+missing.serial+" --token-code CODE` prints, and leave --aws-profile out.",
			"the profile needs a code of the MFA device %s, and there is no terminal to ask for it", missing.serial)
	}
	if unsent, ok := errors.AsType[*smithyhttp.RequestSendError](err); ok && beginsSessions(err) {
		return pipeline.Fail(pipeline.BadEngine, "", "Check the network, the region, and --endpoint if it is set; then run again.", "the credentials of the profile %s cannot be fetched: %w", cmp.Or(profile, "default"), plainly(unsent))
	}
	if refusal := roleRefused(shared, err); refusal != nil {
		return refusal
	}
	if strings.Contains(err.Error(), "failed to retrieve jwt") {
		return pipeline.Fail(pipeline.Denied, "", "Check that the file exists and can be read. "+tokenFile, "the token of the web identity cannot be read: %w", plainly(err))
	}
	if failed, ok := errors.AsType[*processcreds.ProviderError](err); ok {
		return processFailed(shared, failed)
	}
	if _, ok := errors.AsType[*ssocreds.InvalidTokenError](err); ok || shared.SSOSession != nil || shared.SSOStartURL != "" {
		return pipeline.Fail(pipeline.Denied, "", "Sign in with `aws sso login --profile "+profile+"`.", "the SSO session of the profile %s does not exist or has expired", profile)
	}
	if shared.LoginSession != "" {
		return pipeline.Fail(pipeline.Denied, "", "Sign in with `aws login --profile "+profile+"`.", "the login session of the profile %s does not exist or has expired", profile)
	}
	if from, ok := loaded.Credentials.(aws.CredentialProviderSource); ok && slices.Contains(from.ProviderSources(), aws.CredentialSourceHTTP) {
		return pipeline.Fail(pipeline.Denied, "", "Check the role of the task or pod, and AWS_CONTAINER_CREDENTIALS_FULL_URI or AWS_CONTAINER_CREDENTIALS_RELATIVE_URI.", "the credentials endpoint of the container gave no credentials: %w", plainly(err))
	}
	return nil
}

// tokenFile says where the token of a web identity, such as that of a pod, is from.
const tokenFile = "The token is in the file that AWS_WEB_IDENTITY_TOKEN_FILE or web_identity_token_file names."

// beginsSessions reports whether the failed call is one of a service that begins sessions.
// A computer outside AWS does not have a metadata service either.
func beginsSessions(err error) bool {
	call, ok := errors.AsType[*smithy.OperationError](err)
	return ok && slices.Contains([]string{"STS", "SSO", "SSO OIDC", "Signin"}, call.Service())
}

// roleRefused explains why AWS gave no session of a profile's role, or returns nil
// if it was not asked.
func roleRefused(shared config.SharedConfig, err error) error {
	api, ok := errors.AsType[smithy.APIError](err)
	if !ok || !strings.Contains(err.Error(), "AssumeRole") {
		return nil
	}
	text := api.ErrorCode() + ": " + Redact(api.ErrorMessage())
	fix := "Check the trust policy of the role, and the credentials of the profile " + shared.Profile + " with `aws sts get-caller-identity --profile " + shared.Profile + "`."
	switch {
	case strings.Contains(text, "MultiFactorAuthentication"):
		fix = wrongCode
	case strings.Contains(err.Error(), "AssumeRoleWithWebIdentity"):
		fix = "Check the trust policy of the role and its identity provider. " + tokenFile
	}
	return pipeline.Fail(pipeline.Denied, "", fix, "AWS gave no session of the role: %s", text)
}

// processFailed names the program but not its output, which may contain keys.
func processFailed(shared config.SharedConfig, failed error) error {
	why := "its output is not what the SDK expects"
	if ended, ok := errors.AsType[*exec.ExitError](failed); ok {
		why = ended.String()
	} else if strings.Contains(failed.Error(), "timed out") {
		why = "it did not end in time"
	}
	program := strings.TrimSpace(shared.CredentialProcess)
	if strings.HasPrefix(program, `"`) {
		program, _, _ = strings.Cut(program[1:], `"`)
	} else {
		program, _, _ = strings.Cut(program, " ")
	}
	return pipeline.Fail(pipeline.Denied, "", "Run the program by itself to see its message; its output must be the JSON that `aws help config-vars` describes for credential_process.",
		"the credential_process %s of the profile %s gave no credentials: %s", program, shared.Profile, why)
}
