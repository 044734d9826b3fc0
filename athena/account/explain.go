package account

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"

	"stedi/pipeline"
)

// Explain turns an error of an AWS call into a Failure: what failed, where, the
// fix and the exit code. Its text never contains credentials. A cancelled call
// stays cancelled.
func Explain(err error, doing string) error {
	if err == nil {
		return nil
	}
	if _, ours := errors.AsType[*pipeline.Failure](err); ours {
		return err
	}
	for _, stopped := range []error{context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, stopped) {
			return fmt.Errorf("%s: %w", doing, stopped)
		}
	}
	api, ok := errors.AsType[smithy.APIError](err)
	if !ok {
		return pipeline.Fail(pipeline.BadEngine, "", "Check the network and --endpoint, then run again.", "%s: %w", doing, plainly(err))
	}
	code := api.ErrorCode()
	kind, fix := remedy(code, status(err))
	if missing, ok := MissingPermission(Redact(api.ErrorMessage())); ok && kind == pipeline.Denied {
		fix = missing
	}
	if region := rightRegion(err); region != "" {
		kind, fix = pipeline.Denied, "Pass --region "+region+"."
	}
	if kind == pipeline.Denied && forbidden(code) {
		fix = deviceFix(err, api, fix)
	}
	text := code
	if message := Redact(api.ErrorMessage()); message != "" && message != code {
		text += ": " + message
	}
	return &pipeline.Failure{Kind: kind, Fix: fix, Err: &Error{Doing: doing, Code: code, text: text}}
}

// forbidden reports whether a code says that the identity lacks a right.
func forbidden(code string) bool {
	return code == "AccessDenied" || code == "AccessDeniedException" || code == "Forbidden"
}

// deviceFix returns the fix of a refusal that an MFA device may be the cause of.
func deviceFix(err error, api smithy.APIError, fix string) string {
	if strings.Contains(api.ErrorMessage(), "MultiFactorAuthentication failed") {
		return wrongCode
	}
	if without, ok := errors.AsType[*withoutCode](err); ok {
		return strings.TrimSuffix(fix, ".") + ". Perhaps a code of the MFA device is missing: " + without.device.String()
	}
	return fix
}

// Error is an error response of an AWS service.
type Error struct {
	Doing string
	Code  string // such as NoSuchBucket
	text  string
}

func (e *Error) Error() string { return e.Doing + ": " + e.text }

// Is reports whether an error has one of the codes, before or after Explain.
func Is(err error, codes ...string) bool {
	code := ""
	if explained, ok := errors.AsType[*Error](err); ok {
		code = explained.Code
	} else if api, ok := errors.AsType[smithy.APIError](err); ok {
		code = api.ErrorCode()
	}
	return slices.Contains(codes, code)
}

// IsExpired reports whether a call failed because its credentials are too old.
func IsExpired(err error) bool {
	return Is(err, "ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired")
}

// status returns the HTTP status of a response, or 0.
func status(err error) int {
	if response, ok := errors.AsType[*awshttp.ResponseError](err); ok {
		return response.HTTPStatusCode()
	}
	return 0
}

// rightRegion returns the region of a bucket if S3 reports that it is another
// one.
func rightRegion(err error) string {
	response, ok := errors.AsType[*awshttp.ResponseError](err)
	if !ok || response.HTTPResponse() == nil {
		return ""
	}
	switch response.HTTPStatusCode() {
	case http.StatusMovedPermanently, http.StatusTemporaryRedirect, http.StatusBadRequest:
		return response.HTTPResponse().Header.Get("X-Amz-Bucket-Region")
	}
	return ""
}

// remedies maps the services' error codes to fixes, so that no message text is
// parsed.
var remedies = map[string]struct {
	kind pipeline.Kind
	fix  string
}{
	"ExpiredToken":                 {pipeline.Denied, expired},
	"ExpiredTokenException":        {pipeline.Denied, expired},
	"RequestExpired":               {pipeline.Denied, "Set this machine's clock if it is wrong, or sign in again (`aws sso login`, or `aws login`), and run again: what was finished is kept."},
	"TokenRefreshRequired":         {pipeline.Denied, expired},
	"InvalidToken":                 {pipeline.Denied, signIn},
	"InvalidClientTokenId":         {pipeline.Denied, signIn},
	"InvalidAccessKeyId":           {pipeline.Denied, signIn},
	"UnrecognizedClientException":  {pipeline.Denied, signIn},
	"SignatureDoesNotMatch":        {pipeline.Denied, signIn},
	"InvalidSignatureException":    {pipeline.Denied, signIn},
	"AccessDenied":                 {pipeline.Denied, allow},
	"AccessDeniedException":        {pipeline.Denied, allow},
	"Forbidden":                    {pipeline.Denied, unsaid},
	"BadRequest":                   {pipeline.Denied, unsaid},
	"RequestTimeTooSkewed":         {pipeline.Denied, "Set this machine's clock."},
	"NoSuchBucket":                 {pipeline.BadUsage, "Create the bucket (`aws s3 mb s3://BUCKET`), or name one that exists."},
	"PermanentRedirect":            {pipeline.Denied, "Pass --region with the bucket's region."},
	"AuthorizationHeaderMalformed": {pipeline.Denied, "Pass --region with the bucket's region."},
}

