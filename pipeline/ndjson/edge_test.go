package ndjson

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
)

func TestLineThatIsTooLongIsSteppedOver(t *testing.T) {
	long := func(n int) string { return `{"s":"` + strings.Repeat("x", n) + `"}` + "\n" }
	const good = "{\"s\":\"a\"}\n"
	content := good + long(65) + good + good + long(5_000) + long(20_000) + good + long(64) + "\r\n" + good + long(10_000) + long(200_000) + good
	const want = "2:65: 73 bytes; 5:65: 4096 bytes; 6:65: 4096 bytes; 8:65: 72 bytes; 11:65: 4096 bytes; 12:65: 4096 bytes; "
	dir := t.TempDir()
	for _, f := range []File{file(t, dir, "a.json", content), file(t, dir, "a.gz", string(gzipped(t, []byte(content))))} {
		for _, block := range []int{1, 7, 64, 1000, 6000, blockSize} {
			s := NewScan([]File{f}, everyType[:1], Limits{Line: 64})
			s.block = block
			rows, report := read(t, s)
			got := ""
			for _, r := range report.Rejects {
				got += fmt.Sprintf("%d:%d: %d bytes; ", r.Line, r.Column, len(r.Raw))
			}
			if got != want || len(rows) != 6 {
				t.Errorf("%s in blocks of %d: %d rows, rejects %s", f.Name, block, len(rows), got)
			}
		}
	}
}

func TestMarkIsSkippedAtTheStartOfAFileOnly(t *testing.T) {
	const lines = 10_000
	content := strings.Repeat("\xef\xbb\xbf{\"s\":\"a\"}\n", lines)
	dir := t.TempDir()
	for _, f := range []File{file(t, dir, "a.json", content), file(t, dir, "a.gz", string(gzipped(t, []byte(content))))} {
		s := NewScan([]File{f}, everyType[:1], Limits{})
		s.block = 1000
		if rows, report := read(t, s); len(rows) != 1 || report.Rejected != lines-1 {
			t.Errorf("%s: %d rows, %d rejects", f.Name, len(rows), report.Rejected)
		}
	}
}

func TestStringOfAnEarlierBlockIsForgotten(t *testing.T) {
	var content, want strings.Builder
	size := 0
	for i := range 100 {
		size, _ = fmt.Fprintf(&content, "{\"s\":\"%020d\"}\n", i)
		fmt.Fprintf(&want, "[%020d]\n", i)
	}
	s := NewScan(files(t, content.String()), everyType[:1], Limits{})
	s.block = size
	if rows, _ := read(t, s); show(rows) != want.String() {
		t.Errorf("rows\n%s", show(rows))
	}
}

func TestEscapedStringIsNotMistakenForTheNext(t *testing.T) {
	content := `{"s":"\u0061bc","q":"\u0078yz"}` + "\n" + `{"s":"xyz","q":1}`
	if rows, _ := memory(t, content, everyType[:1], true); show(rows) != "[abc]\n[xyz]\n" {
		t.Errorf("rows %s", show(rows))
	}
}

func TestKeysThatDifferInOneByteAreDifferent(t *testing.T) {
	for _, pattern := range []string{"%d", "abc%d", "%dabcdefgh", "abcdefgh%d", "abcdefgh%dabcdefgh", "%[1]dabcdefghabcdefghabcdefgh"} {
		one, two := fmt.Sprintf(pattern, 1), fmt.Sprintf(pattern, 2)
		columns := []Column{{Name: one, Type: Int}, {Name: two, Type: Int}}
		var content strings.Builder
		for range 3 {
			fmt.Fprintf(&content, "{%q:1,%q:2}\n{%q:2,%q:1}\n{%q:2}\n{%q:1}\n{ %q:2 }\n", one, two, two, one, two, one, two)
		}
		want := strings.Repeat("[1 2]\n[1 2]\n[<nil> 2]\n[1 <nil>]\n[<nil> 2]\n", 3)
		if rows, rejects := memory(t, content.String(), columns, true); show(rows) != want {
			t.Errorf("%s: %v\n%s", pattern, rejects, show(rows))
		}
	}
}

func TestDoublesAreCorrectlyRounded(t *testing.T) {
	for text, want := range map[string]float64{
		"18446744073709551617":        18446744073709551617, // more than 64 bits
		"18446744073709551617.000":    18446744073709551617,
		"9007199254740993":            9007199254740992,
		"9007199254740993.0000000001": 9007199254740994,
		"0.1":                         0.1,
		"123456789012345.6789":        123456789012345.6789,
		"0.000000000000000000001":     1e-21,
		"1.7976931348623157e308":      1.7976931348623157e308,
		"4.9e-324":                    5e-324,
		"1e-999":                      0,
		"1E+2":                        100,
		"8.0":                         8,
	} {
		for _, line := range []string{`{"d":` + text + `}`, `{"d":-` + text + ` }`} {
			rows, rejects := memory(t, line, everyType, true)
			if len(rejects) > 0 {
				t.Errorf("%s: %v", line, rejects)
				continue
			}
			got, _ := rows[0][4].(float64)
			if strings.Contains(line, "-"+text) {
				got = -got
			}
			if got != want {
				t.Errorf("%s is read as %v, want %v", line, got, want)
			}
		}
	}
}

func TestRelocateLeavesNullsAlone(t *testing.T) {
	vectors := newVectors(1)
	put(&vectors[0], 0, "what an earlier batch has left")
	before := string(vectors[0].text(0))
	vectors[0].setNull(0)
	vectors[0].Heap = []byte("something")
	vectors[0].Relocate(1, 4096)
	if got := string(vectors[0].text(0)); got != before {
		t.Errorf("%q became %q", before, got)
	}
}

// stuckWriter blocks until it is released.
type stuckWriter struct{ free chan struct{} }

func (w stuckWriter) Write(p []byte) (int, error) {
	<-w.free
	return len(p), nil
}

func TestWriterKeepsNoMoreThanAFewBuffers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stuck := stuckWriter{make(chan struct{})}
		w := NewWriter(stuck, stepTrainer[:1])
		const threads, batches = 3, 300
		for range threads {
			go func() {
				vectors := newVectors(1)
				for row := range batchRows {
					put(&vectors[0], row, int64(row))
				}
				for range batches {
					if err := w.Write(vectors, batchRows); err != nil {
						t.Error(err)
					}
				}
			}()
		}
		synctest.Wait()
		if got := w.Rows(); got >= threads*batches*batchRows {
			t.Errorf("all %d rows were taken", got)
		}
		if len(w.full) > maxWaiting {
			t.Errorf("%d buffers wait", len(w.full))
		}
		close(stuck.free)
		synctest.Wait()
		if err := w.Close(); err != nil || w.Rows() != threads*batches*batchRows {
			t.Errorf("%d rows, %v", w.Rows(), err)
		}
	})
}
