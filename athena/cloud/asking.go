package cloud

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/aws"

	"stedi/athena/account"
)

// asking keeps the opened accounts of a program that can ask for the code of an
// MFA device: a code is valid once.
type asking struct {
	token  atomic.Pointer[asker]
	used   atomic.Bool // a code was asked for
	mu     sync.Mutex
	opened map[[3]string]aws.Config
}

// asker asks for the code of the device with a serial number.
type asker func(serial string) (string, error)

// AskForCodes lets roles that need an MFA code ask for it.
func (s *Settings) AskForCodes(token func(serial string) (string, error)) {
	s.asks = &asking{opened: map[[3]string]aws.Config{}}
	s.asks.by(token)
}

// by sets what asks for codes from now on.
func (a *asking) by(token asker) { a.token.Store(&token) }

// ask asks for a code. The SDK calls it under its own lock, while an account is
// opened or when its session has ended.
func (a *asking) ask(serial string) (string, error) {
	code, err := (*a.token.Load())(serial)
	if err == nil {
		a.used.Store(true)
	}
	return code, err
}

// NeedsCode reports whether the profile has a role that needs the code of an MFA
// device. It sends no request.
func (s *Settings) NeedsCode(ctx context.Context) bool {
	return account.NeedsCode(ctx, s.Profile)
}

// SignIn opens the account, and asks now for a code if one is needed. A session
// that has ended afterwards is begun again with a code that later asks for.
func (s *Settings) SignIn(ctx context.Context, now, later func(serial string) (string, error)) error {
	if s.asks == nil {
		s.AskForCodes(now)
	}
	s.asks.by(now)
	config, err := s.Account(ctx)
	if err == nil {
		_, err = config.Credentials.Retrieve(ctx) // a session that has ended is begun again
		err = account.Explain(err, "begin a session of the MFA device")
	}
	s.asks.by(later)
	return err
}

// SignedIn reports whether a code was asked for.
func (s *Settings) SignedIn() bool { return s.asks != nil && s.asks.used.Load() }

// Session returns the variables of the environment with which another process of
// this program uses the session that a code has begun; none if no code was asked
// for.
func (s *Settings) Session(ctx context.Context) ([]string, error) {
	if !s.SignedIn() {
		return nil, nil
	}
	config, err := s.Account(ctx)
	if err != nil {
		return nil, err
	}
	keys, err := config.Credentials.Retrieve(ctx)
	if err != nil {
		return nil, account.Explain(err, "use the session of the MFA device")
	}
	return []string{"AWS_ACCESS_KEY_ID=" + keys.AccessKeyID, "AWS_SECRET_ACCESS_KEY=" + keys.SecretAccessKey, "AWS_SESSION_TOKEN=" + keys.SessionToken, "AWS_REGION=" + config.Region}, nil
}

// Account opens the account.
func (s *Settings) Account(ctx context.Context) (aws.Config, error) {
	options := account.Options{Region: s.Region, Profile: s.Profile, Endpoint: s.Endpoint}
	if s.asks == nil {
		return account.Open(ctx, options)
	}
	s.asks.mu.Lock()
	defer s.asks.mu.Unlock()
	key := [3]string{s.Region, s.Profile, s.Endpoint}
	if known, ok := s.asks.opened[key]; ok {
		return known, nil
	}
	options.Token = s.asks.ask
	config, err := account.Open(ctx, options)
	if err == nil {
		s.asks.opened[key] = config
	}
	return config, err
}
