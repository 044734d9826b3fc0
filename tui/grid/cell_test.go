package grid

import (
	"fmt"
	"testing"

	"stedi/tui/ui"
)

func TestNothingTheEmptyTextAndTheWordNullLookDifferent(t *testing.T) {
	th := ui.NewTheme(true, 0)
	seen := map[string]bool{}
	for _, v := range []any{nil, "", "null", `""`, false, "false"} {
		key := fmt.Sprint(CellText(v, 10), CellStyle(th, v))
		if seen[key] {
			t.Errorf("%#v looks like another value", v)
		}
		seen[key] = true
	}
}
