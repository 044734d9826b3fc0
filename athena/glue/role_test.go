package glue

import "testing"

func TestGlueMayTakeARoleWhoseTrustPolicySaysSo(t *testing.T) {
	for policy, want := range map[string]bool{
		trust: true,
		`{"Statement":[{"Effect":"Allow","Principal":{"Service":["ec2.amazonaws.com","glue.amazonaws.com"]},"Action":["sts:TagSession","sts:AssumeRole"]}]}`: true,
		`{"Statement":[{"Effect":"Deny","Principal":{"Service":"glue.amazonaws.com"},"Action":"sts:AssumeRole"}]}`:                                           false,
		`{"Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}`:                                        false,
		`{"Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}`:                                                               false,
		`not JSON`: false,
	} {
		if got := trusts(policy); got != want {
			t.Errorf("%s: %v", policy, got)
		}
	}
}
