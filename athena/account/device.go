package account

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go/middleware"
)

// Device is an MFA device of a profile.
type Device struct {
	Profile string
	Serial  string
}

// UnusedDevice returns the device of a profile that has no role, or nil: the SDK and
// the AWS CLI ask for a code only to begin a session of a role.
func UnusedDevice(loaded aws.Config) *Device {
	for _, source := range loaded.ConfigSources {
		shared, ok := source.(config.SharedConfig)
		for ok {
			if shared.MFASerial != "" && shared.RoleARN == "" {
				return &Device{Profile: shared.Profile, Serial: shared.MFASerial}
			}
			if shared.Source == nil {
				break
			}
			shared = *shared.Source
		}
	}
	return nil
}

// String says what the device is not used for, and how it can be.
func (d *Device) String() string {
	return "mfa_serial of the profile " + d.Profile + " is not used, because the profile has no role_arn: its requests are made without a code. If a policy demands one, add role_arn, or set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN to what `aws sts get-session-token --profile " +
		d.Profile + " --serial-number " + d.Serial + " --token-code CODE` prints, and leave --aws-profile out."
}

// withoutCode is the error of a call that was made without the code of a device.
type withoutCode struct {
	device *Device
	err    error
}

func (w *withoutCode) Error() string { return w.err.Error() }
func (w *withoutCode) Unwrap() error { return w.err }

// explain lets errors of calls name the device.
func (d *Device) explain(stack *middleware.Stack) error {
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("stedi:unused-device", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
		out, metadata, err := next.HandleInitialize(ctx, in)
		if err != nil {
			err = &withoutCode{device: d, err: err}
		}
		return out, metadata, err
	}), middleware.Before)
}
