package pager

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"stedi/pipeline"
	"stedi/pipeline/ndjson"
)

var people = &pipeline.Table{Name: "people", Columns: []pipeline.Column{
	{Name: "name", Type: ndjson.String},
	{Name: "age", Type: ndjson.Int},
	{Name: "born", Type: ndjson.Bigint},
	{Name: "weight", Type: ndjson.Double},
	{Name: "tame", Type: ndjson.Boolean},
}}

// written writes each content to a file.
func written(tb testing.TB, contents ...string) []ndjson.File {
	tb.Helper()
	folder := tb.TempDir()
	files := make([]ndjson.File, len(contents))
	for i, content := range contents {
		name := fmt.Sprintf("part-%05d.json", i)
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			tb.Fatal(err)
		}
		files[i] = ndjson.File{Path: path, Name: name, Size: int64(len(content))}
	}
	return files
}

func openFiles(tb testing.TB, rows int64, files ...ndjson.File) *Files {
	tb.Helper()
	f := OpenFiles(people, files, rows, tb.TempDir())
	tb.Cleanup(func() {
		if err := f.Close(); err != nil {
			tb.Error(err)
		}
	})
	return f
}

// numbered formats n rows whose age is their number, starting with from.
func numbered(from, n int) string {
	var b strings.Builder
	for i := from; i < from+n; i++ {
		fmt.Fprintf(&b, `{"name":"somebody%d@example.com","age":%d,"born":%d,"weight":%d.5,"tame":%t}`+"\n", i, i, i*1000, i%7, i%2 == 0)
	}
	return b.String()
}

