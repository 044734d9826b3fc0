package ndjson

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"
	"unsafe"

	"github.com/go-json-experiment/json/jsontext"
)

// put stores a value in a vector, as an engine does. The caller keeps the bytes
// of a long string alive.
func put(v *Vector, row int, value any) {
	switch value := value.(type) {
	case nil:
		v.setNull(row)
	case bool:
		v.setBoolean(row, value)
	case int32:
		v.setInt(row, value)
	case int64:
		v.setBigint(row, value)
	case float64:
		v.setDouble(row, value)
	case string:
		s := stringValue{length: uint32(len(value))}
		if len(value) <= inlined {
			copy((*[inlined]byte)(unsafe.Pointer(&s.prefix))[:], value)
		} else {
			copy(s.prefix[:], value)
			s.where = uint64(uintptr(unsafe.Pointer(unsafe.StringData(value))))
		}
		v.setString(row, s)
	}
}

func TestEncoderWritesWhatEveryReaderTakes(t *testing.T) {
	columns := []Column{
		{Name: "customerName"}, {Name: "B", Type: Boolean}, {Name: "i", Type: Int}, {Name: "timeStamp", Type: Bigint}, {Name: "X", Type: Double},
	}
	rows := []struct {
		values []any
		want   string
	}{
		{
			[]any{"a", true, int32(-5), int64(1655564455341), 1.0},
			`{"customername":"a","b":true,"i":-5,"timestamp":1655564455341,"x":1.0}`,
		},
		{
			[]any{nil, nil, nil, nil, nil},
			`{"customername":null,"b":null,"i":null,"timestamp":null,"x":null}`,
		},
		{
			[]any{"twelve bytes", false, int32(math.MinInt32), int64(math.MinInt64), math.Copysign(0, -1)},
			`{"customername":"twelve bytes","b":false,"i":-2147483648,"timestamp":-9223372036854775808,"x":-0.0}`,
		},
		{
			[]any{"a long string: \"\\\b\f\n\r\t\x00\x1f\x7f/é😀<>&", false, int32(0), int64(math.MaxInt64), 0.1},
			`{"customername":"a long string: \"\\\b\f\n\r\t\u0000\u001f` + "\x7f" + `/é😀<>&","b":false,"i":0,"timestamp":9223372036854775807,"x":0.1}`,
		},
	}
	vectors := newVectors(len(columns))
	want := "kept"
	for r, row := range rows {
		for i, value := range row.values {
			put(&vectors[i], r, value)
		}
		want += row.want + "\n"
	}
	got, err := NewEncoder(columns).Append([]byte("kept"), vectors, len(rows))
	if err != nil || string(got) != want {
		t.Errorf("error %v\n%s\nwant\n%s", err, got, want)
	}
}

func TestEncoderWritesDoublesThatReadBack(t *testing.T) {
	for x, want := range map[float64]string{
		1:                           "1.0",
		-1e14:                       "-100000000000000.0",
		999999999999999:             "999999999999999.0",
		1e15:                        "1000000000000000.0",
		9007199254740993:            "9007199254740992.0",
		1e16:                        "1e+16",
		-1.5e300:                    "-1.5e+300",
		0.00001:                     "0.00001",
		0.000009:                    "9e-06",
		0.30000000000000004:         "0.30000000000000004",
		123456.789:                  "123456.789",
		math.MaxFloat64:             "1.7976931348623157e+308",
		math.SmallestNonzeroFloat64: "5e-324",
	} {
		if got, err := appendDouble(nil, x); err != nil || string(got) != want {
			t.Errorf("%v is written as %s (%v), want %s", x, got, err, want)
		}
		rows, _ := memory(t, `{"d":`+want+`}`, everyType, true)
		if rows[0][4] != x {
			t.Errorf("%s is read as %v", want, rows[0][4])
		}
	}
}

