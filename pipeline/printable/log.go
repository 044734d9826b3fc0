package printable

import (
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Log writes lines of text to a terminal or to the log of a CI service. CI
// services execute commands that they find in log lines. So a row value, a file
// name or a service message must neither be a command nor contain a control
// character.
type Log struct {
	w        io.Writer
	commands bool   // neutralize the commands of CI services
	end      string // the current, incomplete line
	begun    bool   // the line has more than blanks
}

// NewLog returns a Log. If commands is true, it also neutralizes the commands
// of CI services with a blank after their first character.
func NewLog(w io.Writer, commands bool) *Log { return &Log{w: w, commands: commands} }

// Unwrap returns the underlying writer.
func (l *Log) Unwrap() io.Writer { return l.w }

// Write shows control characters as symbols. It keeps colours, line ends and
// the sequence that erases a line.
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

// Uncommanded returns the text with all commands of CI services neutralized.
func Uncommanded(text string) string {
	var b strings.Builder
	_, _ = NewLog(&b, true).Write([]byte(text)) // a strings.Builder never fails
	return b.String()
}

// command is a command of a CI service, recognised anywhere in a line or only
// at its start, and the position where a blank neutralizes it.
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

// longestCommand exceeds the length of every command in bytes.
const longestCommand = 16

// piece neutralizes the commands in a part of a line. It also breaks a command
// that started in the previous part.
func (l *Log) piece(text string) string {
	before := len(l.end)
	line := l.end + text
	from := 0
	for range len(text) { // a command has more than one byte
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

// command returns the first position at or after from that needs a blank, or
// -1.
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

// small returns the text with its ASCII letters in lower case. The length stays
// the same.
func small(text string) string {
	letters := []byte(text)
	for i, c := range letters {
		if c >= 'A' && c <= 'Z' {
			letters[i] = c + 'a' - 'A'
		}
	}
	return string(letters)
}

// indent returns the length of the blanks and colours at the start of a line,
// in bytes.
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

// erased is the sequence that erases a line on a terminal.
const erased = "\r\x1b[K"

// sequence returns the length of the control sequence at the start of a text,
// if it sets a colour or erases a line; else 0.
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

// controls replaces control characters with symbols.
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
