package diagnose

import (
	"regexp"
	"strings"

	"github.com/rogpeppe/go-internal/diff"
)

var clause = regexp.MustCompile(`(?i) ?\b(SELECT|FROM|WHERE|INNER JOIN|LEFT JOIN|RIGHT JOIN|FULL JOIN|FULL OUTER JOIN|ANTI JOIN|JOIN|UNION ALL|GROUP BY|HAVING|WITH|AND|OR)\b`)

// pretty breaks a query of one line where its clauses begin.
func pretty(query string) string {
	var b strings.Builder
	for i, part := range strings.Split(query, "'") {
		if i > 0 {
			b.WriteByte('\'')
		}
		if i%2 == 0 { // outside of a text
			part = clause.ReplaceAllString(part, "\n$1")
		}
		b.WriteString(part)
	}
	var lines []string
	for line := range strings.Lines(b.String()) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n") + "\n"
}

// sqlDiff is the difference of two queries as a unified diff.
func sqlDiff(table, correct, wrong string) string {
	_, unified, _ := strings.Cut(string(diff.Diff(table+".sql (correct)", []byte(pretty(correct)), table+".sql (as it was built)", []byte(pretty(wrong)))), "\n") // the line "diff A B"
	return unified
}
