package athena

import (
	"strings"
	"testing"

	"stedi/pipeline"
)

func TestAFunctionThatAthenaLacksIsNamedWithItsSubstitute(t *testing.T) {
	for reason, want := range map[string]string{
		"FUNCTION_NOT_FOUND: line 1:8: Function 'strptime' not registered": "Use date_parse(text, '%Y-%m-%d').",
		"SYNTAX_ERROR: line 1:8: Function epoch_ms not registered":         "Use from_unixtime(milliseconds / 1000.0).",
		"FUNCTION_NOT_FOUND: line 1:8: Function 'nosuch' not registered":   "Correct the SQL",
		"SYNTAX_ERROR: line 1:8: Column 'x' cannot be resolved":            "Correct the SQL",
	} {
		err := failed("q-1", ending{reason: reason})
		if pipeline.KindOf(err) != pipeline.BadUsage || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\n got %v\nwant %s", reason, err, want)
		}
	}
}
