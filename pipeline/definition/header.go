package definition

import (
	"strings"
)

// LineAt returns the line of text at an offset.
func LineAt(text string, offset int) int {
	return 1 + strings.Count(text[:min(max(offset, 0), len(text))], "\n")
}

// Header parses the comment at the start of a file: "-- key: value" lines, then
// prose.
func Header(text string) (keys map[string]string, doc string) {
	keys = map[string]string{}
	var prose []string
	for line := range strings.Lines(text) {
		comment, ok := strings.CutPrefix(strings.TrimSpace(line), "--")
		if !ok {
			break
		}
		comment = strings.TrimSpace(comment)
		if comment == "guard" {
			keys[comment] = ""
			continue
		}
		key, value, isKey := strings.Cut(comment, ": ")
		if isKey && len(prose) == 0 && safeName.MatchString(key) {
			keys[key] = strings.TrimSpace(value)
			continue
		}
		prose = append(prose, comment)
	}
	return keys, strings.Join(prose, " ")
}
