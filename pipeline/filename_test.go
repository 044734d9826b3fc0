package pipeline_test

import (
	"errors"
	"strings"
	"testing"

	"stedi/pipeline"
)

func TestANameThatIsRefusedHasAReasonOfItsOwn(t *testing.T) {
	for name, says := range map[string]string{
		"":                   `the file name "" is empty`,
		"..":                 `the file name ".." leads out of the lake`,
		"a/../../b":          "leads out of the lake",
		"/etc/passwd":        "leads out of the lake",
		"./a":                "leads out of the lake",
		"a//b.json":          `"a//b.json" holds a folder without a name`,
		`in/a\b.json`:        `"in/a\\b.json" holds a backslash` + "\n" + `  Rename the file, such as to "a_b.json".`,
		"in/a\xff\xfeb.json": `"in/a\xff\xfeb.json" is not valid UTF-8` + "\n" + `  Rename the file, such as to "a_b.json".`,
		"in\xe4/a.json":      `"in\xe4/a.json" is not valid UTF-8`,
		"in/a\x00.json":      "holds a NUL byte",
	} {
		err := pipeline.CheckName(name)
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v, want %s", name, err, says)
		}
		if !errors.Is(err, pipeline.ErrUnsafe) || pipeline.KindOf(err) != pipeline.BadUsage {
			t.Errorf("%q: %v is of kind %d", name, err, pipeline.KindOf(err))
		}
	}
	for _, name := range []string{"a", "customer/landing/Ünï côdé.json", "..a/b..", "a b/c'd"} {
		if err := pipeline.CheckName(name); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
}
