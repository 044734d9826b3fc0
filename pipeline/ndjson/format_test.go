package ndjson

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// sensor is a table with a column of each kind that other formats write
// differently.
var sensor = []Column{
	{Name: "serial", Type: String}, {Name: "at", Type: Bigint}, {Name: "n", Type: Int}, {Name: "x", Type: Double}, {Name: "ok", Type: Boolean},
}

// sensorLines are the lines of sensor, and sensorRows the rows that they
// contain.
const (
	sensorLines = `{"serial":"a-1","at":1655564376361,"n":200,"x":0.5,"ok":true}` + "\n" +
		`{"serial":"é \"b\", {c}","at":1655564377361,"n":-1,"x":12.0,"ok":false}` + "\n" +
		`{"serial":"d","at":1655564378361,"n":0,"x":1e-3,"ok":null}` + "\n"
	sensorRows = "[a-1 1655564376361 200 0.5 true]\n[é \"b\", {c} 1655564377361 -1 12 false]\n[d 1655564378361 0 0.001 <nil>]\n"
)

// run runs a command in a directory. It skips the test if a tool is not
// installed.
func run(t *testing.T, dir, command string, input []byte, tools ...string) []byte {
	t.Helper()
	for _, tool := range tools {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(tool + " is not installed")
		}
	}
	var out, errs bytes.Buffer
	c := exec.CommandContext(t.Context(), "sh", "-c", command)
	c.Dir, c.Stdin, c.Stdout, c.Stderr = dir, bytes.NewReader(input), &out, &errs
	if err := c.Run(); err != nil {
		t.Fatalf("%s: %v\n%s", command, err, errs.String())
	}
	return out.Bytes()
}

// repaired follows the advice for a file at most three times. It returns the
// rows and the What of each advice.
func repaired(t *testing.T, dir, name string, columns []Column) (rows string, whats []string) {
	t.Helper()
	for range 3 {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		read, report := read(t, NewScan([]File{{Path: filepath.Join(dir, name), Name: name, Size: info.Size()}}, columns, Limits{}))
		advice := report.Files[0].Advice
		if len(report.Rejects) == 0 {
			return show(read), whats
		}
		whats = append(whats, advice.What)
		if advice.Command == "" || strings.Contains(advice.Command, "--max-rejects") {
			t.Fatalf("the advice for %v is %+v", report.Rejects, advice)
		}
		if repair := report.Repair(); !strings.Contains(repair, advice.Command) || !strings.Contains(repair, name) {
			t.Errorf("repair: %s", repair)
		}
		run(t, dir, advice.Command, nil)
		name = strings.TrimSuffix(name, ".xz")
	}
	t.Fatalf("three repairs are not enough: %q", whats)
	return "", nil
}

func TestCompressedFileIsReadOrTheCommandThatDecompressesItWorks(t *testing.T) {
	lines := []byte(strings.Repeat(sensorLines, 50))
	half := len(sensorLines) * 20
	skippable := func(size int) []byte {
		return append(binary.LittleEndian.AppendUint32([]byte("\x53\x2a\x4d\x18"), uint32(size)), make([]byte, size)...)
	}
	for _, test := range []struct {
		name, file string
		data       []byte
		command    string // creates the test data from the lines, with the tool
		tool       string // required by the test
		what       string // "" if the file is readable
	}{
		{"gzip with zeros after it", "a.gz", append(gzipped(t, lines), make([]byte, 1000)...), "", "", ""},
		{
			"gzip members with zeros after them", "a.gz",
			slices.Concat(gzipped(t, lines[:half]), gzipped(t, nil), gzipped(t, lines[half:]), []byte{0}), "", "", "",
		},
		{"zstd after a skippable frame", "a.zst", append(skippable(4), zstandard(t, lines)...), "", "", ""},
		{
			"zstd after several", "a",
			slices.Concat(skippable(100_000), skippable(0), zstandard(t, lines[:half]), skippable(3), zstandard(t, lines[half:]), skippable(9)), "", "", "",
		},
		{"pzstd", "a.json.zst", nil, "pzstd -q -p 2 -c", "pzstd", ""},
		{"bzip2", "a.json.bz2", nil, "bzip2 -c", "bzip2", ""},
		{"bzip2 streams", "a.json", nil, "cat > 1; head -n 7 1 | bzip2 -c; tail -n +8 1 | bzip2 -1c; rm 1", "bzip2", ""},
		{"bzip2 with zeros after it", "a.bz2", nil, "bzip2 -c; head -c 512 /dev/zero", "bzip2", ""},
		{"xz", "a.json", nil, "xz -c", "xz", "a file compressed with xz"},
		{"xz by name", "a.json.xz", nil, "xz -c", "xz", "a file compressed with xz"},
		{"lzma", "a.json", nil, "xz --format=lzma -c", "xz", "a file compressed with lzma"},
		{"lz4", "a.json", nil, "lz4 -c", "lz4", "a file compressed with lz4"},
		{"lz4 after a skippable frame", "a.json", nil, `printf 'S*M\030\003\000\000\000abc'; lz4 -c`, "lz4", "a file compressed with lz4"},
		{"old lz4", "a.json", nil, "lz4 -l -c", "lz4", "a file compressed with lz4"},
		{"zlib", "a.json", nil, "python3 -c 'import sys, zlib; sys.stdout.buffer.write(zlib.compress(sys.stdin.buffer.read()))'", "python3", "a file compressed with zlib"},
		{"gzip within gzip", "a.json.gz", gzipped(t, gzipped(t, lines)), "", "gzip", "a file compressed with gzip"},
		{"xz within gzip", "a", nil, "xz -c | gzip -c", "xz", "a file compressed with xz"},
		{"zip", "a.json", zipped(t, "a.json", lines), "", "unzip", "a zip archive"},
		{"tar", "a b.json", tarred(t, lines), "", "tar", "a tar archive"},
		{"tar within gzip", "a.tgz", gzipped(t, tarred(t, lines)), "", "tar", "a tar archive"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			data := test.data
			if test.tool != "" {
				data = append(data, run(t, "", test.command, lines, test.tool)...)
			}
			file(t, ".", test.file, string(data))
			rows, whats := repaired(t, ".", test.file, sensor)
			if rows != strings.Repeat(sensorRows, 50) {
				t.Errorf("rows\n%s", rows)
			}
			if got := strings.Join(whats, "; "); got != test.what {
				t.Errorf("the file is said to be %q, want %q", got, test.what)
			}
		})
	}
}

