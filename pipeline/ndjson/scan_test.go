package ndjson

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
)

func TestReadAcceptsWhatJSONAllows(t *testing.T) {
	content := "\xef\xbb\xbf" + `{"s":"a","b":true,"i":-5,"l":1655564455341,"d":1.0}` + "\r\n" +
		"\n  \t\r\n" +
		` { "d" : 1e3 , "l":null, "s":"\u00e9\ud83d\ude00 longer than twelve \n","b":false} ` + "\n" +
		`{}` + "\n" +
		`{"s":"twelve bytes","i":-2147483648,"l":-9223372036854775808,"d":-0.0,"more":{"a":[1,{"b":null}],"c":"\""}}` + "\n" +
		`{"s":"","l":9223372036854775807,"d":2.2250738585072014e-308}`
	want := "[a true -5 1655564455341 1]\n" +
		"[é😀 longer than twelve \n false <nil> <nil> 1000]\n" +
		"[<nil> <nil> <nil> <nil> <nil>]\n" +
		"[twelve bytes <nil> -2147483648 -9223372036854775808 -0]\n" +
		"[ <nil> <nil> 9223372036854775807 2.2250738585072014e-308]\n"
	rows, report := read(t, NewScan(files(t, content), everyType, Limits{}))
	if got := show(rows); got != want {
		t.Errorf("rows:\n%swant:\n%s", got, want)
	}
	if report.Rejected != 0 || len(report.Rejects) != 0 {
		t.Errorf("rejects: %v", report.Rejects)
	}
}

func TestLineNumbersCountEveryLine(t *testing.T) {
	content := "\xef\xbb\xbf\r\n\n{\"s\":\"a\"}\r\n  \n\n {\"s\":5}\n{\"s\":\"b\"}\n\n{\"s\":6}"
	for _, block := range []int{blockSize, 1, 3, 10} {
		s := NewScan(files(t, content, "{\"s\":7}"), everyType[:1], Limits{})
		s.block = block
		_, report := read(t, s)
		got := fmt.Sprint(report.Rejects[0], "; ", report.Rejects[1], "; ", report.Rejects[2])
		const reason = "s: expected string, found number"
		if want := "a.json:6:7: " + reason + "; a.json:9:6: " + reason + "; b.json:1:6: " + reason; got != want {
			t.Errorf("blocks of %d: %s", block, got)
		}
	}
}

func TestFaultOfTheFirstLineCountsNoMark(t *testing.T) {
	_, report := read(t, NewScan(files(t, "\xef\xbb\xbf{\"s\":5}\n"), everyType[:1], Limits{}))
	if r := report.Rejects[0]; r.Line != 1 || r.Column != 6 || string(r.Raw) != `{"s":5}` {
		t.Errorf("got %s, raw %q", r, r.Raw)
	}
}

func TestEveryThreadGetsItsShare(t *testing.T) {
	var contents []string
	want := map[string]bool{}
	for i := range 20 {
		var b strings.Builder
		for j := range 500 * (i % 3) {
			id := fmt.Sprintf("row %d of file number %d", j, i)
			fmt.Fprintf(&b, "{\"s\":%q,\"l\":%d}\n", id, j)
			want[id] = true
			if j%100 == 0 {
				b.WriteString("{\"s\":1}\n")
			}
		}
		contents = append(contents, b.String())
	}
	all := files(t, contents...)
	all[7] = file(t, t.TempDir(), "h.gz", string(gzipped(t, []byte(contents[7]))))
	s := NewScan(all, everyType, Limits{})
	s.block = 1000
	defer s.Close()
	var mu sync.Mutex
	var threads sync.WaitGroup
	for range 4 {
		threads.Go(func() {
			c := s.Cursor()
			defer c.Close()
			rows, err := fillFrom(t.Context(), c)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			for _, row := range rows {
				id, _ := row[0].(string)
				if !want[id] {
					t.Errorf("%q came twice, or from nowhere", id)
				}
				delete(want, id)
			}
		})
	}
	threads.Wait()
	if len(want) > 0 {
		t.Errorf("%d rows are missing", len(want))
	}
	report, err := s.Report(t.Context())
	if err != nil || report.Rejected != 100-5 {
		t.Errorf("%d rejects, %v", report.Rejected, err)
	}
	if !slices.IsSortedFunc(report.Rejects, func(a, b Reject) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	}) {
		t.Error("rejects are not in order")
	}
	if len(s.opened) != 0 {
		t.Errorf("%d files are left open", len(s.opened))
	}
}

func TestDrainReadsWhatCursorsHaveLeft(t *testing.T) {
	lines := strings.Repeat("{\"s\":\"some text, longer than twelve\"}\n", 3000) + "{\"s\":1}\n"
	for _, block := range []int{blockSize, 500} {
		all := files(t, lines, lines)
		all = append(all, file(t, t.TempDir(), "c.gz", string(gzipped(t, []byte(lines)))))
		s := NewScan(all, everyType[:1], Limits{})
		s.block = block
		vectors := newVectors(1)
		var handed int64
		for range 4 { // goroutines that stop in the middle
			c := s.Cursor()
			n, err := c.Fill(t.Context(), vectors, 10)
			if err != nil {
				t.Fatal(err)
			}
			handed += int64(n)
			c.Close()
		}
		if _, err := s.Report(t.Context()); !errors.Is(err, ErrUnfinished) {
			t.Errorf("a report of a part: %v", err)
		}
		if err := s.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		report, err := s.Report(t.Context())
		if err != nil || report.Rows != 9000 || report.Rejected != 3 || handed != 40 {
			t.Errorf("%d rows, %d of them handed out, %d rejects, %v", report.Rows, handed, report.Rejected, err)
		}
		if rows, size := s.Progress(); rows != 9000 || size != s.Size() {
			t.Errorf("progress: %d rows, %d bytes of %d", rows, size, s.Size())
		}
	}
}

