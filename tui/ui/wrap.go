package ui

import (
	"strings"

	uv "github.com/charmbracelet/ultraviolet"
)

// Wrap breaks a line into several lines of at most room columns, at any
// character: values of a table are shown unchanged.
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

// breaker breaks lines.
type breaker struct {
	room  int
	words bool
	done  []StyledLine
	line  StyledLine // the current line
	used  int        // columns used in it
}

func (b *breaker) breakUp(line StyledLine) []StyledLine {
	for _, piece := range line {
		for i, text := range strings.Split(piece.Text, "\n") {
			if i > 0 {
				b.next()
			}
			if !b.words {
				b.put(piece.Style, text)
				continue
			}
			for word := range strings.SplitAfterSeq(text, " ") {
				if b.better(word) {
					b.next()
				}
				b.put(piece.Style, word)
			}
		}
	}
	return append(b.done, b.line)
}

func (b *breaker) next() { b.done, b.line, b.used = append(b.done, b.line), nil, 0 }

// better reports whether a word should start on a new line.
func (b *breaker) better(word string) bool {
	w := Width(strings.TrimRight(word, " "))
	return b.used > 0 && w > 0 && w <= b.room && b.used+w > b.room
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
			if n = fitting(text, b.room); n == 0 {
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
