package ndjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

var (
	errDeep   = errors.New("too deep")
	errTwice  = errors.New("the same key twice")
	wholeForm = regexp.MustCompile(`^-?(0|[1-9][0-9]*)$`)
)

// oracle reads a line of everyType with two other JSON readers, both of which
// must accept it, and applies the rules of this package to the result.
func oracle(line []byte) (row []any, err error) {
	if !utf8.Valid(line) || !json.Valid(line) {
		return nil, errors.New("not JSON")
	}
	if err := oracleKeys(line); err != nil {
		return nil, err
	}
	var object map[string]json.RawMessage
	if err := json.Unmarshal(line, &object); err != nil {
		return nil, err
	}
	if object == nil {
		return nil, errors.New("null")
	}
	row = make([]any, len(everyType))
	for i, c := range everyType {
		for key, raw := range object {
			if !sameFold(c.Name, []byte(key)) || string(raw) == "null" {
				continue
			}
			if row[i], err = oracleValue(c.Type, raw); err != nil {
				return nil, err
			}
		}
	}
	return row, nil
}

// oracleKeys walks a line's tokens and returns an error if the line is too deep
// or has a duplicate key.
func oracleKeys(line []byte) error {
	d := jsontext.NewDecoder(bytes.NewReader(line))
	var keys []map[string]bool
	for {
		kind, length := d.StackIndex(d.StackDepth())
		name := kind == '{' && length%2 == 0
		token, err := d.ReadToken()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch token.Kind() { //nolint:exhaustive // scalars need no check
		case '{', '[':
			if d.StackDepth() > 64 {
				return errDeep
			}
			keys = append(keys, map[string]bool{})
		case '}', ']':
			keys = keys[:len(keys)-1]
		case '"':
			if name {
				folded := strings.Map(func(r rune) rune {
					if r >= 'A' && r <= 'Z' {
						return r + 'a' - 'A'
					}
					return r
				}, token.String())
				if keys[len(keys)-1][folded] {
					return errTwice
				}
				keys[len(keys)-1][folded] = true
			}
		}
	}
}

func oracleValue(kind Type, raw []byte) (value any, err error) {
	switch kind { //nolint:exhaustive // the rest are integers
	case String:
		var s string
		err = json.Unmarshal(raw, &s)
		return s, err
	case Boolean:
		var b bool
		err = json.Unmarshal(raw, &b)
		return b, err
	case Double:
		var x float64
		err = json.Unmarshal(raw, &x)
		return x, err
	}
	return oracleInteger(kind, raw)
}

func oracleInteger(kind Type, raw []byte) (value any, err error) {
	if !wholeForm.Match(raw) {
		return nil, errors.New("not an integer")
	}
	if kind == Int {
		n, err := strconv.ParseInt(string(raw), 10, 32)
		return int32(n), err
	}
	return strconv.ParseInt(string(raw), 10, 64)
}

// equal compares values; it distinguishes zero from negative zero.
func equal(a, b any) bool {
	x, _ := a.(float64)
	y, _ := b.(float64)
	return fmt.Sprintf("%T", a) == fmt.Sprintf("%T", b) && a == b && math.Signbit(x) == math.Signbit(y)
}

func addLines(f *testing.F) {
	f.Helper()
	f.Add(`{"s":"a long string with \u00e9 and é","b":true,"i":-5,"l":1655564455341,"d":1.0}`)
	f.Add(` { "S" : "\ud83d\ude00" , "b":null, "i":2147483647,"l":-9223372036854775808,"d":12345678901234567e-3 } `)
	f.Add(`{"q":{"r":[1,2.5e-7,{"a":{}}],"s":"\"\\"},"d":0.30000000000000004,"x":[],"l":-0}`)
	f.Add(`{"d":1e-400,"i":0,"s":""}`)
	f.Add(`{"d":9007199254740993.0}`)
	f.Add("{\"s\":\"\\u0000\",\r\"b\":false}\r")
	for _, test := range badLines {
		if len(test.line) < 1000 {
			f.Add(test.line)
		}
	}
}

func FuzzLineAgreesWithOtherReaders(f *testing.F) {
	addLines(f)
	f.Fuzz(func(t *testing.T, line string) {
		if strings.Contains(line, "\n") || strings.Trim(line, " \t\r") == "" {
			return
		}
		want, err := oracle([]byte(line))
		rows, rejects := memory(t, line, everyType, true)
		if err != nil {
			if len(rows) != 0 || len(rejects) != 1 {
				t.Fatalf("%q: accepted, though %v", line, err)
			}
			return
		}
		if len(rows) != 1 {
			t.Fatalf("%q: %v", line, rejects)
		}
		for i, value := range rows[0] {
			if !equal(value, want[i]) {
				t.Errorf("%q: column %d is %v, want %v", line, i, value, want[i])
			}
		}
	})
}

