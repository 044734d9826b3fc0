package submission

import (
	"bytes"
	"encoding/binary"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Decode returns a text file as UTF-8, and the name of its encoding if that is
// another one. It is false if the file is not text.
func Decode(data []byte) (text, encoding string, ok bool) {
	switch {
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		data = data[3:]
	case bytes.HasPrefix(data, []byte("\xff\xfe")):
		return fromUTF16(data[2:], binary.LittleEndian), "UTF-16", true
	case bytes.HasPrefix(data, []byte("\xfe\xff")):
		return fromUTF16(data[2:], binary.BigEndian), "UTF-16", true
	case bytes.HasPrefix(data, []byte(`{\rtf`)):
		return fromRTF(string(data)), "RTF", true
	}
	if order, wide := unmarked(data); order != nil {
		return fromUTF16(data, order), "UTF-16", true
	} else if wide {
		return "", "", false
	}
	if !utf8.Valid(data) {
		runes := make([]rune, len(data))
		for i, b := range data {
			runes[i] = rune(b)
		}
		return lines(string(runes)), "Latin-1", true
	}
	return lines(string(data)), "", true
}

// unmarked returns the byte order of UTF-16 without a mark, or whether the text
// holds zeros otherwise.
func unmarked(data []byte) (order binary.ByteOrder, zeros bool) {
	head := data[:min(len(data), 4096)]
	even, odd := 0, 0
	for i, b := range head {
		switch {
		case b != 0:
		case i%2 == 0:
			even++
		default:
			odd++
		}
	}
	switch {
	case odd > len(head)/4 && even == 0:
		return binary.LittleEndian, true
	case even > len(head)/4 && odd == 0:
		return binary.BigEndian, true
	}
	return nil, even+odd > 0
}

// lines turns the line ends of other systems into line feeds.
func lines(text string) string {
	return strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
}

func fromUTF16(data []byte, order binary.ByteOrder) string {
	units := make([]uint16, len(data)/2)
	for i := range units {
		units[i] = order.Uint16(data[2*i:])
	}
	return lines(string(utf16.Decode(units)))
}

// hidden are groups of RTF that hold no text.
var hidden = map[string]bool{
	"fonttbl": true, "colortbl": true, "stylesheet": true, "info": true, "pict": true, "listtable": true, "listoverridetable": true, "expandedcolortbl": true, "header": true, "footer": true,
}

// rtf converts RTF to text.
type rtf struct {
	in    string
	out   strings.Builder
	skips []bool // of the groups that are open: the text is hidden
	skip  bool
}

func fromRTF(text string) string {
	r := rtf{in: text}
	for len(r.in) > 0 {
		c := r.in[0]
		r.in = r.in[1:]
		switch c {
		case '{':
			if len(r.skips) < 1000 {
				r.skips = append(r.skips, r.skip)
			}
		case '}':
			if n := len(r.skips); n > 0 {
				r.skip, r.skips = r.skips[n-1], r.skips[:n-1]
			}
		case '\\':
			r.control()
		case '\r', '\n':
		default:
			r.write(string([]byte{c}))
		}
	}
	return strings.ToValidUTF8(r.out.String(), "\ufffd")
}

func (r *rtf) write(text string) {
	if !r.skip {
		r.out.WriteString(text)
	}
}

func (r *rtf) control() {
	if r.in == "" {
		return
	}
	c := r.in[0]
	if !isLetter(c) {
		r.in = r.in[1:]
		r.symbol(c)
		return
	}
	word, number := r.word()
	switch {
	case hidden[word]:
		r.skip = true
	case word == "par" || word == "line" || word == "row":
		r.write("\n")
	case word == "tab" || word == "cell":
		r.write("\t")
	case word == "u":
		if code, err := strconv.Atoi(number); err == nil {
			r.write(string(rune(uint16(code))))
			r.in = strings.TrimPrefix(r.in, "?") // the substitute
		}
	case strings.HasSuffix(word, "quote"):
		r.write("'")
	}
}

// word reads a control word with its number.
func (r *rtf) word() (word, number string) {
	n := 1
	for n < len(r.in) && isLetter(r.in[n]) {
		n++
	}
	word, r.in = r.in[:n], r.in[n:]
	n = 0
	for n < len(r.in) && (r.in[n] >= '0' && r.in[n] <= '9' || n == 0 && r.in[n] == '-') {
		n++
	}
	number, r.in = r.in[:n], strings.TrimPrefix(r.in[n:], " ")
	return word, number
}

func (r *rtf) symbol(c byte) {
	switch c {
	case '\n', '\r':
		r.write("\n")
	case '\'':
		if len(r.in) >= 2 {
			if code, err := strconv.ParseUint(r.in[:2], 16, 8); err == nil {
				r.write(string(quotes(rune(code))))
			}
			r.in = r.in[2:]
		}
	case '~':
		r.write(" ")
	case '*':
		r.skip = true
	case '\\', '{', '}':
		r.write(string([]byte{c}))
	}
}

// quotes replaces the curved quotes of Windows by those of SQL.
func quotes(r rune) rune {
	switch r {
	case 0x91, 0x92:
		return '\''
	case 0x93, 0x94:
		return '"'
	}
	return r
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }
