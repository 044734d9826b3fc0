package ndjson

import (
	"bytes"
	"encoding/binary"
)

// magic is a byte sequence that identifies a file format.
type magic struct {
	bytes string
	at    int // offset in the file
	form  form
}

// magics lists the formats that are detected but not read. If two match, the
// first one wins.
var magics = []magic{
	{"version https://git-lfs.github.com/spec/", 0, form{what: "a Git LFS pointer instead of the file", do: "fetch the file", own: "git lfs pull"}},
	{"/annex/objects/", 0, form{what: "a git-annex pointer instead of the file", do: "fetch the file", own: "git annex get {}"}},
	{"\xfd7zXZ\x00", 0, packed("xz", "xz", ".xz")},
	{"LZIP\x01", 0, packed("lzip", "lzip", ".lz")},
	{"\x5d\x00\x00", 0, packed("lzma", "xz --format=lzma", ".lzma")},
	{"\x04\x22\x4d\x18", 0, packed("lz4", "lz4", ".lz4")},
	{"\x02\x21\x4c\x18", 0, packed("lz4", "lz4", ".lz4")},
	{"\x89LZO\x00\r\n\x1a\n", 0, packed("lzop", "lzop", ".lzo")},
	{"\x1f\x9d", 0, packed("compress", "gzip", ".Z")},
	{"\xff\x06\x00\x00sNaPpY", 0, packed("snappy", "snzip", ".sz")},
	{"\xff\x06\x00\x00S2sTwO", 0, packed("s2", "s2d", ".s2")},
	{"\x1f\x8b", 0, packed("gzip", "gzip", ".gz")}, // gzip inside gzip
	{"\x28\xb5\x2f\xfd", 0, packed("zstd", "zstd", ".zst")},
	{"BZh", 0, packed("bzip2", "bzip2", ".bz2")},
	{"[Content_Types].xml", 30, form{
		what: "an Office document such as an Excel workbook", do: "save the sheet as CSV, for example",
		own: "libreoffice --headless --convert-to csv {}",
	}},
	{"PK\x03\x04", 0, form{what: "a zip archive", filter: "unzip -p", whole: true}},
	{"PK\x05\x06", 0, form{what: "an empty zip archive", do: "copy the file again"}},
	{"7z\xbc\xaf\x27\x1c", 0, form{what: "a 7z archive", filter: "7z x -so", whole: true}},
	{"Rar!\x1a\x07", 0, form{what: "a RAR archive", filter: "unrar p -inul", whole: true}},
	{"ustar", 257, form{what: "a tar archive", filter: "tar -xOf -", stdin: true}},
	{"PAR1", 0, form{what: "Parquet", query: "read_parquet"}},
	{"PARE", 0, form{what: "encrypted Parquet", do: "decrypt it and export it as JSON lines"}},
	{"Obj\x01", 0, form{what: "Avro", filter: "avro-tools tojson", whole: true}},
	{"SQLite format 3\x00", 0, form{what: "an SQLite database", do: "export a table of it", own: `sqlite3 -json {} 'SELECT * FROM TABLE' | jq -c '.[]'`}},
	{"DUCK", 8, form{what: "a DuckDB database", do: "export a table of it", own: `duckdb {} -json -c 'FROM TABLE' | jq -c '.[]'`}},
	{"ARROW1\x00\x00", 0, form{what: "Arrow or Feather", do: "export it as JSON lines"}},
	{"FEA1", 0, form{what: "Feather", do: "export it as JSON lines"}},
	{"SEQ\x06", 0, form{what: "a Hadoop sequence file", do: "export it as JSON lines"}},
	{"RCF\x01", 0, form{what: "RCFile", do: "export it as JSON lines"}},
	{"\x89HDF\r\n\x1a\n", 0, form{what: "HDF5", do: "export it as JSON lines"}},
	{"\x93NUMPY", 0, form{what: "a NumPy array", do: "export it as JSON lines"}},
	{"bplist00", 0, form{what: "a binary property list", do: "export it as JSON lines"}},
	{"%PDF-", 0, form{what: "a PDF document", do: "get the data as JSON lines"}},
	{`{\rtf`, 0, form{what: "an RTF document", do: "save it as plain text"}},
	{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0, form{
		what: "an old Office document such as an Excel workbook", do: "save the sheet as CSV, for example",
		own: "libreoffice --headless --convert-to csv {}",
	}},
	{"\x89PNG\r\n\x1a\n", 0, form{what: "a PNG image", do: "get the data as JSON lines"}},
	{"\xff\xd8\xff", 0, form{what: "a JPEG image", do: "get the data as JSON lines"}},
	{"-----BEGIN PGP MESSAGE", 0, form{what: "a PGP message", filter: "gpg -d", stdin: true, do: "decrypt it"}},
	{"age-encryption.org/", 0, form{what: "a file encrypted with age", filter: "age -d", stdin: true, do: "decrypt it"}},
	{"\x00\x05\x16\x07", 0, form{what: "an AppleDouble file, which macOS leaves beside the real one", do: "delete it", own: "rm {}"}},
}

