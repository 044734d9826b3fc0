package sample

import "bytes"

// Form is what is odd about a file. The rows in it are the same in any form.
type Form string

// The forms that a reader of a lake has to know, as Manifest.OddFiles names
// them.
const (
	KeyCase        Form = "key_case"         // keys in upper, lower and title case
	BOM            Form = "bom"              // UTF-8 byte order mark
	CRLF           Form = "crlf"             // lines end with \r\n
	BlankLines     Form = "blank_lines"      // empty lines, and lines of spaces
	NoFinalNewline Form = "no_final_newline" // the last line has no end
	GzipAsJSON     Form = "gzip_as_json"     // compressed, though named .json
	Gzip           Form = "gzip"             // compressed, named .json.gz
	PlainAsGzip    Form = "plain_as_gzip"    // not compressed, though named .json.gz
	Nested         Form = "nested"           // in a folder below landing
	Empty          Form = "empty"            // no byte
	Hidden         Form = "hidden"           // no data: the name begins with _ or a dot

	plain Form = ""
)

// OddFile is a file that a reader may stumble over. File is relative to the
// lake, with slashes.
type OddFile struct {
	File string `json:"file"`
	Form Form   `json:"form"`
}

// oddForms are the forms that files with rows take in turn. A writer with
// forms has at least as many files.
var oddForms = [...]Form{plain, KeyCase, BOM, CRLF, BlankLines, NoFinalNewline, GzipAsJSON, Gzip, PlainAsGzip, Nested}

// blanks are lines that hold no row.
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

// head begins a file.
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

// changeCase spells the keys of a row in another way: all upper, all lower, or
// only the first letter upper, by turns.
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
		for i, letter := range quoted[:end] { // all are ASCII letters
			if turn%3 == 0 || turn%3 == 1 && i == 0 {
				quoted[i] = letter &^ 0x20
			} else {
				quoted[i] = letter | 0x20
			}
		}
	}
}

// notData is in every landing folder of dirty files. Reading it as
// data gets rows too many, or lines to reject.
var notData = [...]struct{ name, content string }{
	{"_SUCCESS", ""},
	{".part.crc", "crc\x00\x00\x02\x00\x9f\xe4"},
	{"_temporary/x.json", "{}\n{\"half\": \"a row\n"},
}

// addOddFiles makes the files without rows.
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
		w.file = file // so that remove closes it after an error
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
