package pipeline_test

import (
	"os/exec"
	"testing"

	"stedi/pipeline"
)

func TestAShellReadsAWordAsItWas(t *testing.T) {
	for _, word := range []string{"", "a", "a b", "it's", "$HOME", "`id`", "a\nb", `\`, "*", "~", "#x", "--map=t=a/b", "ä", "'", "''"} {
		out, err := exec.CommandContext(t.Context(), "sh", "-c", "printf %s "+pipeline.ShellWord(word)).Output()
		if err != nil || string(out) != word {
			t.Errorf("%q is read as %q (%v)", word, out, err)
		}
	}
	for _, word := range []string{"customer_trusted", "s3://bucket/prefix", "--max-rejects=1%"} {
		if got := pipeline.ShellWord(word); got != word {
			t.Errorf("%s is quoted: %s", word, got)
		}
	}
}