// packed returns the form for a compressed file that is not supported, and for
// the tool that decompresses it.
func packed(name, tool, suffix string) form {
	return form{what: "a file compressed with " + name, do: "decompress it", filter: tool + " -dc", suffix: suffix}
}

// formatOf detects a format by its magic bytes.
func formatOf(b []byte) (form, bool) {
	for _, m := range magics {
		if len(b) >= m.at && bytes.HasPrefix(b[m.at:], []byte(m.bytes)) && (m.bytes != "BZh" || isBzip2(b)) {
			return m.form, true
		}
	}
	switch {
	case bytes.HasPrefix(b, []byte("ORC")) && binaryLine(b[:min(len(b), 512)]):
		return form{what: "ORC", filter: "orc-contents", whole: true}, true
	case isZlib(b):
		return form{
			what: "a file compressed with zlib", do: "decompress it", stdin: true,
			filter: `python3 -c 'import sys, zlib; sys.stdout.buffer.write(zlib.decompress(sys.stdin.buffer.read()))'`,
		}, true
	case isHadoopSnappy(b):
		return form{what: "a file compressed with Hadoop's snappy", do: "decompress it", filter: "snzip -t hadoop-snappy -dc"}, true
	}
	return form{}, false
}

// isBzip2 distinguishes bzip2 from text with the same first bytes.
func isBzip2(b []byte) bool {
	return len(b) >= 10 && string(b[:3]) == "BZh" && b[3]-'1' < 9 &&
		(string(b[4:10]) == "\x31\x41\x59\x26\x53\x59" || string(b[4:10]) == "\x17\x72\x45\x38\x50\x90")
}

// isZlib detects a zlib header, whose second byte is not text.
func isZlib(b []byte) bool {
	return len(b) >= 8 && b[0] == 0x78 && (b[1] == 0x01 || b[1] == 0x9c || b[1] == 0xda) && binaryLine(b[:min(len(b), 512)])
}

// isHadoopSnappy detects the lengths at the start of each block.
func isHadoopSnappy(b []byte) bool {
	if len(b) < 12 || b[0] != 0 {
		return false
	}
	block, first := binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:])
	size, n := binary.Uvarint(b[8:])
	return n > 0 && block > 0 && first > 0 && size > 0 && size <= uint64(block) && uint64(first) <= uint64(len(b)-8) && b[4] == 0 &&
		uint64(first) <= size+size/6+32
}

// binaryLine reports whether a line has a control character that does not occur
// in text.
func binaryLine(line []byte) bool {
	const text = 1<<'\t' | 1<<'\n' | 1<<'\v' | 1<<'\f' | 1<<'\r' | 1<<'\b' | 1<<0x1b | 1<<recordSeparator
	for _, c := range line {
		if c < ' ' && text>>c&1 == 0 {
			return true
		}
	}
	return false
}