func TestUnwantedColumnIsStillValidated(t *testing.T) {
	s := NewScan(files(t, "{\"s\":\"a string of some length\",\"l\":1}\n{\"s\":\"b\",\"l\":1.5}\n{\"l\":2}"), everyType, Limits{})
	vectors := newVectors(5)
	for i := range vectors {
		if everyType[i].Name != "s" {
			vectors[i] = Vector{}
		}
	}
	c := s.Cursor()
	n, err := c.Fill(t.Context(), vectors, batchRows)
	if n != 2 || err != nil {
		t.Fatal(n, err)
	}
	relocated := relocate(vectors, n)
	if got := cell(&vectors[0], String, 0); got != "a string of some length" {
		t.Errorf("got %v of %q", got, relocated)
	}
	if got := cell(&vectors[0], String, 1); got != nil {
		t.Errorf("got %v", got)
	}
	if len(s.rejects) != 1 {
		t.Errorf("rejects %v", s.rejects)
	}
}

func TestManySmallFilesAreOpenedOneByOne(t *testing.T) {
	dir := t.TempDir()
	var all []File
	for i := range 1000 {
		all = append(all, file(t, dir, fmt.Sprintf("%d.json", i), "{\"s\":\"a\"}\n"))
	}
	s := NewScan(all, everyType[:1], Limits{})
	c := s.Cursor()
	vectors := newVectors(1)
	total := 0
	for {
		n, err := c.Fill(t.Context(), vectors, 7)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			break
		}
		if total += n; len(s.opened) > 1 {
			t.Fatalf("%d files are open", len(s.opened))
		}
	}
	if total != 1000 || len(s.opened) != 0 {
		t.Errorf("%d rows, %d files open at the end", total, len(s.opened))
	}
}

func TestBlocksAreOneForEachMegabyteOrFile(t *testing.T) {
	s := NewScan([]File{{Size: 0}, {Size: 1}, {Size: 3<<20 + 1}}, nil, Limits{})
	if s.Blocks() != 6 || s.Size() != 3<<20+2 {
		t.Errorf("%d blocks, %d bytes", s.Blocks(), s.Size())
	}
}

func TestNothingIsAllocatedForARow(t *testing.T) {
	line := `{"s":"a string of some length","b":true,"i":1,"l":1655564455341,"d":0.123456789012345678901234567890123e1}` + "\n" +
		`{"S":"é\n","q":{"a":[1,2,{"b":"c"}]},"r":null,"d":1e5,"b":null}` + "\n"
	for _, learn := range []bool{true, false} {
		content := []byte(strings.Repeat(line, 500))
		end := len(content)
		content = append(content, make([]byte, padding)...)
		p := newParser(everyType, Limits{}.withDefaults())
		p.learn = learn
		vectors := newVectors(len(everyType))
		allocations := testing.AllocsPerRun(20, func() {
			p.begin(vectors)
			if _, rows, ok := p.lines(content, 0, end, 0, batchRows); !ok || rows != 1000 {
				t.Error(rows, p.fault)
			}
		})
		if allocations > 0 {
			t.Errorf("learning %v: %v allocations in 1000 rows", learn, allocations)
		}
	}
}

func TestHugeLineTakesLittleMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("it writes 100 MB")
	}
	dir := t.TempDir()
	content := append(bytes.Repeat([]byte("a"), 100<<20), "\"}\n{\"s\":\"b\"}\n"...)
	copy(content, `{"s":"`)
	plain := file(t, dir, "plain.json", string(content))
	zipped := file(t, dir, "zipped.gz", string(gzipped(t, content)))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	rows, report := read(t, NewScan([]File{plain, zipped}, everyType[:1], Limits{Ratio: 10_000}))
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > 20<<20 {
		t.Errorf("%d MiB were allocated", got>>20)
	}
	if len(rows) != 2 || len(report.Rejects) != 2 || report.Rejects[0].Line != 1 || report.Rejects[1].Line != 1 {
		t.Fatalf("%d rows, %d rejects", len(rows), len(report.Rejects))
	}
	for _, r := range report.Rejects {
		if r.Reason != "a line longer than 1048576 bytes" || len(r.Raw) != keptOfLong {
			t.Errorf("%s, %d bytes kept", r, len(r.Raw))
		}
	}
}

func TestRealLakeIsReadWhole(t *testing.T) {
	for table, want := range map[string]struct {
		columns []Column
		rows    int
	}{
		"customer":      {customer, 956},
		"accelerometer": {accelerometer, 81_273},
		"step_trainer":  {stepTrainer, 28_680},
	} {
		var all []File
		for _, path := range realFiles(t, table) {
			all = append(all, File{Path: path, Name: path})
		}
		if len(all) == 0 {
			t.Skip("the real lake is not here")
		}
		s := NewScan(all, want.columns, Limits{})
		s.block = 100_000
		rows, report := read(t, s)
		if len(rows) != want.rows || report.Rejected != 0 || len(report.MissingKeys) != 0 {
			t.Errorf("%s: %d rows, %d rejects", table, len(rows), report.Rejected)
		}
		s = NewScan(all, want.columns, Limits{})
		s.learn = false
		if slow, _ := read(t, s); show(slow) != show(rows) {
			t.Errorf("%s: the general path reads other rows", table)
		}
	}
}