func zipped(t *testing.T, name string, content []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func tarred(t *testing.T, content []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	if err := w.WriteHeader(&tar.Header{Name: "data/a.json", Mode: 0o600, Size: int64(len(content))}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestDamagedTailIsNoEnd(t *testing.T) {
	lines := []byte(strings.Repeat(sensorLines, 50))
	bzip2 := run(t, "", "bzip2 -c", lines, "bzip2")
	gzip := gzipped(t, lines)
	flipped := bytes.Clone(bzip2)
	flipped[len(flipped)-3] ^= 1
	for _, test := range []struct {
		name   string
		data   []byte
		reason string
	}{
		{"cut.bz2", bzip2[:len(bzip2)-9], "a bzip2 file that is cut off; copy it again, then test it with: bzip2 -t cut.bz2"},
		{"crc.bz2", flipped, "a damaged bzip2 file; copy it again, then test it with: bzip2 -t crc.bz2"},
		{"tail.bz2", append(bytes.Clone(bzip2), "xy"...), "a damaged bzip2 file; copy it again, then test it with: bzip2 -t tail.bz2"},
		{"zeros.bz2", append(bytes.Clone(bzip2), "\x00\x00\x00x"...), "a damaged bzip2 file; copy it again, then test it with: bzip2 -t zeros.bz2"},
		{"zeros.gz", append(bytes.Clone(gzip), "\x00\x00\x00x"...), "a damaged gzip file; copy it again, then test it with: gzip -t zeros.gz"},
		{"second.gz", append(bytes.Clone(gzip), gzip[:6]...), "a gzip file that is cut off; copy it again, then test it with: gzip -t second.gz"},
		{"bomb.bz2", run(t, "", "head -c 9000000 /dev/zero | tr '\\0' ' ' | bzip2 -c", nil), "a bzip2 file that grows more than 200 times when decompressed"},
	} {
		rows, report := read(t, NewScan([]File{file(t, t.TempDir(), test.name, string(test.data))}, sensor, Limits{}))
		if len(rows) != 0 || len(report.Rejects) != 1 || report.Rejects[0].Reason != test.reason {
			t.Errorf("%s: %d rows, rejects %v", test.name, len(rows), report.Rejects)
		}
	}
}

func TestFormatIsNamedByItsMagic(t *testing.T) {
	noise := "\x00\x01\x02\n\xff\xfe{\n\x00"
	for _, test := range []struct{ content, reason string }{
		{"PAR1" + noise + "PAR1", `Parquet; convert it with: duckdb -c "COPY (FROM read_parquet('a.json')) TO 'a.json.new' (FORMAT json)" && mv a.json.new a.json`},
		{"ORC" + noise, "ORC; convert it with: orc-contents a.json"},
		{"Obj\x01" + noise, "Avro; convert it with: avro-tools tojson a.json"},
		{"SQLite format 3\x00" + noise, "an SQLite database; export a table of it with: sqlite3 -json a.json 'SELECT * FROM TABLE' | jq -c '.[]'"},
		{"PK\x03\x04" + noise, "a zip archive; convert it with: unzip -p a.json"},
		{"PK\x03\x04" + strings.Repeat("\x00", 26) + "[Content_Types].xml" + noise, "an Office document such as an Excel workbook; save the sheet as CSV, for example with: libreoffice --headless --convert-to csv a.json"},
		{"7z\xbc\xaf\x27\x1c" + noise, "a 7z archive; convert it with: 7z x -so a.json"},
		{"\xff\x06\x00\x00sNaPpY" + noise, "a file compressed with snappy; decompress it with: snzip -dc a.json"},
		{"\x00\x00\x00\x20\x00\x00\x00\x05\x20\x10abc", "a file compressed with Hadoop's snappy; decompress it with: snzip -t hadoop-snappy -dc a.json"},
		{"%PDF-1.7\n" + noise, "a PDF document; get the data as JSON lines"},
		{"{\\rtf1\\ansi\n{\\fonttbl}\n}", "an RTF document; save it as plain text"},
		{"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 5\n", "a Git LFS pointer instead of the file; fetch the file with: git lfs pull"},
		{"<!DOCTYPE html>\n<html>\n<body>Not found</body>\n</html>", "an HTML or XML page, perhaps an error page of a download; download the file again"},
		{"<?xml version=\"1.0\"?>\n<Error><Code>AccessDenied</Code></Error>", "an HTML or XML page, perhaps an error page of a download; download the file again"},
		{noise + "\x1f\x05\n\x11", "binary data; find out what it is with: file a.json"},
		{"\x80\x04\x95\x00\x01\n\x8c\x04user\x94", "binary data; find out what it is with: file a.json"},
	} {
		for _, zip := range []bool{false, true} {
			name, data := "a.json", test.content
			if zip {
				name, data = "a.json.gz", string(gzipped(t, []byte(data)))
			}
			rows, report := read(t, NewScan([]File{file(t, t.TempDir(), name, data)}, sensor, Limits{}))
			if len(rows) != 0 || len(report.Rejects) != 1 || report.Rejects[0].Line != 0 {
				t.Errorf("%q: %d rows, rejects %v", data, len(rows), report.Rejects)
				continue
			}
			got := report.Rejects[0].Reason
			if what, _, _ := strings.Cut(test.reason, ";"); zip && !strings.HasPrefix(got, what) || !zip && got != test.reason {
				t.Errorf("%q is %s, want %s", data, got, test.reason)
			}
		}
	}
}

func TestTextThatBeginsLikeAFormatIsText(t *testing.T) {
	for _, content := range []string{"ORCID,name\n", "BZh9 is a word\n", "x^2\n", "x\x01\n", "DUCK\n", "\x00\x00\x00\x00\n"} {
		if f, ok := formatOf([]byte(content)); ok {
			t.Errorf("%q is said to be %s", content, f.what)
		}
	}
}

func TestNameInACommandIsQuoted(t *testing.T) {
	for name, want := range map[string]string{
		"a/b-1.json":        "a/b-1.json",
		"-rf":               "./-rf",
		"a b.json":          "'a b.json'",
		"a'b;rm $HOME.json": `'a'\''b;rm $HOME.json'`,
		"a\x1b[2J.json":     "FILE",
		"a\n.json":          "FILE",
		"\xff.json":         "FILE",
		"\u202egnp.json":    "FILE",
		"é.json":            "'é.json'",
	} {
		if got := quote(name); got != want {
			t.Errorf("%q becomes %s, want %s", name, got, want)
		}
	}
	for name, want := range map[string]string{
		"a'b":    `duckdb -c "COPY (FROM read_parquet('a''b')) TO 'a''b.new' (FORMAT json)" && mv 'a'\''b'.new 'a'\''b'`,
		"a$(x)":  `duckdb -c 'COPY (FROM read_parquet('\''a$(x)'\'')) TO '\''a$(x).new'\'' (FORMAT json)' && mv 'a$(x)'.new 'a$(x)'`,
		"a\x1b[": `duckdb -c "COPY (FROM read_parquet('FILE')) TO 'FILE.new' (FORMAT json)" && mv FILE.new FILE`,
	} {
		if got := (form{what: "Parquet", query: "read_parquet"}).advice(name, plainFile).Command; got != want {
			t.Errorf("%q: %s, want %s", name, got, want)
		}
	}
}
