package ndjson

import (
	"bytes"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

func gzipped(tb testing.TB, data []byte) []byte {
	tb.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(data); err != nil {
		tb.Fatal(err)
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func zstandard(tb testing.TB, data []byte) []byte {
	tb.Helper()
	w, err := zstd.NewWriter(nil)
	if err != nil {
		tb.Fatal(err)
	}
	return w.EncodeAll(data, nil)
}

func TestCompressionIsDetectedByContent(t *testing.T) {
	content := "\xef\xbb\xbf{\"s\":\"a\"}\n\n{\"s\":5}\r\n" + strings.Repeat("{\"s\":\"a string of some length\"}\n", 100) + "{\"s\":6}"
	for _, test := range []struct {
		name, data, note string
	}{
		{"a.json", content, ""},
		{"a.gz", string(gzipped(t, []byte(content))), ""},
		{"a.json.zst", string(zstandard(t, []byte(content))), ""},
		{"two members.gz", string(gzipped(t, []byte(content[:50]))) + string(gzipped(t, []byte(content[50:]))), ""},
		{"a.json", string(gzipped(t, []byte(content))), "content that is compressed though the name does not say so in a.json"},
		{"b", string(zstandard(t, []byte(content))), "content that is compressed though the name does not say so in b"},
		{"a.gz", content, "content that is not compressed as the name says in a.gz"},
		{"a.gz", string(zstandard(t, []byte(content))), "content that is not compressed as the name says in a.gz"},
	} {
		f := file(t, t.TempDir(), test.name, test.data)
		for _, block := range []int{blockSize, 100} {
			s := NewScan([]File{f}, everyType[:1], Limits{})
			s.block = block
			rows, report := read(t, s)
			if len(rows) != 101 || len(report.Rejects) != 2 || report.Rejects[0].Line != 3 || report.Rejects[1].Line != 104 {
				t.Errorf("%s: %d rows, rejects %v", test.name, len(rows), report.Rejects)
			}
			if _, size := s.Progress(); size != f.Size || report.Bytes != f.Size {
				t.Errorf("%s: %d of %d bytes", test.name, size, f.Size)
			}
			if block == blockSize {
				if hash, err := HashFile(t.Context(), f.Path); err != nil || report.Files[0].Hash != hash {
					t.Errorf("%s: hash %v, want %v (%v)", test.name, report.Files[0].Hash, hash, err)
				}
			}
			if got := texts(report.Notes); got != test.note {
				t.Errorf("%s: notes %q, want %q", test.name, got, test.note)
			}
		}
	}
}

func texts(notes []Note) string {
	var all []string
	for _, n := range notes {
		all = append(all, n.Text)
	}
	return strings.Join(all, "; ")
}

func TestDamagedFileIsRejectedBeforeItsFirstRow(t *testing.T) {
	content := []byte(strings.Repeat("{\"s\":\"a\"}\n{\"s\":\"another one\"}\n", 20_000))
	zipped, packed := gzipped(t, content), zstandard(t, content)
	flipped := bytes.Clone(zipped)
	flipped[len(flipped)-6] ^= 1 // a byte of the checksum
	flippedZstd := bytes.Clone(packed)
	flippedZstd[len(flippedZstd)-1] ^= 1
	for _, test := range []struct {
		name   string
		data   []byte
		reason string
	}{
		{"cut.gz", zipped[:len(zipped)-9], "a gzip file that is cut off; copy it again, then test it with: gzip -t cut.gz"},
		{"header.gz", zipped[:5], "a gzip file that is cut off; copy it again, then test it with: gzip -t header.gz"},
		{"crc.gz", flipped, "a damaged gzip file; copy it again, then test it with: gzip -t crc.gz"},
		{"tail.gz", append(bytes.Clone(zipped), "garbage of some length"...), "a damaged gzip file; copy it again, then test it with: gzip -t tail.gz"},
		{"cut.zst", packed[:len(packed)-3], "a zstd file that is cut off; copy it again, then test it with: zstd -t cut.zst"},
		{"crc.zst", flippedZstd, "a damaged zstd file; copy it again, then test it with: zstd -t crc.zst"},
	} {
		f := file(t, t.TempDir(), test.name, string(test.data))
		s := NewScan([]File{f}, everyType[:1], Limits{Ratio: 100_000})
		rows, report := read(t, s)
		if len(rows) != 0 || len(report.Rejects) != 1 || report.Rejected != 0 || !report.Rejects[0].Whole() || !report.Rejects[0].Uncounted {
			t.Fatalf("%s: %d rows, rejects %v", test.name, len(rows), report.Rejects)
		}
		if got := report.Rejects[0].String(); got != test.name+": "+test.reason {
			t.Errorf("got %s, want %s", got, test.reason)
		}
		if hash, err := HashFile(t.Context(), f.Path); err != nil || report.Files[0].Hash != hash {
			t.Errorf("%s: hash %v, want %v (%v)", test.name, report.Files[0].Hash, hash, err)
		}
	}
}

func TestBombIsRejectedAndSmallFileIsNot(t *testing.T) {
	line := []byte("{\"s\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}\n")
	bomb := gzipped(t, bytes.Repeat(line, 400_000))
	small := gzipped(t, bytes.Repeat(line, 20_000))
	dir := t.TempDir()
	rows, report := read(t, NewScan([]File{
		file(t, dir, "bomb.gz", string(bomb)), file(t, dir, "small.gz", string(small)),
	}, everyType[:1], Limits{}))
	if len(rows) != 20_000 {
		t.Errorf("%d rows", len(rows))
	}
	const want = "bomb.gz: a gzip file that grows more than 200 times when decompressed"
	if len(report.Rejects) != 1 || report.Rejects[0].String() != want {
		t.Errorf("rejects %v", report.Rejects)
	}
}

func TestOtherFormIsRejectedWithTheCommandThatConvertsIt(t *testing.T) {
	utf16 := func(order string, s string) string {
		var b strings.Builder
		for _, c := range []byte(s) {
			if order == "LE" {
				b.Write([]byte{c, 0})
			} else {
				b.Write([]byte{0, c})
			}
		}
		return b.String()
	}
	const lines = "{\"s\":\"a\"}\n{\"s\":\"b\"}\n"
	big := strings.Repeat(" {\"s\":\"a\", \"l\": [1,\n2]},\n", 10_000)
	for _, test := range []struct {
		name, content, reason string
	}{
		{"utf16.json", "\xff\xfe" + utf16("LE", lines), "UTF-16 text; convert it with: iconv -f UTF-16 -t UTF-8 utf16.json"},
		{"utf16.json", "\xfe\xff" + utf16("BE", lines), "UTF-16 text; convert it with: iconv -f UTF-16 -t UTF-8 utf16.json"},
		{"utf16 le.json", utf16("LE", lines), "UTF-16 text; convert it with: iconv -f UTF-16LE -t UTF-8 'utf16 le.json'"},
		{"it's.json", utf16("BE", lines), `UTF-16 text; convert it with: iconv -f UTF-16BE -t UTF-8 'it'\''s.json'`},
		{"utf32.json", "\xff\xfe\x00\x00{\x00\x00\x00", "UTF-32 text; convert it with: iconv -f UTF-32 -t UTF-8 utf32.json"},
		{"array.json", `[{"s":"a"},{"s":"b"}]`, "a JSON array instead of one object on each line; convert it with: jq -c '.[]' array.json"},
		{"array.json", "[{\"s\":\"a\"}\n,{\"s\":\"b\"}]\n", "a JSON array instead of one object on each line; convert it with: jq -c '.[]' array.json"},
		{"array.json", "\n\xef\xbb\xbf"[1:] + "\n [\n" + big + "{}]", "a JSON array instead of one object on each line; convert it with: jq -c '.[]' array.json"},
		{"pretty.json", "{\n  \"s\": \"a\"\n}\n{\n  \"s\": \"b\"\n}\n", "objects that span lines instead of one on each line; convert it with: jq -c . pretty.json"},
		{"pretty.json", "{\"s\": \"a\",\r\n \"q\": [" + big + "1]}", "objects that span lines instead of one on each line; convert it with: jq -c . pretty.json"},
		{"cr.json", strings.ReplaceAll(lines, "\n", "\r"), `lines that end in a carriage return alone; convert it with: tr '\r' '\n' < cr.json`},
		{"cr.json", strings.ReplaceAll(lines, "\n", "\r\r") + "\n", `lines that end in a carriage return alone; convert it with: tr '\r' '\n' < cr.json`},
		{"cr.json", strings.Repeat(" ", 100_000) + strings.ReplaceAll(lines, "\n", "\r"), `lines that end in a carriage return alone; convert it with: tr '\r' '\n' < cr.json`},
		{"array.gz", string(gzipped(t, []byte("[\n{}]"))), "a JSON array instead of one object on each line; convert it with: gzip -dc array.gz | jq -c '.[]'"},
		{"cr.zst", string(zstandard(t, []byte("{}\r{}"))), `lines that end in a carriage return alone; convert it with: zstd -dc cr.zst | tr '\r' '\n'`},
	} {
		dir := t.TempDir()
		f := file(t, dir, test.name, test.content)
		s := NewScan([]File{f, file(t, dir, "good.json", lines)}, everyType[:1], Limits{})
		rows, report := read(t, s)
		if len(rows) != 2 || len(report.Rejects) != 1 || report.Files[0].Rejected != 0 || report.Files[0].Rows != 0 {
			t.Errorf("%s: %d rows, rejects %.200v", test.name, len(rows), report.Rejects)
			continue
		}
		if got := report.Rejects[0]; got.String() != test.name+": "+test.reason || got.Line != 0 || got.Raw != nil {
			t.Errorf("got %s, want %s", got, test.reason)
		}
		if hash, err := HashFile(t.Context(), f.Path); err != nil || report.Files[0].Hash != hash {
			t.Errorf("%s: hash %v, want %v (%v)", test.name, report.Files[0].Hash, hash, err)
		}
		if _, size := s.Progress(); size != s.Size() {
			t.Errorf("%s: %d of %d bytes", test.name, size, s.Size())
		}
	}
}

func TestFaultOfTheFirstLineDoesNotRejectTheFile(t *testing.T) {
	for _, first := range []string{
		`{"s":"a"`, `{"s":`, `{`, `{"s":"a",`, `{"s":"a`, `{"q":[1,`, `{"q":{"r":1}`, `[]`, `[1,2]`, `[INFO] CANARY`, `[1] x`, `null`, `{"s":"a"} {`, "}\r", `x`, "\x00",
	} {
		rows, report := read(t, NewScan(files(t, first+"\n{\"s\":\"b\"}\n{\"s\":\"c\"}\n"), everyType[:1], Limits{}))
		if len(rows) != 2 || len(report.Rejects) != 1 || report.Rejects[0].Line != 1 {
			t.Errorf("%q: %d rows, rejects %v", first, len(rows), report.Rejects)
		}
	}
}
