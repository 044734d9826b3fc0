package sample

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"stedi/pipeline/ndjson"
)

var readerColumns = map[string][]ndjson.Column{
	"customer": {
		{Name: "customerName"},
		{Name: "email", Key: true},
		{Name: "phone"},
		{Name: "birthDay"},
		{Name: "serialNumber", Key: true},
		{Name: "registrationDate", Type: ndjson.Bigint},
		{Name: "lastUpdateDate", Type: ndjson.Bigint},
		{Name: "shareWithResearchAsOfDate", Type: ndjson.Bigint},
		{Name: "shareWithPublicAsOfDate", Type: ndjson.Bigint},
		{Name: "shareWithFriendsAsOfDate", Type: ndjson.Bigint},
	},
	"accelerometer": {
		{Name: "user", Key: true},
		{Name: "timestamp", Type: ndjson.Bigint, Key: true},
		{Name: "x", Type: ndjson.Double},
		{Name: "y", Type: ndjson.Double},
		{Name: "z", Type: ndjson.Double},
	},
	"step_trainer": {
		{Name: "sensorReadingTime", Type: ndjson.Bigint, Key: true},
		{Name: "serialNumber", Key: true},
		{Name: "distanceFromObject", Type: ndjson.Int},
	},
}

// strictly reads a table with this program's reader.
func strictly(t *testing.T, dir, table string) ndjson.Report {
	t.Helper()
	var files []ndjson.File
	for _, name := range dataFiles(t, dir, table+"/landing") {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, ndjson.File{Path: filepath.Join(dir, name), Name: name, Size: info.Size()})
	}
	scan := ndjson.NewScan(files, readerColumns[table], ndjson.Limits{})
	defer scan.Close()
	if err := scan.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	report, err := scan.Report(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// reasons are parts of the reader's reasons for each fault.
var reasons = map[Fault]string{
	Truncated:        "the line ends inside",
	DuplicateKey:     "the same key twice",
	DuplicateKeyCase: "the same key twice",
	StringForNumber:  "found string",
	Fraction:         "found fraction or exponent",
	Boolean:          "found boolean",
	NestedValue:      "found object",
	NaN:              "NaN and Infinity are not JSON",
	TrailingComma:    "a comma before the closing brace",
	TwoObjects:       "two objects on one line",
	InvalidUTF8:      "UTF-8",
	OutOfRange:       "out of the range of",
	NoObject:         "expected object, found single value",
	TooLong:          "a line longer than",
}

func TestStrictReaderRejectsWhatTheManifestSays(t *testing.T) {
	tests := []Options{
		{Scale: 1},
		{Scale: 1, Rejects: 1},
		{Scale: 1, Rejects: 2},
		{Scale: 2, Rejects: 13},
		{Scale: 2, Rejects: 14},
		{Scale: 1, Rejects: 200, Seed: 3},
		{Scale: 3, DirtyFiles: true},
		{Scale: 4, Rejects: 300, Seed: 9, DirtyRows: true},
		{Scale: 40, Rejects: 400, Seed: 5, DirtyRows: true, DirtyFiles: true},
		{Scale: 1, Rejects: 1_000, Seed: 8, DirtyFiles: true},
	}
	for _, options := range tests {
		dir := t.TempDir()
		m := mustWrite(t, dir, options, small)
		if len(m.Rejects) != options.Rejects {
			t.Errorf("%+v: %d rejects", options, len(m.Rejects))
		}
		kinds := map[Fault]int{}
		rest := m.Rejects
		for i, table := range landing {
			report := strictly(t, dir, table)
			if report.Rows != m.Tables[i].Rows || len(report.Files) != m.Tables[i].Files || report.Bytes != m.Tables[i].Bytes {
				t.Errorf("%+v\n got %d rows, %d files, %d bytes\nwant %+v", options, report.Rows, len(report.Files), report.Bytes, m.Tables[i])
			}
			if want := (options.Rejects + 2 - i) / 3; len(report.Rejects) != want || len(report.MissingKeys) > 0 {
				t.Fatalf("%+v, %s: %d rejects, want %d, the first %v; missing %v", options, table, len(report.Rejects), want, report.Rejects[:min(1, len(report.Rejects))], report.MissingKeys)
			}
			bad := map[string]ndjson.Reject{} // the reader sorts by name, the generator by time of creation
			for _, r := range report.Rejects {
				bad[Reject{r.File, r.Line, ""}.String()] = r
			}
			for _, want := range rest[:len(report.Rejects)] {
				kinds[want.Kind]++
				got, ok := bad[Reject{want.File, want.Line, ""}.String()]
				if !ok || !strings.Contains(got.Reason, reasons[want.Kind]) {
					t.Fatalf("%+v: got %q, want %v", options, got, want)
				}
			}
			rest = rest[len(report.Rejects):]
		}
		if n := len(kinds); n != min(options.Rejects, len(faults)+1) || kinds[TooLong] > 1 {
			t.Errorf("%+v: kinds %v", options, kinds)
		}
	}
}

func (r Reject) String() string {
	b, err := json.Marshal(r)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

func TestRejectsAreSpread(t *testing.T) {
	dir := t.TempDir()
	m := mustWrite(t, dir, Options{Scale: 10, Rejects: 39, DirtyFiles: true}, small)
	files, pairs := map[string]bool{}, map[string]bool{}
	for _, r := range m.Rejects {
		files[r.File] = true
		pairs[strings.Split(r.File, "/")[0]+string(r.Kind)] = true
	}
	if len(files) < 25 || len(pairs) != 39 {
		t.Errorf("rejects are in %d files, in %d pairs of table and kind", len(files), len(pairs))
	}
}

func TestDirtyFilesHoldTheSameRows(t *testing.T) {
	clean, dirty := t.TempDir(), t.TempDir()
	a := mustWrite(t, clean, Options{Scale: 3, Seed: 4}, small)
	b := mustWrite(t, dirty, Options{Scale: 3, Seed: 4, DirtyFiles: true}, small)
	if !reflect.DeepEqual(a.Expected, b.Expected) || b.Dirt != nil || b.Rejects != nil {
		t.Errorf("manifest %+v", b)
	}
	if got := expectedOf(readLake(t, dirty), noRule); !reflect.DeepEqual(got, a.Expected) {
		t.Errorf("counts\n got %v\nwant %v", got, a.Expected)
	}
	for _, table := range landing {
		want, got := lines(t, clean, table), lines(t, dirty, table)
		if !slices.EqualFunc(want, got, strings.EqualFold) {
			t.Errorf("%s: other rows, or in another order", table)
		}
	}
}

// TestOddFilesAreOdd checks the bytes of each file of the manifest.
func TestOddFilesAreOdd(t *testing.T) {
	for _, scale := range []int{1, 20} {
		dir := t.TempDir()
		m := mustWrite(t, dir, Options{Scale: scale, Seed: 2, DirtyRows: true, DirtyFiles: true}, small)
		forms := map[string]map[Form]int{}
		odd := map[string]bool{}
		for _, file := range m.OddFiles {
			raw, err := os.ReadFile(filepath.Join(dir, file.File))
			if err != nil {
				t.Fatal(err)
			}
			if !isOdd(file, raw, content(t, filepath.Join(dir, file.File))) {
				t.Errorf("%s is not %s: %.200q", file.File, file.Form, raw)
			}
			table, _, _ := strings.Cut(file.File, "/")
			if forms[table] == nil {
				forms[table] = map[Form]int{}
			}
			forms[table][file.Form]++
			odd[file.File] = true
		}
		for _, table := range landing {
			for _, form := range append(oddForms[1:], Empty, Hidden) {
				if forms[table][form] == 0 {
					t.Errorf("%s: no file is %s", table, form)
				}
			}
		}
		all := digests(t, dir)
		plainFiles := 0
		for name := range all {
			if odd[name] {
				continue
			}
			plainFiles++
			if !isPlain(name, content(t, filepath.Join(dir, name))) {
				t.Errorf("%s is odd", name)
			}
		}
		if len(all) != plainFiles+len(m.OddFiles) || plainFiles < 3 {
			t.Errorf("%d files, %d plain, %d odd", len(all), plainFiles, len(m.OddFiles))
		}
	}
}

func isPlain(name string, text []byte) bool {
	return path.Base(path.Dir(name)) == "landing" && path.Ext(name) == ".json" && bytes.HasPrefix(text, []byte("{")) &&
		bytes.HasSuffix(text, []byte("}\n")) && !bytes.Contains(text, []byte("\r")) && !bytes.Contains(text, []byte("\n\n")) &&
		!oddKey.Match(text)
}

// oddKey matches a key that begins with a capital, or should.
var oddKey = regexp.MustCompile(`"([A-Z]\w*|customername|serialnumber|registrationdate|sensorreadingtime)":`)

func isOdd(file OddFile, raw, text []byte) bool {
	zipped := bytes.HasPrefix(raw, []byte{0x1f, 0x8b})
	switch file.Form {
	case KeyCase:
		return oddKey.Match(text)
	case BOM:
		return bytes.HasPrefix(raw, []byte("\xef\xbb\xbf{"))
	case CRLF:
		return bytes.Count(text, []byte("}\r\n")) == bytes.Count(text, []byte("\n"))
	case BlankLines:
		return bytes.HasPrefix(text, []byte("\n")) && bytes.Contains(text, []byte("\n \t\n"))
	case NoFinalNewline:
		return bytes.HasSuffix(raw, []byte("}"))
	case GzipAsJSON:
		return zipped && path.Ext(file.File) == ".json"
	case Gzip:
		return zipped && path.Ext(file.File) == ".gz"
	case PlainAsGzip:
		return raw[0] == '{' && path.Ext(file.File) == ".gz"
	case Nested:
		return strings.Contains(file.File, "/landing/2023/06/")
	case Empty:
		return len(raw) == 0 && path.Base(file.File)[0] != '_'
	case Hidden:
		name := strings.SplitN(file.File, "/", 3)[2]
		return name[0] == '_' || name[0] == '.'
	default:
		return false
	}
}

func TestDirtIsDeterministic(t *testing.T) {
	one, again, other := t.TempDir(), t.TempDir(), t.TempDir()
	options := Options{Scale: 3, Seed: 11, DirtyRows: true, DirtyFiles: true, Rejects: 60}
	a := mustWrite(t, one, options, small)
	b := mustWrite(t, again, options, small)
	options.Seed++
	mustWrite(t, other, options, small)
	first := digests(t, one)
	if !reflect.DeepEqual(first, digests(t, again)) || !reflect.DeepEqual(a, b) {
		t.Error("the same options gave different bytes")
	}
	without := map[string]bool{}
	for _, file := range a.OddFiles {
		without[file.File] = file.Form == Empty || file.Form == Hidden
	}
	for name, sum := range digests(t, other) {
		if first[name] == sum && !without[name] {
			t.Errorf("%s is the same with another seed", name)
		}
	}
}

func TestManifestReadsAsItWasWritten(t *testing.T) {
	options := Options{Scale: 1, Seed: 3, DirtyRows: true, DirtyFiles: true, Rejects: 5}
	want := mustWrite(t, t.TempDir(), options, small)
	b, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got Manifest
	if err := json.Unmarshal(b, &got); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v\n got %+v\nwant %+v", err, got, want)
	}
	var keys map[string]any
	if err := json.Unmarshal(b, &keys); err != nil || keys["dirty_rows"] != true || keys["dirty_files"] != true {
		t.Errorf("%v, %s", err, b)
	}
}

func TestRejectsOutOfRangeAreRefused(t *testing.T) {
	for _, rejects := range []int{-1, MaxRejects + 1} {
		dir := filepath.Join(t.TempDir(), "lake")
		if _, err := Write(t.Context(), dir, Options{Scale: 1, Rejects: rejects}); err == nil {
			t.Errorf("%d rejects: no error", rejects)
		}
		if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%d rejects: %v", rejects, err)
		}
	}
}

func TestLastLineEndIsLeftOutAfterAFullBuffer(t *testing.T) {
	dir := t.TempDir()
	w := newOutput(dir, small, Options{Scale: 1, DirtyFiles: true}).customer()
	w.forms, w.perFile = []Form{NoFinalNewline}, 10
	w.begin()
	row := `{"email": "` + strings.Repeat("a", flushSize) + `"}`
	for range 2 {
		if err := w.text(row).text("\n").endRow(); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.closeFile(); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(dir, w.table.Path, "customer-00001.json"))
	if err != nil || string(got) != row+"\n"+row || w.table.Bytes != int64(len(got)) {
		t.Errorf("%d bytes, %v, want %d", len(got), err, 2*len(row)+1)
	}
}
