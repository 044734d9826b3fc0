package main

import (
	"errors"
	"os"
	"strings"
	"unicode/utf8"
)

const (
	beginMark = "<!-- bench:begin -->"
	endMark   = "<!-- bench:end -->"
)

// plain formats the table for a terminal.
func plain(grid [][]string) string {
	widths := make([]int, len(grid[0]))
	for _, line := range grid {
		for i, cell := range line {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	var text strings.Builder
	for _, line := range grid {
		var set strings.Builder
		for i, cell := range line {
			pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			if i < leftColumns {
				set.WriteString(cell + pad + "  ")
			} else {
				set.WriteString(pad + cell + "  ")
			}
		}
		text.WriteString(strings.TrimRight(set.String(), " ") + "\n")
	}
	return text.String()
}

func markdown(grid [][]string) string {
	var text strings.Builder
	for i, line := range grid {
		text.WriteString("| " + strings.Join(line, " | ") + " |\n")
		if i == 0 {
			text.WriteString(strings.Repeat("|---", leftColumns) + strings.Repeat("|---:", len(line)-leftColumns) + "|\n")
		}
	}
	return text.String()
}

// writeBlock replaces the text between the marks of a file.
func writeBlock(name, block string) error {
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	fresh, err := replaceBlock(string(text), block)
	if err != nil {
		return err
	}
	return os.WriteFile(name, []byte(fresh), info.Mode().Perm())
}

var errBlock = errors.New("want one block between " + beginMark + " and " + endMark)

func replaceBlock(text, block string) (string, error) {
	if strings.Count(text, beginMark) != 1 || strings.Count(text, endMark) != 1 {
		return "", errBlock
	}
	before, rest, _ := strings.Cut(text, beginMark)
	_, after, ok := strings.Cut(rest, endMark)
	if !ok {
		return "", errBlock
	}
	return before + beginMark + "\n" + strings.TrimSpace(block) + "\n" + endMark + after, nil
}
