package ui

import (
	"slices"
	"strings"

	uv "github.com/charmbracelet/ultraviolet"
)

// Wrap breaks a line with values into several lines of at most room columns:
// after a space or a sign such as a comma, a slash or an @, and inside what is
// wider than room. It omits nothing: values of a table are shown unchanged.
func Wrap(line StyledLine, room int) []StyledLine {
	b := breaker{room: room}
	return b.breakUp(line)
}

// WrapWords breaks a line between words, and inside words that are wider than
// room. It omits the space at a break if necessary.
func WrapWords(line StyledLine, room int) []StyledLine {
	b := breaker{room: room, words: true}
	return b.breakUp(line)
}

// WrapHanging is WrapWords, with all lines as far from the left as the first one.
func WrapHanging(line StyledLine, room int) []StyledLine {
	b := breaker{room: room, words: true}
	for _, piece := range line {
		text := strings.TrimLeft(piece.Text, " ")
		if b.indent += len(piece.Text) - len(text); text != "" {
			break
		}
	}
	b.indent = min(b.indent, room/3)
	return b.breakUp(line)
}

// WrapMost is WrapWords with at most that many lines: the last one ends in "…" if
// there is more text.
func WrapMost(line StyledLine, room, most int) []StyledLine {
	lines := WrapWords(line, room)
	if len(lines) <= most || most < 1 {
		return lines[:min(len(lines), max(0, most))]
	}
	var rest StyledLine
	for _, more := range lines[most-1:] {
		if n := len(rest); n > 0 && !strings.HasSuffix(rest[n-1].Text, " ") {
			rest[n-1].Text += " "
		}
		rest = append(rest, more...)
	}
	cut := lines[:most:most]
	cut[most-1] = nil
	for left := room; left > 0 && len(rest) > 0; rest = rest[1:] {
		piece := rest[0]
		if w := Width(piece.Text); w > left || w == left && len(rest) > 1 {
			piece.Text = Shorten(piece.Text+" …", left) // the blank makes it too wide
			rest = nil
			cut[most-1] = append(cut[most-1], piece)
			break
		}
		left -= Width(piece.Text)
		cut[most-1] = append(cut[most-1], piece)
	}
	return cut
}

// breaker breaks lines.
type breaker struct {
	room  int
	words bool
	// indent is how many blanks each line but the first one begins with.
	indent int
	done   []StyledLine
	line   StyledLine // the current line
	used   int        // columns used in it
}

// breakUp breaks a line. A word can extend over several styles.
func (b *breaker) breakUp(line StyledLine) []StyledLine {
	var text strings.Builder
	ends := make([]int, len(line))
	for i, piece := range line {
		text.WriteString(piece.Text)
		ends[i] = text.Len()
	}
	whole, at, piece := text.String(), 0, 0
	for at < len(whole) {
		if whole[at] == '\n' {
			b.next()
			at++
			continue
		}
		end := at + b.unit(whole[at:])
		if b.better(whole[at:end]) {
			b.next()
		}
		for at < end {
			for ends[piece] <= at {
				piece++
			}
			to := min(end, ends[piece])
			b.put(line[piece].Style, whole[at:to])
			at = to
		}
	}
	return append(b.done, b.line)
}

// unit returns how many bytes of a text stay together.
func (b *breaker) unit(text string) int {
	if b.words {
		if end := b.pathPart(text); end > 0 {
			return end
		}
	}
	for i := range len(text) {
		switch {
		case text[i] == '\n':
			return i
		case b.words && text[i] == ' ' && !measured(text[:i], text[i+1:]):
			return i + 1
		case !b.words && b.parts(text, i):
			i++
			for i < len(text) && strings.IndexByte(signs, text[i]) >= 0 {
				i++
			}
			return i
		}
	}
	return len(text)
}

// units are what a value can be measured in: a value and its unit stay together.
var units = []string{"ms", "s", "min", "h", "B", "kB", "MB", "GB", "TB", "%", "×"}

// measured reports whether a text ends with a value, and its unit follows.
func measured(before, after string) bool {
	if before == "" || before[len(before)-1] < '0' || before[len(before)-1] > '9' {
		return false
	}
	unit := after
	if end := strings.IndexAny(after, " \n,;:.)…"); end >= 0 {
		unit = after[:end]
	}
	return slices.Contains(units, unit)
}

// pathPart returns the length of the first part of a path that is wider than the
// room, and 0 for other words.
func (b *breaker) pathPart(text string) int {
	const most = 8 // bytes per column; the rest of a longer word does not matter
	word := text[:min(len(text), most*b.room)]
	if i := strings.IndexAny(word, " \n"); i >= 0 {
		word = word[:i]
	}
	at := strings.IndexByte(word, '/') + 1
	if at == 0 || len(word) <= b.room-b.indent || Width(word) <= b.room-b.indent {
		return 0
	}
	for { // as many parts as fit
		next := strings.IndexByte(word[at:], '/') + 1
		if next == 0 || Width(word[:at+next]) > b.room-b.indent {
			return at
		}
		at += next
	}
}

// signs are the signs after which a value can be broken.
const signs = " ,;/@&|"

// parts reports whether a value can be broken after the byte at i: not after the
// sign of a negative number.
func (b *breaker) parts(text string, i int) bool {
	if text[i] == '-' {
		return i > 0 && (text[i-1] >= '0' && text[i-1] <= '9' || text[i-1]|0x20 >= 'a' && text[i-1]|0x20 <= 'z')
	}
	return strings.IndexByte(signs, text[i]) >= 0
}

func (b *breaker) next() {
	b.done, b.line, b.used = append(b.done, b.line), nil, b.indent
	if b.indent > 0 {
		b.line = StyledLine{{Text: strings.Repeat(" ", b.indent)}}
	}
}

// better reports whether a word should start on a new line.
func (b *breaker) better(word string) bool {
	if b.words {
		word = strings.TrimRight(word, " ")
	}
	w := Width(word)
	return b.used > 0 && w > 0 && w <= b.room-b.indent && b.used+w > b.room
}

// put appends a text to the current line.
func (b *breaker) put(style uv.Style, text string) {
	for text != "" {
		n := fitting(text, b.room-b.used)
		if n == 0 && b.words && strings.TrimLeft(text, " ") == "" {
			return
		}
		if n == 0 {
			b.next()
			if n = fitting(text, b.room-b.used); n == 0 {
				cluster, _ := nextCell(text)
				n = len(cluster)
			}
		}
		if last := len(b.line) - 1; last >= 0 && b.line[last].Style == style {
			b.line[last].Text += text[:n]
		} else {
			b.line = append(b.line, Styled{style, text[:n]})
		}
		b.used += Width(text[:n])
		text = text[n:]
	}
}

// fitting is how many bytes of a text fit into that many columns.
func fitting(text string, room int) int {
	n := 0
	for n < len(text) {
		cluster, w := nextCell(text[n:])
		if w == 0 || len(cluster) > 1 {
			w = Width(cluster)
		}
		if room -= w; room < 0 {
			return n
		}
		n += len(cluster)
	}
	return n
}