func FuzzLearningChangesNothing(f *testing.F) {
	addLines(f)
	f.Add("{\"s\":\"a\",\"l\":1}\n{\"s\": \"a\",\"l\":1}\n{\"s\":\"b\",\"l\":1 }\n{\"l\":1}\n{}\n")
	f.Fuzz(func(t *testing.T, content string) {
		// Similar lines use the fast path.
		content = strings.Repeat(content+"\n", 3) + strings.ReplaceAll(content, ":", ": ") + "\n" + strings.ToUpper(content) + "\n" + content
		rows, rejects := memory(t, content, everyType, true)
		wantRows, wantRejects := memory(t, content, everyType, false)
		if got, want := show(rows), show(wantRows); got != want {
			t.Errorf("%q: rows\n%swant\n%s", content, got, want)
		}
		if got, want := fmt.Sprint(rejects), fmt.Sprint(wantRejects); got != want {
			t.Errorf("%q: rejects\n%s\nwant\n%s", content, got, want)
		}
	})
}

func FuzzBlockSizeChangesNothing(f *testing.F) {
	f.Add("{\"s\":\"a\"}\n{\"s\":\"b\",\"q\":1}\r\n\n{\"s\":5}\n{\"S\":\"c\"}", 7)
	f.Add("\xef\xbb\xbf{\"s\":\"a\"}\n", 1)
	f.Add("{\"s\":\"a\"}\n"+strings.Repeat(" ", 70)+"\n{}\n{\"s\":\""+strings.Repeat("x", 80)+"\"}", 16)
	f.Fuzz(func(t *testing.T, content string, block int) {
		if block < 1 || len(content) > 1<<12 {
			return
		}
		dir := t.TempDir()
		for _, name := range []string{"a.json", "a.gz"} {
			data := []byte(content)
			if name == "a.gz" {
				data = gzipped(t, data)
			}
			all := []File{file(t, dir, name, string(data))}
			whole := NewScan(all, everyType, Limits{Line: 64})
			wantRows, want := read(t, whole)
			parts := NewScan(all, everyType, Limits{Line: 64})
			parts.block = block
			rows, got := read(t, parts)
			want.Files[0].Hash, got.Files[0].Hash = Hash{}, Hash{} // the block size differs, so the hash differs
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%q in blocks of %d: %v\nwant %v", content, block, got, want)
			}
			if show(rows) != show(wantRows) {
				t.Errorf("%q in blocks of %d: rows\n%swant\n%s", content, block, show(rows), show(wantRows))
			}
		}
	})
}

func FuzzHashIsTheSameHoweverItIsTaken(f *testing.F) {
	f.Add([]byte("some bytes"), 3, 4)
	f.Add([]byte{}, 1, 1)
	f.Fuzz(func(t *testing.T, content []byte, block, chunk int) {
		if block < 1 || chunk < 1 {
			return
		}
		whole := newHasher(block)
		_, _ = whole.Write(content)
		chunks := newHasher(block)
		for rest := content; len(rest) > 0; rest = rest[min(chunk, len(rest)):] {
			_, _ = chunks.Write(rest[:min(chunk, len(rest))])
			chunks.Sum() // Sum must not change the state
		}
		if whole.Sum() != chunks.Sum() {
			t.Error("the hash depends on how the bytes are written")
		}
		path := filepath.Join(t.TempDir(), "a")
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		s := NewScan([]File{{Path: path, Name: "a", Size: int64(len(content))}}, everyType, Limits{})
		s.block = block
		if _, report := read(t, s); report.Files[0].Hash != whole.Sum() {
			t.Error("a scan has another hash")
		}
		fromFile, err := HashFile(t.Context(), path)
		standard := NewHasher()
		_, _ = standard.Write(content)
		if err != nil || fromFile != standard.Sum() {
			t.Errorf("HashFile has another hash (error %v)", err)
		}
	})
}

func FuzzFormIsToldOfAnyBytes(f *testing.F) {
	for _, test := range wrongShapes {
		f.Add([]byte(test.content))
	}
	for _, m := range magics {
		f.Add(append(make([]byte, m.at), m.bytes+"\x00\n{}"...))
	}
	f.Add([]byte("BZh91AY&SY\x00\x00"))
	f.Add([]byte("\x50\x2a\x4d\x18\x00\x00\x00\x00\x28\xb5\x2f\xfd"))
	f.Fuzz(func(t *testing.T, content []byte) {
		if len(content) > 1<<12 {
			return
		}
		all := files(t, string(content))
		rows, report := read(t, NewScan(all, everyType, Limits{}))
		whole := len(report.Rejects) == 1 && report.Rejects[0].Line == 0
		first, _, _ := bytes.Cut(content, []byte{'\n'})
		if _, err := oracle(first); err == nil && whole {
			t.Errorf("%q begins with a row and is rejected: %s", content, report.Rejects[0].Reason)
		}
		advice := report.Files[0].Advice
		if mostly := whole || report.Rejected > int64(len(rows)); mostly != (advice.What != "") {
			t.Errorf("%q: %d rows, %d rejects, advice %+v", content, len(rows), report.Rejected, advice)
		}
		if text := report.Repair(); strings.ContainsFunc(text, unicode.IsControl) || !utf8.ValidString(text) {
			t.Errorf("%q: %q cannot be printed", content, text)
		}
		if look, err := LookAt(t.Context(), all[0], Limits{}); err != nil || (look.Reject != "") != whole {
			t.Errorf("%q: LookAt says %q, %v, the scan %v", content, look.Reject, err, report.Rejects)
		}
	})
}