func TestEncoderRefusesWhatJSONDoesNotHave(t *testing.T) {
	for _, test := range []struct {
		kind  Type
		value any
		want  string
	}{
		{Double, math.NaN(), "column CANARY: NaN cannot be written as JSON"},
		{Double, math.Inf(1), "column CANARY: an infinity cannot be written as JSON"},
		{Double, math.Inf(-1), "column CANARY: an infinity cannot be written as JSON"},
		{String, "\xff", "column CANARY: a string that is not UTF-8"},
		{String, "a longer string \xed\xa0\x80", "column CANARY: a string that is not UTF-8"},
		{String, "cut in the middle of a rune: \xf0\x9f", "column CANARY: a string that is not UTF-8"},
	} {
		vectors := newVectors(1)
		put(&vectors[0], 0, nil)
		put(&vectors[0], 1, test.value)
		columns := []Column{{Name: "CANARY", Type: test.kind}}
		got, err := NewEncoder(columns).Append([]byte("kept"), vectors, 2)
		if err == nil || err.Error() != test.want || string(got) != "kept" {
			t.Errorf("%q: error %v, output %q", test.value, err, got)
		}
		var out bytes.Buffer
		w := NewWriter(&out, columns)
		if err := w.Write(vectors, 2); err == nil {
			t.Errorf("%q is written", test.value)
		}
		if again, closed := w.Write(vectors, 1), w.Close(); again == nil || closed == nil || out.Len() > 0 || w.Rows() > 0 {
			t.Errorf("%q: then %v, at the end %v, output %q", test.value, again, closed, out.String())
		}
	}
}

func TestEncoderTakesVectorsWithoutNulls(t *testing.T) {
	vectors := newVectors(1)
	put(&vectors[0], 0, int64(7))
	vectors[0].Valid = nil
	got, err := NewEncoder([]Column{{Name: "n", Type: Bigint}}).Append(nil, vectors, 1)
	if err != nil || string(got) != "{\"n\":7}\n" {
		t.Errorf("%s, %v", got, err)
	}
}

// slowWriter fails the test on concurrent calls. It returns an error after a
// number of bytes.
type slowWriter struct {
	t     *testing.T
	mu    sync.Mutex
	out   bytes.Buffer
	limit int
}

func (w *slowWriter) Write(p []byte) (int, error) {
	if !w.mu.TryLock() {
		w.t.Error("two writes at once")
		return 0, nil
	}
	defer w.mu.Unlock()
	if w.limit > 0 && w.out.Len()+len(p) > w.limit {
		return 0, os.ErrDeadlineExceeded
	}
	return w.out.Write(p)
}

