package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"io"
	"math"
	"strings"
	"testing"

	"stedi/pipeline"
	"stedi/pipeline/printable"
)

// pages is a source of rows in memory.
type pages struct {
	columns []pipeline.ResultColumn
	left    [][][]any
}

func (p *pages) Columns() []pipeline.ResultColumn { return p.columns }

func (p *pages) Close() error { return nil }

func (p *pages) Next(context.Context) ([][]any, error) {
	if len(p.left) == 0 {
		return nil, io.EOF
	}
	page := p.left[0]
	p.left = p.left[1:]
	return page, nil
}

func printed(t *testing.T, output string, rows ...[]any) string {
	t.Helper()
	source := &pages{columns: []pipeline.ResultColumn{{Name: "name", Type: "VARCHAR"}, {Name: "n", Type: "BIGINT"}}}
	for _, row := range rows {
		source.left = append(source.left, [][]any{row})
	}
	var out bytes.Buffer
	n, err := printRows(t.Context(), &out, source, output)
	if err != nil {
		t.Fatal(err)
	}
	if n != int64(len(rows)) {
		t.Errorf("%d rows counted, not %d", n, len(rows))
	}
	return out.String()
}

func TestRowsAreAlignedByTheCellsThatTheyTake(t *testing.T) {
	got := printed(t, "text", []any{"Ann", int64(7)}, []any{"日本語", int64(12345)}, []any{"e\u0301", nil})
	want := "name        n\n──────  ─────\nAnn         7\n日本語  12345\ne\u0301        null\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

var hostileValues = []string{
	"\x1b[2J\x1b]0;title\x07", "\x1b]8;;http://example.com\x07link\x1b]8;;\x07", "\x1b]52;c;ZXZpbA==\x07", "\u009b31m", "a\x00b",
	"\u202egnp.exe", "zero\u200bwidth\ufeff", "two\nlines\ttab", "\xff\xfe", strings.Repeat("x", 1<<20), "<b>|`*_&",
}

// Cells with any content print only printable characters, one line per row.
func TestHostileValuesAreHarmless(t *testing.T) {
	for _, output := range []string{"text", "md", "json", "ndjson"} {
		for _, value := range hostileValues {
			got := printed(t, output, []any{value, int64(1)})
			for line := range strings.Lines(got) {
				if line = strings.TrimSuffix(line, "\n"); printable.Text(line) != line {
					t.Errorf("%s: %.40q is printed as %.80q", output, value, line)
				}
			}
			if lines := strings.Count(got, "\n"); output == "text" && lines != 3 || output == "ndjson" && lines != 1 {
				t.Errorf("%s: %.40q takes %d lines", output, value, lines)
			}
			if output == "text" && len(got) > 1000 {
				t.Errorf("%.40q is not cut", value)
			}
		}
	}
}

func TestJSONKeepsEveryCharacterOfAValue(t *testing.T) {
	for _, value := range hostileValues[:8] {
		var rows []map[string]any
		if err := json.Unmarshal([]byte(printed(t, "json", []any{value, int64(math.MaxInt64)})), &rows); err != nil {
			t.Fatal(err)
		}
		if rows[0]["name"] != value {
			t.Errorf("%q came back as %q", value, rows[0]["name"])
		}
	}
	if got := printed(t, "json"); got != "[]\n" {
		t.Errorf("no rows are %q", got)
	}
	if got := printed(t, "ndjson", []any{"a", 1.5}, []any{nil, math.NaN()}); got != "{\"name\":\"a\",\"n\":1.5}\n{\"name\":null,\"n\":\"NaN\"}\n" {
		t.Errorf("got %q", got)
	}
}

func TestFormulasAreNeutralInCSV(t *testing.T) {
	for _, value := range []string{`=HYPERLINK("http://example.com")`, "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"} {
		records, err := csv.NewReader(strings.NewReader(printed(t, "csv", []any{value, int64(-5)}))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		if got := records[1][0]; got[0] != '\'' {
			t.Errorf("%q is written as %q", value, got)
		}
		if got := records[1][1]; got != "-5" {
			t.Errorf("a negative number is written as %q", got)
		}
	}
}
