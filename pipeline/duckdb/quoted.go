package duckdb

import (
	"regexp"
	"strings"

	"stedi/pipeline"
	"stedi/pipeline/sqlquote"
)

// Quoted returns the length of the white space, comment or quoted text at the
// start of an SQL text, or 0. It is used only for messages about a text that
// was refused, so a mistake here only makes a message worse.
func Quoted(sql string) int {
	switch {
	case sql == "":
		return 0
	case sql[0] <= ' ':
		return 1
	case sql[0] == '\'' || sql[0] == '"':
		return through(sql, 1, sql[:1])
	case strings.HasPrefix(sql, "--"):
		return through(sql, 2, "\n")
	case strings.HasPrefix(sql, "/*"):
		return through(sql, 2, "*/")
	case sql[0] == '$':
		if tag := 1 + strings.IndexByte(sql[1:], '$'); tag > 0 && !strings.ContainsAny(sql[1:tag], " \n'\"();") {
			return through(sql, tag+1, sql[:tag+1])
		}
	}
	return 0
}

// through returns the length up to and including the mark, or of the whole
// text.
func through(sql string, from int, mark string) int {
	if n := strings.Index(sql[from:], mark); n >= 0 {
		return from + n + len(mark)
	}
	return len(sql)
}

// Backtick returns the offset of the first back-tick outside of quotes and
// comments, or -1. DuckDB's SQL has no back-ticks there.
func Backtick(sql string) int {
	for i := 0; i < len(sql); {
		if sql[i] == '`' {
			return i
		}
		i += max(1, Quoted(sql[i:]))
	}
	return -1
}

// BacktickMessage is the error message for a back-tick.
const BacktickMessage = "back-ticks do not quote names here"

// BacktickName returns the name after the back-tick at a byte offset, in the
// quotes that DuckDB accepts.
func BacktickName(sql string, at int) string {
	name, _, closed := strings.Cut(sql[at+1:], "`")
	if !closed || name == "" || len(name) > 128 || strings.ContainsAny(name, "\n'\"") {
		name = "name"
	}
	return sqlquote.ANSI.Name(name)
}

var (
	near    = regexp.MustCompile(`at or near "(\w+)"`)
	unknown = regexp.MustCompile(`Function with name "?(\w+)"? does not exist`)
)

// instead returns the replacement for the function in a message, if DuckDB
// lacks the function.
func instead(about *regexp.Regexp, message string) string {
	m := about.FindStringSubmatch(message)
	if m == nil {
		return ""
	}
	s, ok := pipeline.SubstituteFor(Name, m[1])
	if !ok {
		return ""
	}
	return ": use " + s.Use
}
