package export

import (
	"encoding/csv"
	"strings"

	"stedi/pipeline/printable"
)

// csvRows writes comma-separated values that are safe to open in a spreadsheet.
type csvRows struct{ csv *csv.Writer }

func (c *csvRows) Row(values []any) error {
	cells := make([]string, len(values))
	for i, v := range values {
		switch v := v.(type) {
		case nil:
		case string:
			cells[i] = neutral(v)
		default:
			cells[i] = printable.Value(v)
		}
	}
	return c.csv.Write(cells)
}

func (c *csvRows) End() error {
	c.csv.Flush()
	return c.csv.Error()
}

// neutral adds a quote before text that a spreadsheet would evaluate as a
// formula (OWASP, "CSV Injection").
func neutral(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r\n", rune(s[0])) {
		return "'" + s
	}
	return s
}
