package main

import (
	"errors"
	"os/exec"
	"testing"

	"stedi/pipeline"
)

func TestAFailureOfAChildIsToldApartFromItsRemedy(t *testing.T) {
	child := exec.CommandContext(t.Context(), "sh", "-c", "exit 1")
	ended := child.Run()
	for name, c := range map[string]struct{ text, remedy, what, fix string }{
		"with details":      {"t: 2 lines rejected:\n  a:1\n  b:2\n  Mend the lines.", "Mend the lines.", "t: 2 lines rejected:\n  a:1\n  b:2", "Mend the lines."},
		"as it was printed": {"stedi: no such table\n  Look at the list.\n", "", "no such table", "Look at the list."},
	} {
		failure, ok := errors.AsType[*pipeline.Failure](failureOf(child, ended, c.text, c.remedy))
		if !ok || failure.Err.Error() != c.what || failure.Fix != c.fix || failure.Kind != pipeline.BadData {
			t.Errorf("%s: it is %+v", name, failure)
		}
	}
}
