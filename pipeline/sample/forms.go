package sample

import "bytes"

// Form is an oddity of a file. It does not change the rows in the file.
type Form string

// The forms that a reader of a lake has to support, as Manifest.OddFiles names
// them.
const (
	KeyCase        Form = "key_case"         // keys in upper, lower and title case
	BOM            Form = "bom"              // UTF-8 byte order mark
	CRLF           Form = "crlf"             // lines end with \r\n
	BlankLines     Form = "blank_lines"      // empty lines, and lines of spaces
	NoFinalNewline Form = "no_final_newline" // the last line has no line feed
	GzipAsJSON     Form = "gzip_as_json"     // compressed, but named .json
	Gzip           Form = "gzip"             // compressed, named .json.gz
	PlainAsGzip    Form = "plain_as_gzip"    // not compressed, but named .json.gz
	Nested         Form = "nested"           // in a directory below landing
	Empty          Form = "empty"            // 0 bytes
	Hidden         Form = "hidden"           // not data: the name begins with _ or a dot

	plain Form = ""
)

// OddFile is a file that a reader may fail on. File is relative to the lake,
// with slashes.
type OddFile struct {
	File string `json:"file"`
	Form Form   `json:"form"`
}

// oddForms are the forms that files with rows take in rotation. A writer with
// forms has at least as many files.
var oddForms = [...]Form{plain, KeyCase, BOM, CRLF, BlankLines, NoFinalNewline, GzipAsJSON, Gzip, PlainAsGzip, Nested}

// blanks are lines without a row.
var blanks = [...]string{"\n", " \t\n", "\r\n"}

func (f Form) zipped() bool { return f == Gzip || f == GzipAsJSON }

func (f Form) folder() string {
	if f == Nested {
		return "2023/06/"
	}
	return ""
}

func (f Form) extension() string {
	if f == Gzip || f == PlainAsGzip {
		return ".json.gz"
	}
	return ".json"
}

// head appends the bytes at the start of a file.
func (f Form) head(dst []byte) []byte {
	switch f {
	case BOM:
		return append(dst, "\uFEFF"...)
	case BlankLines:
		return append(dst, '\n')
	default:
		return dst
	}
}

// changeCase changes the case of a row's keys in rotation: all upper, all
// lower, or only the first letter upper.
func changeCase(row []byte, turn int64) {
	for {
		_, quoted, found := bytes.Cut(row, []byte{'"'})
		if !found {
			return
		}
		end := bytes.IndexByte(quoted, '"')
		if row = quoted[end+1:]; row[0] != ':' {
			continue
		}
		for i, letter := range quoted[:end] { // all bytes are ASCII letters
			if turn%3 == 0 || turn%3 == 1 && i == 0 {
				quoted[i] = letter &^ 0x20
			} else {
				quoted[i] = letter | 0x20
			}
		}
	}
}

// notData lists files that dirty lakes have in every landing directory. A
// reader that takes them for data gets extra rows or rejects.
var notData = [...]struct{ name, content string }{
	{"_SUCCESS", ""},
	{".part.crc", "crc\x00\x00\x02\x00\x9f\xe4"},
	{"_temporary/x.json", "{}\n{\"half\": \"a row\n"},
}

// addOddFiles writes the files without rows.
func (w *writer) addOddFiles() error {
	if len(w.forms) == 0 {
		return nil
	}
	add := func(name, content string, form Form) error {
		name = w.table.Path + "/" + name
		file, err := w.create(name)
		if err != nil {
			return err
		}
		w.file = file // remove closes it after an error
		if _, err := file.WriteString(content); err != nil {
			return err
		}
		w.file = nil
		w.odd = append(w.odd, OddFile{File: name, Form: form})
		return file.Close()
	}
	for _, hidden := range notData {
		if err := add(hidden.name, hidden.content, Hidden); err != nil {
			return err
		}
	}
	w.table.Files++
	return add("empty.json", "", Empty)
}
