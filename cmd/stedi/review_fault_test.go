package main

import (
	"strings"
	"testing"

	"stedi/pipeline/review"
)

func TestAFaultOfTheProgramFailsOneTargetOnly(t *testing.T) {
	r := &reviewer{} // without a rubric, judging panics
	var got []string
	r.all(t.Context(), []string{t.TempDir(), t.TempDir()}, func(_ int, target *review.Target) {
		r.mu.Lock()
		defer r.mu.Unlock()
		got = append(got, target.Items[0].Message)
	})
	if len(got) != 2 || !strings.HasPrefix(got[0], "stedi failed on this target: ") {
		t.Errorf("got %q", got)
	}
}