func zipped(tb testing.TB, text string) string {
	tb.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := io.WriteString(w, text); err != nil {
		tb.Fatal(err)
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return b.String()
}

func page(tb testing.TB, src Source, first int64, n int) [][]any {
	tb.Helper()
	rows, err := src.Page(tb.Context(), first, n)
	if err != nil {
		tb.Fatal(err)
	}
	return rows
}

// ages returns the ages of numbered rows.
func ages(rows [][]any) (numbers []int64) {
	for _, row := range rows {
		n, _ := row[1].(int64)
		numbers = append(numbers, n)
	}
	return numbers
}

func wantAges(tb testing.TB, src Source, first int64, n int, want ...int64) {
	tb.Helper()
	if got := ages(page(tb, src, first, n)); !reflect.DeepEqual(got, want) {
		tb.Errorf("rows from %d: %v, not %v", first, got, want)
	}
}

func TestFilesAreReadInTheirOrder(t *testing.T) {
	src := openFiles(t, -1, written(t, numbered(0, 3), "", numbered(3, 2), "\n\n", numbered(5, 1))...)
	wantAges(t, src, 0, 2, 0, 1)
	wantAges(t, src, 2, 10, 2, 3, 4, 5)
	wantAges(t, src, 6, 10)
	wantAges(t, src, 100, 10)
	wantAges(t, src, 1, 3, 1, 2, 3)
	if n, all := src.Count(); n != 6 || !all {
		t.Errorf("%d, %t", n, all)
	}
	want := []any{"somebody2@example.com", int64(2), int64(2000), 2.5, true}
	if row := page(t, src, 2, 1)[0]; !reflect.DeepEqual(row, want) {
		t.Errorf("%v", row)
	}
}

func TestTablesWithoutRowsHaveNone(t *testing.T) {
	for name, contents := range map[string][]string{"no file": nil, "empty": {""}, "blank": {"\n \r\n"}, "rejected": {"no\n", "[1]", "\xff\xfe{\x00"}} {
		t.Run(name, func(t *testing.T) {
			for _, rows := range []int64{-1, 0, 5} {
				src := openFiles(t, rows, written(t, contents...)...)
				wantAges(t, src, 0, 10)
				wantAges(t, src, 4, 10)
				if err := src.Index(t.Context()); err != nil {
					t.Fatal(err)
				}
				if n, all := src.Count(); n != 0 || !all {
					t.Errorf("%d, %t", n, all)
				}
			}
		})
	}
}

func TestCountGrowsUntilTheIndexIsThere(t *testing.T) {
	src := openFiles(t, -1, written(t, numbered(0, 1000))...)
	wantAges(t, src, 0, 2, 0, 1)
	if n, all := src.Count(); n != 2 || all {
		t.Errorf("after a page: %d, %t", n, all)
	}
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	if err := src.Index(stopped); !errors.Is(err, context.Canceled) {
		t.Errorf("a stopped index: %v", err)
	}
	if err := src.Index(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n, all := src.Count(); n != 1000 || !all {
		t.Errorf("after the index: %d, %t", n, all)
	}
}

func TestStrangeLinesDoNotShiftRows(t *testing.T) {
	content := "\xef\xbb\xbf" + strings.ReplaceAll(numbered(0, 2), "\n", "\r\n") + "\n \t\n{\"age\":\"no\"}\n" + numbered(2, 1) + "{\"age\":1}{}\n" +
		`{"name":"` + strings.Repeat("x", 2<<20) + "\"}\n" + strings.TrimSuffix(numbered(3, 1), "\n")
	files := written(t, content, zipped(t, numbered(4, 300)), "not gzip at all", zipped(t, numbered(304, 2))[:40], "\xef\xbb\xbf"+strings.TrimSpace(numbered(304, 1)))
	for _, known := range []int64{-1, 305} {
		src := openFiles(t, known, files...)
		wantAges(t, src, 303, 9, 303, 304)
		wantAges(t, src, 0, 5, 0, 1, 2, 3, 4)
		wantAges(t, src, 2, 3, 2, 3, 4)
		if err := src.Index(t.Context()); err != nil {
			t.Fatal(err)
		}
		wantAges(t, src, 200, 2, 200, 201)
		n, first := src.Rejects()
		var lines []string
		for _, r := range first {
			lines = append(lines, fmt.Sprintf("%s:%d", r.File, r.Line))
		}
		want := "[part-00000.json:5 part-00000.json:7 part-00000.json:8 part-00002.json:1 part-00003.json:0]"
		if fmt.Sprint(lines) != want || n != 5 {
			t.Errorf("%d rejects: %v", n, lines)
		}
		raw, file, line, err := src.Line(t.Context(), 3)
		if err != nil || !bytes.HasPrefix(raw, []byte(`{"name":"somebody3@`)) || file != "part-00000.json" || line != 9 {
			t.Errorf("%s %s:%d %v", raw, file, line, err)
		}
		if raw, file, line, err = src.Line(t.Context(), 103); err != nil || !bytes.Contains(raw, []byte("somebody103@")) || file != "part-00001.json" || line != 100 {
			t.Errorf("%s %s:%d %v", raw, file, line, err)
		}
		if _, _, _, err = src.Line(t.Context(), 305); !errors.Is(err, io.EOF) {
			t.Errorf("beyond the end: %v", err)
		}
	}
}

// The manifest of a landing table may be older than its files.
func TestWrongCountsAreFoundOut(t *testing.T) {
	for _, listed := range []int64{3, 999, 100_000} {
		src := openFiles(t, listed, written(t, numbered(0, 600), numbered(600, 400))...)
		page(t, src, listed-2, 10) // a wrong page is allowed here, but must not last
		if err := src.Index(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n, all := src.Count(); n != 1000 || !all {
			t.Errorf("%d listed: %d, %t", listed, n, all)
		}
		wantAges(t, src, 998, 10, 998, 999)
		wantAges(t, src, 500, 1, 500)
	}
}

func TestAChangedFileIsNotShownAsIfItWereTheSame(t *testing.T) {
	changes := map[string]func(path string) error{
		"removed":  os.Remove,
		"emptied":  func(path string) error { return os.Truncate(path, 0) },
		"replaced": func(path string) error { return os.WriteFile(path, []byte(numbered(7, 3000)), 0o600) },
	}
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			files := written(t, numbered(0, 1000), numbered(1000, 1000))
			src := openFiles(t, 2000, files...)
			wantAges(t, src, 1999, 1, 1999)
			if err := change(files[1].Path); err != nil {
				t.Fatal(err)
			}
			wantAges(t, src, 0, 1, 0)
			_, pageErr := src.Page(t.Context(), 1500, 10)
			_, _, _, lineErr := src.Line(t.Context(), 1500)
			for _, err := range []error{pageErr, lineErr, src.Index(t.Context())} {
				var failure *pipeline.Failure
				if !errors.Is(err, pipeline.ErrChanged) || !errors.As(err, &failure) || failure.Kind != pipeline.Conflict {
					t.Errorf("%v", err)
				}
			}
		})
	}
}

