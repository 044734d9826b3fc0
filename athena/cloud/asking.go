package cloud

import (
	"context"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"

	"stedi/athena/account"
)

// asking keeps the opened accounts of a program that can ask for the code of an
// MFA device: a code is valid once.
type asking struct {
	token  func(serial string) (string, error)
	mu     sync.Mutex
	opened map[[3]string]aws.Config
}

// AskForCodes lets roles that need an MFA code ask for it.
func (s *Settings) AskForCodes(token func(serial string) (string, error)) {
	s.asks = &asking{token: token, opened: map[[3]string]aws.Config{}}
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
	options.Token = s.asks.token
	config, err := account.Open(ctx, options)
	if err == nil {
		s.asks.opened[key] = config
	}
	return config, err
}