func TestWriterTakesRowsFromManyThreads(t *testing.T) {
	const threads, batches = 4, 60
	out := &slowWriter{t: t}
	w := NewWriter(out, stepTrainer)
	var group sync.WaitGroup
	for thread := range threads {
		group.Go(func() {
			vectors := newVectors(3)
			for batch := range batches {
				for row := range batchRows {
					put(&vectors[0], row, int64(thread))
					put(&vectors[1], row, "short")
					put(&vectors[2], row, int32(batch))
				}
				if err := w.Write(vectors, batchRows); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	if err := w.Flush(); err != nil {
		t.Error(err)
	}
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	if w.Rows() != threads*batches*batchRows || w.Bytes() != int64(out.out.Len()) {
		t.Errorf("%d rows, %d bytes of %d", w.Rows(), w.Bytes(), out.out.Len())
	}
	counts := map[string]int{}
	for line := range strings.Lines(out.out.String()) {
		counts[line]++
	}
	for thread := range threads {
		for batch := range batches {
			line := fmt.Sprintf("{\"sensorreadingtime\":%d,\"serialnumber\":\"short\",\"distancefromobject\":%d}\n", thread, batch)
			if counts[line] != batchRows {
				t.Fatalf("%d times %s", counts[line], line)
			}
		}
	}
	if len(counts) != threads*batches {
		t.Errorf("%d different lines", len(counts))
	}
	if err := w.Write(newVectors(3), 0); !errors.Is(err, ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
	if err := w.Close(); err != nil {
		t.Errorf("the second Close: %v", err)
	}
}

func TestWriterKeepsItsFirstError(t *testing.T) {
	out := &slowWriter{t: t, limit: writeSize * 3}
	w := NewWriter(out, stepTrainer[:1])
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			vectors := newVectors(1)
			for row := range batchRows {
				put(&vectors[0], row, int64(row))
			}
			for range 200 {
				if err := w.Write(vectors, batchRows); err != nil {
					if !errors.Is(err, os.ErrDeadlineExceeded) {
						t.Errorf("got %v", err)
					}
					return
				}
			}
			t.Error("no error")
		})
	}
	group.Wait()
	if err := w.Close(); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("Close: %v", err)
	}
	if w.Bytes() != int64(out.out.Len()) {
		t.Errorf("%d bytes, written were %d", w.Bytes(), out.out.Len())
	}
}

// shortWriter writes a part and returns no error.
type shortWriter struct{}

func (shortWriter) Write(p []byte) (int, error) { return len(p) - 1, nil }

func TestWriterNoticesAShortWrite(t *testing.T) {
	w := NewWriter(shortWriter{}, nil)
	if err := w.Write(nil, 1); err != nil {
		t.Error(err)
	}
	if err := w.Close(); err == nil {
		t.Error("no error")
	}
}

func FuzzWhatIsWrittenReadsBack(f *testing.F) {
	f.Add("a string of some length", true, int32(5), int64(-1), 1.5)
	f.Add("\x00\"\\é", false, int32(math.MinInt32), int64(math.MinInt64), 1e-7)
	f.Add("\xff", false, int32(0), int64(0), math.Inf(1))
	f.Fuzz(func(t *testing.T, s string, b bool, i int32, l int64, d float64) {
		want := []any{s, b, i, l, d}
		vectors := newVectors(5)
		for c, value := range want {
			put(&vectors[c], 0, value)
		}
		line, err := NewEncoder(everyType).Append(nil, vectors, 1)
		if valid := utf8.ValidString(s) && !math.IsNaN(d) && !math.IsInf(d, 0); valid != (err == nil) {
			t.Fatalf("%v: %v", want, err)
		}
		if err != nil {
			return
		}
		if !jsontext.Value(line).IsValid() {
			t.Errorf("not JSON: %s", line)
		}
		path := filepath.Join(t.TempDir(), "a")
		if err := os.WriteFile(path, line, 0o600); err != nil {
			t.Fatal(err)
		}
		rows, _ := read(t, NewScan([]File{{Path: path, Name: "a"}}, everyType, Limits{}))
		if len(rows) != 1 {
			t.Fatalf("%s is not read", line)
		}
		for c, value := range rows[0] {
			if !equal(value, want[c]) {
				t.Errorf("%s: column %d is %v, was %v", line, c, value, want[c])
			}
		}
	})
}

func TestRowThatIsTooLongIsAnErrorAndTheLongestIsReadBack(t *testing.T) {
	columns := []Column{{Name: "id", Type: Bigint}, {Name: "s"}, {Name: "gone"}}
	const around = len(`{"id":1,"s":"","gone":null}`)
	for _, unit := range []string{"x", "\x01", "é", `"`, "\u2028"} {
		one, err := appendString(nil, []byte(unit))
		if err != nil {
			t.Fatal(err)
		}
		fits := (1<<20 - around) / (len(one) - 2)
		vectors := newVectors(3)
		put(&vectors[0], 0, int64(1))
		put(&vectors[2], 0, nil)
		s := strings.Repeat(unit, fits)
		put(&vectors[1], 0, s)
		line, err := NewEncoder(columns).Append(nil, vectors, 1)
		if err != nil {
			t.Fatalf("%q: %v", unit, err)
		}
		rows, report := read(t, NewScan(files(t, string(line)), columns, Limits{}))
		if len(rows) != 1 || rows[0][1] != s {
			t.Errorf("%q: %d rows, %d rejects", unit, len(rows), report.Rejected)
		}
		s += unit
		put(&vectors[1], 0, s)
		out, err := NewEncoder(columns).Append([]byte("before"), vectors, 1)
		long, ok := errors.AsType[*LongRowError](err)
		if !ok || string(out) != "before" || long.Bytes <= 1<<20 || long.Limit != 1<<20 || long.Column != "s" || long.ColumnBytes != long.Bytes-around+2 {
			t.Errorf("%q: %+v, %v", unit, long, err)
		}
		runtime.KeepAlive(s)
	}
}

func TestLongestLineIsFound(t *testing.T) {
	dir := t.TempDir()
	all := []File{
		file(t, dir, "a.json", "{}\n{\"s\":1}\n{}"),
		file(t, dir, "b.gz", string(gzipped(t, []byte("{}\n\n{\"s\":\"aa\"}\n{\"s\":\"bb\"}\n")))),
		file(t, dir, "c.json", "PAR1, which no scan reads"),
		file(t, dir, "d.json", "{\"s\":\"a\"}"),
	}
	got, err := Longest(t.Context(), append(all[:2:2], all[3]), Limits{})
	if want := (LongestLine{"b.gz", 3, 10}); got != want || err != nil {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := Longest(t.Context(), all, Limits{}); err != nil {
		t.Error(err)
	}
}
