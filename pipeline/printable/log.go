package printable

import (
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Log writes lines of text to a terminal or to the log of a service that
// builds software. Those services obey commands in the lines that they log: a
// value of a row, a name of a file or a message of a service must neither be
// one nor hold a control character.
type Log struct {
	w        io.Writer
	commands bool   // which are obeyed by what reads the log
	end      string // of the line that is not complete
	begun    bool   // it holds more than blanks
}

// NewLog makes a Log. With commands it also makes commands of services
// ineffective: their first character is followed by a blank.
func NewLog(w io.Writer, commands bool) *Log { return &Log{w: w, commands: commands} }

// Unwrap is where the log goes.
func (l *Log) Unwrap() io.Writer { return l.w }

// Write shows control characters as symbols. Colours, ends of lines and what
// takes a line back stay.
func (l *Log) Write(p []byte) (int, error) {
	text := controls(string(p))
	if l.commands {
		var b strings.Builder
		for line := range strings.SplitAfterSeq(text, "\n") {
			b.WriteString(l.piece(line))
		}
		text = b.String()
	}
	if _, err := io.WriteString(l.w, text); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Uncommanded is a text of which no line is a command of a service.
func Uncommanded(text string) string {
	var b strings.Builder
	_, _ = NewLog(&b, true).Write([]byte(text)) // memory takes all
	return b.String()
}

// command is one that a service finds anywhere in a line, or only at its
// start, and where a blank makes another text of it.
type command struct {
	text  string
	start bool
	blank int
}

var commands = []command{
	{"::", true, 1},      // GitHub
	{"##[", false, 1},    // GitHub, Azure
	{"##vso[", false, 1}, // Azure
	{"##teamcity[", false, 1},
	{"section_start:", false, 13}, // GitLab
	{"section_end:", false, 11},
	{"travis_fold:", false, 11},
	{"travis_time:", false, 11},
	{"--- ", true, 1}, // Buildkite
	{"+++ ", true, 1},
	{"~~~ ", true, 1},
	{"^^^ ", true, 1},
}

// longestCommand is more than a command has bytes.
const longestCommand = 16

// piece is a part of a line without commands. One that began in the part
// before is parted where this one begins.
func (l *Log) piece(text string) string {
	before := len(l.end)
	line := l.end + text
	from := 0
	for range len(text) { // a command has more than a byte
		at := l.command(line, from)
		if at < 0 {
			break
		}
		at = max(at, before)
		line = line[:at] + " " + line[at:]
		from = at + 1
	}
	out := line[before:]
	if strings.HasSuffix(line, "\n") {
		l.end, l.begun = "", false
		return out
	}
	if start := len(line) - longestCommand; start > 0 {
		l.begun = l.begun || indent(line) < start
		line = line[start:]
	}
	l.end = line
	return out
}

// command finds the first place from which on a blank is needed, or -1.
func (l *Log) command(line string, from int) int {
	first := -1
	lower := small(line)
	for _, c := range commands {
		at := -1
		if c.start {
			if i := indent(line); !l.begun && strings.HasPrefix(line[i:], c.text) {
				at = i + c.blank
			}
		} else {
			for i := max(0, from-c.blank); ; i++ {
				n := strings.Index(lower[i:], c.text)
				if n < 0 {
					break
				}
				if i += n; i+c.blank >= from {
					at = i + c.blank
					break
				}
			}
		}
		if at >= from && (first < 0 || at < first) {
			first = at
		}
	}
	return first
}

// small is a text with small letters of ASCII, as long as it was.
func small(text string) string {
	letters := []byte(text)
	for i, c := range letters {
		if c >= 'A' && c <= 'Z' {
			letters[i] = c + 'a' - 'A'
		}
	}
	return string(letters)
}

// indent is how many bytes of a line are blanks and colours.
func indent(line string) int {
	i := 0
	for i < len(line) {
		r, n := utf8.DecodeRuneInString(line[i:])
		if s := sequence(line[i:]); s > 0 {
			n = s
		} else if !unicode.IsSpace(r) && r != '\u200b' && r != '\ufeff' {
			break
		}
		i += n
	}
	return i
}

// erased is what takes a line back on a terminal.
const erased = "\r\x1b[K"

// sequence is how long the control sequence is that a text begins with, if it
// is one for a colour or takes a line back; else 0.
func sequence(text string) int {
	if strings.HasPrefix(text, erased) {
		return len(erased)
	}
	rest, ok := strings.CutPrefix(text, "\x1b[")
	if !ok {
		return 0
	}
	n := strings.IndexFunc(rest, func(r rune) bool { return r != ';' && r != ':' && (r < '0' || r > '9') })
	if n < 0 || rest[n] != 'm' {
		return 0
	}
	return len(text) - len(rest) + n + 1
}

// controls shows control characters as symbols.
func controls(text string) string {
	if strings.IndexFunc(text, func(r rune) bool { return r != '\n' && control(r) }) < 0 {
		return text
	}
	var b strings.Builder
	for text != "" {
		r, n := utf8.DecodeRuneInString(text)
		if s := sequence(text); s > 0 {
			n = s
		} else if control(r) && r != '\n' && r != '\t' {
			b.WriteString(Symbol(r))
			text = text[n:]
			continue
		}
		b.WriteString(text[:n])
		text = text[n:]
	}
	return b.String()
}

func control(r rune) bool { return r < 0x20 || r >= 0x7f && r < 0xa0 }
