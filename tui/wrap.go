package tui

import (
	"strings"

	uv "github.com/charmbracelet/ultraviolet"
)

// wrap breaks a line into several that are no wider than the room, wherever it
// is full: what comes out of a table is shown as it is.
func wrap(line styledLine, room int) []styledLine {
	b := breaker{room: room}
	return b.breakUp(line)
}

// wrapWords breaks a line between words, and in the middle of those that are
// wider than the room. A space at which it breaks is left out if need be.
func wrapWords(line styledLine, room int) []styledLine {
	b := breaker{room: room, words: true}
	return b.breakUp(line)
}

// breaker breaks lines.
type breaker struct {
	room  int
	words bool
	done  []styledLine
	line  styledLine // the one that is being filled
	used  int        // of its room
}

func (b *breaker) breakUp(line styledLine) []styledLine {
	for _, piece := range line {
		for i, text := range strings.Split(piece.text, "\n") {
			if i > 0 {
				b.next()
			}
			if !b.words {
				b.put(piece.style, text)
				continue
			}
			for word := range strings.SplitAfterSeq(text, " ") {
				if b.better(word) {
					b.next()
				}
				b.put(piece.style, word)
			}
		}
	}
	return append(b.done, b.line)
}

func (b *breaker) next() { b.done, b.line, b.used = append(b.done, b.line), nil, 0 }

// better tells whether a word should begin a line of its own.
func (b *breaker) better(word string) bool {
	w := width(strings.TrimRight(word, " "))
	return b.used > 0 && w > 0 && w <= b.room && b.used+w > b.room
}

// put writes a text from where the line ends.
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
		if last := len(b.line) - 1; last >= 0 && b.line[last].style == style {
			b.line[last].text += text[:n]
		} else {
			b.line = append(b.line, styled{style, text[:n]})
		}
		b.used += width(text[:n])
		text = text[n:]
	}
}

// fitting is how many bytes of a text fit into that many columns.
func fitting(text string, room int) int {
	n := 0
	for n < len(text) {
		cluster, w := nextCell(text[n:])
		if w == 0 || len(cluster) > 1 {
			w = width(cluster)
		}
		if room -= w; room < 0 {
			return n
		}
		n += len(cluster)
	}
	return n
}
