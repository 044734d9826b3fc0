package ndjson

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// walked reads a file with a Walker.
func walked(t *testing.T, path string, columns []Column, limits Limits, step int) (rows [][]any, rejects []Reject) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil {
		t.Fatal(err)
	}
	w := NewWalker(columns, limits, func(r Reject) { rejects = append(rejects, r) })
	w.Start(file, "a.json", info.Size(), Place{Line: 1})
	for {
		page, err := w.Rows(t.Context(), step)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			return rows, rejects
		}
		rows = append(rows, page...)
	}
}

func asWide(rows [][]any) [][]any {
	for _, row := range rows {
		for i, v := range row {
			if n, ok := v.(int32); ok {
				row[i] = int64(n)
			}
		}
	}
	return rows
}

// sameAsScan compares a Walker with a Scan of the same bytes.
func sameAsScan(t *testing.T, content []byte, limits Limits, step int) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.json")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	s := NewScan([]File{{Path: path, Name: "a.json", Size: int64(len(content))}}, everyType, limits)
	want, err := fill(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	report, err := s.Report(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(report.Rejects) > 0 && report.Rejects[0].Line == 0 {
		return // rejected as a whole: it has no rows
	}
	got, rejects := walked(t, path, everyType, limits, step)
	if !reflect.DeepEqual(got, asWide(want)) {
		t.Errorf("%q: the walker has %v, the scan %v", content, got, want)
	}
	if !slices.EqualFunc(rejects, report.Rejects, func(a, b Reject) bool {
		return a.String() == b.String() && (bytes.Equal(a.Raw, b.Raw) || len(b.Raw) == keptOfLong)
	}) {
		t.Errorf("%q: the walker rejects %v, the scan %v", content, rejects, report.Rejects)
	}
	everyLineCanBeFound(t, path, got)
}

// everyLineCanBeFound starts a walker at the place of each row.
func everyLineCanBeFound(t *testing.T, path string, rows [][]any) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	first := NewWalker(everyType, Limits{}, func(Reject) {})
	second := NewWalker(everyType, Limits{}, func(Reject) {})
	first.Start(file, "a.json", int64(len(content)), Place{Line: 1})
	for i, want := range rows {
		raw, at, err := first.Line(t.Context())
		if err != nil || raw == nil {
			t.Fatalf("row %d: %v", i, err)
		}
		if !bytes.HasPrefix(content[at.Offset:], raw) && i > 0 {
			t.Errorf("%q: row %d does not lie at %d", content, i, at.Offset)
		}
		if line := int64(bytes.Count(content[:at.Offset], []byte{'\n'})) + 1; at.Line != line {
			t.Errorf("%q: row %d is in line %d, not %d", content, i, line, at.Line)
		}
		second.Start(file, "a.json", int64(len(content)), at)
		got, err := second.Rows(t.Context(), 1)
		if err != nil || len(got) != 1 || !reflect.DeepEqual(got[0], want) {
			t.Errorf("%q: row %d at %+v is %v, %v; want %v", content, i, at, got, err, want)
		}
	}
	if raw, _, err := first.Line(t.Context()); raw != nil || err != nil {
		t.Errorf("%q: a line after the last: %q, %v", content, raw, err)
	}
}

func TestWalkerSeesWhatAScanSees(t *testing.T) {
	line := `{"s":"a text of more than twelve bytes","b":true,"i":7,"l":-9223372036854775808,"d":1.5}`
	for name, content := range map[string]string{
		"nothing":           "",
		"one line":          line,
		"CRLF, BOM, blanks": "\xef\xbb\xbf" + line + "\r\n\r\n  \t\n" + line + "\r\n\n\n" + line,
		"rejects":           line + "\n{\"s\":1}\n" + line + "\nnot json\n" + line + "\n{\"s\":\"\xff\"}",
		"nulls":             "{}\n{\"s\":null}\n{\"i\":null,\"d\":2}\n",
		"too long":          line + "\n{\"s\":\"" + strings.Repeat("x", 3<<20) + "\"}\n" + line + "\n",
		"too long at last":  line + "\n{\"s\":\"" + strings.Repeat("x", 3<<20) + "\"}",
		"many":              strings.Repeat(line+"\n{\"s\":5}\n\n", 5000),
		"long":              strings.Repeat("{\"s\":\""+strings.Repeat("y", 900<<10)+"\"}\n", 12),
	} {
		t.Run(name, func(t *testing.T) {
			for _, step := range []int{1, 3, 1000} {
				sameAsScan(t, []byte(content), Limits{}, step)
			}
		})
	}
}

func FuzzWalk(f *testing.F) {
	f.Add([]byte("\xef\xbb\xbf{\"s\":\"x\"}\r\n\n{\"i\":1}\n{\"i\":1.5}\n\n{\"d\":1e3}"), 2)
	f.Add([]byte("{}\n\n\n{}{}\n  \r\n{\"l\":9}\r"), 1)
	f.Fuzz(func(t *testing.T, content []byte, step int) {
		sameAsScan(t, content, Limits{}, 1+step&7)
	})
}