const (
	signIn = "Sign in again (`aws sso login`, or `aws configure`) and run again; `aws sts get-caller-identity` shows who you are."
	// A run that ends because of it has released what it could not finish.
	expired   = "The session ended while stedi ran: sign in again (`aws sso login`, or `aws login`) and run again. Tables that were published are kept, and a query or job run that was started is found again."
	wrongCode = "Try again and type the code that the device shows then: each is valid once, for half a minute."
	// The response to a HEAD request has no error message, nor does it say that the
	// session has ended.
	unsaid = "Sign in again if the credentials may be old or wrong (`aws sts get-caller-identity` shows), or let this identity do that; `stedi deploy --dry-run` prints the IAM policy that is needed."
	allow  = "Let this identity do that; `stedi deploy --dry-run` prints the IAM policy that is needed."
)

func remedy(code string, status int) (pipeline.Kind, string) {
	if strings.HasPrefix(code, "KMS.") {
		return pipeline.Denied, "Enable the key of the bucket in AWS KMS, or have it restored or replaced; `aws s3api get-bucket-encryption --bucket BUCKET` names it."
	}
	if known, ok := remedies[code]; ok {
		return known.kind, known.fix
	}
	switch {
	case status == http.StatusForbidden || status == http.StatusUnauthorized:
		return pipeline.Denied, allow
	case status == http.StatusServiceUnavailable || strings.Contains(code, "Throttl") || code == "TooManyRequestsException" || code == "SlowDown":
		return pipeline.BadEngine, fmt.Sprintf("The service asked %d times to slow down: run again later.", maxTries)
	case strings.Contains(code, "LimitExceeded") || strings.Contains(code, "QuotaExceeded"):
		return pipeline.BadEngine, "A quota of the account is used up: delete what is not needed, or have the quota raised in Service Quotas."
	case status >= http.StatusInternalServerError:
		return pipeline.BadEngine, "The service has failed: run again later."
	}
	return pipeline.BadEngine, ""
}

func noCredentials(profile string, err error) error {
	fix := "Sign in (`aws configure`, or `aws sso login`), or pass --aws-profile NAME."
	if profile != "" {
		fix = "Sign in with `aws sso login --profile " + profile + "`, or `aws configure --profile " + profile + "`."
	}
	if strings.Contains(err.Error(), "no EC2 IMDS role found") {
		// The last of all places has none: the others do not say more.
		return pipeline.Fail(pipeline.Denied, "", fix, "no AWS credentials found")
	}
	return pipeline.Fail(pipeline.Denied, "", fix, "no AWS credentials found: %w", plainly(err))
}

// plainly returns only the redacted text of an error. The errors that the SDK
// wraps may print confidential parts of a request.
func plainly(err error) error {
	for next := errors.Unwrap(err); next != nil; next = errors.Unwrap(next) {
		if _, wrapped := err.(*smithy.OperationError); !wrapped { //nolint:errorlint // only this layer is removed
			break
		}
		err = next
	}
	return errors.New(Redact(noAnswer.ReplaceAllString(err.Error(), "")))
}

// noAnswer matches the SDK's prefix for a missing response.
var noAnswer = regexp.MustCompile(`https response error StatusCode: 0, RequestID: ,(?: HostID: ,)? `)

// secret matches text that identifies a caller to AWS: key ids, and parts of a
// signed request.
var secret = regexp.MustCompile(`\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b|(?i:(?:x-amz-(?:security-token|signature|credential)|authorization|signature|secret[a-z_]*|aws_session_token)["']?\s*[=:]\s*["']?)[^\s"'&,;]+`)

// Redact replaces text that identifies a caller to AWS.
func Redact(text string) string { return secret.ReplaceAllString(text, "[redacted]") }