func TestManySmallFilesArePagedThrough(t *testing.T) {
	const n = 1000
	contents := make([]string, n)
	for i := range contents {
		contents[i] = numbered(2*i, 2)
	}
	src := openFiles(t, 2*n, written(t, contents...)...)
	wantAges(t, src, 2*n-3, 5, 2*n-3, 2*n-2, 2*n-1)
	if err := src.Index(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantAges(t, src, n+1, 3, n+1, n+2, n+3)
}

func TestUnpackedFilesMakeRoomForOthers(t *testing.T) {
	files := written(t, zipped(t, numbered(0, 500)), zipped(t, numbered(500, 500)), zipped(t, numbered(1000, 500)))
	temp := t.TempDir()
	src := OpenFiles(people, files, -1, temp)
	src.shelf.room = 60_000
	for _, first := range []int64{1400, 10, 700, 1400, 10} {
		wantAges(t, src, first, 1, first)
		held, err := filepath.Glob(filepath.Join(temp, "unpacked-*", "*.json"))
		if err != nil || len(held) != 1 {
			t.Errorf("%v, %v", held, err)
		}
	}
	if err := src.Close(); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestPagesOfLongRowsAreShort(t *testing.T) {
	src := openFiles(t, -1, written(t, strings.Repeat(`{"name":"`+strings.Repeat("y", 1_000_000)+"\"}\n", 30))...)
	first := page(t, src, 0, 30)
	if len(first) == 0 || len(first) > 80 {
		t.Errorf("%d rows", len(first))
	}
	if rest := page(t, src, 29, 30); len(rest) != 1 {
		t.Errorf("%d rows at the end", len(rest))
	}
}

// strangeFile returns random lines, valid and invalid.
func strangeFile(random *rand.Rand) string {
	kinds := []string{`{"age":%d}`, `{"age":%d}`, `{"age":%d}` + "\r", ``, ` `, `{"age":"%d"}`, `%d`, `{"age":%d}{}`, `{"name":"\u0000\n","age":%d}`}
	var b strings.Builder
	if random.IntN(3) == 0 {
		b.WriteString("\xef\xbb\xbf")
	}
	for range random.IntN(40) {
		kind := kinds[random.IntN(len(kinds))]
		if strings.Contains(kind, "%d") {
			kind = fmt.Sprintf(kind, random.IntN(1000))
		}
		b.WriteString(kind + "\n")
	}
	if random.IntN(2) == 0 {
		return strings.TrimSuffix(b.String(), "\n")
	}
	return b.String()
}

// backAndForth compares pages counted from the end with pages counted from the
// start.
func backAndForth(t *testing.T, contents ...string) {
	t.Helper()
	files := written(t, contents...)
	forth := openFiles(t, -1, files...)
	all := page(t, forth, 0, 1<<20)
	total := int64(len(all))
	back := openFiles(t, total, files...)
	back.slack = 1
	for row := total - 1; row >= 0; row-- {
		if got := page(t, back, row, 3); !reflect.DeepEqual(got, all[row:min(row+3, total)]) {
			t.Fatalf("%q: row %d of %d is %v, not %v", contents, row, total, got, all[row])
		}
		raw, file, line, err := back.Line(t.Context(), row)
		want, wantFile, wantLine, wantErr := forth.Line(t.Context(), row)
		if err != nil || wantErr != nil || !bytes.Equal(raw, want) || file != wantFile || line != wantLine {
			t.Fatalf("%q: row %d is %q in %s:%d, not %q in %s:%d: %v, %v", contents, row, raw, file, line, want, wantFile, wantLine, err, wantErr)
		}
	}
}

func TestRowsFromTheEndAreThoseFromTheStart(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 40 {
		contents := make([]string, random.IntN(4)+1)
		for i := range contents {
			contents[i] = strangeFile(random)
		}
		backAndForth(t, contents...)
	}
}

func FuzzBackward(f *testing.F) {
	f.Add("{}\n\n{\"age\":1}", "\xef\xbb\xbf{\"age\":2}\r\n{}{}\n")
	f.Add(numbered(0, 30), "")
	f.Fuzz(func(t *testing.T, a, b string) { backAndForth(t, a, b) })
}
