package query

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"stedi/pipeline"
	"stedi/pipeline/duckdb"
)

// Error is an error at a position of a query. It unwraps to a
// *pipeline.SQLError.
type Error struct {
	Line, Column int // from 1, the column in characters; 0 if unknown
	Message      string
	NoData       bool // a table of the lake has no files yet
}

func (e *Error) Error() string {
	if e.Line == 0 {
		return e.Message
	}
	return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Message)
}

func (e *Error) Unwrap() error {
	return &pipeline.SQLError{Line: e.Line, Column: e.Column, Message: e.Message}
}

// LimitError reports the limit that ended a query.
type LimitError struct {
	What  string        // memory or time
	Bytes int64         // the memory limit
	Time  time.Duration // the time limit
}

func (e *LimitError) Error() string {
	if e.What == limitMemory {
		return fmt.Sprintf("the query was cancelled: it needed more than %d MB of memory", e.Bytes>>20)
	}
	return fmt.Sprintf("the query was cancelled: it ran longer than %s", e.Time)
}

const (
	limitMemory = "memory"
	limitTime   = "time"
)

// over returns the failure for a limit.
func over(e *LimitError) error {
	return &pipeline.Failure{Kind: pipeline.BadUsage, Err: e, Fix: "Reduce the query (fewer rows, a narrower join, a LIMIT), or raise the limit."}
}

// refuse returns the failure for a query that must not run. at is a byte offset
// in the text, or negative.
func refuse(sql string, at int, fix, format string, args ...any) error {
	return refuseFor(sql, at, fix, &Error{Message: fmt.Sprintf(format, args...)})
}

// refuseFor is refuse with an error whose place is not yet set.
func refuseFor(sql string, at int, fix string, e *Error) error {
	if at >= 0 && at <= len(sql) {
		e.Line, e.Column = place(sql, at)
	}
	return &pipeline.Failure{Kind: pipeline.BadUsage, Err: e, Fix: fix}
}

// noData returns the failure for a table of the lake without files.
func noData(sql string, at int, t *pipeline.Table) error {
	fix := "Build it with `stedi run`."
	if t.IsLanding() {
		fix = "Put JSON lines in " + t.Path + "."
	}
	return refuseFor(sql, at, fix, &Error{Message: t.Name + " has no data yet", NoData: true})
}

// place converts a byte offset in a text to line and column.
func place(sql string, at int) (line, column int) {
	before := sql[:at]
	line = 1 + strings.Count(before, "\n")
	return line, 1 + utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:])
}

const (
	// maxText bounds the size of the syntax tree that the child returns.
	maxText = 128 << 10
	// maxMessage bounds the part of DuckDB's message that is passed on.
	maxMessage = 2000
)

// legible checks that the parser and the engine read the text in the same way.
func legible(sql string) error {
	switch {
	case strings.TrimSpace(sql) == "":
		return refuse(sql, -1, "Write one SELECT.", "the query is empty")
	case len(sql) > maxText:
		return refuse(sql, -1, "Write it shorter.", "the query is longer than %d KB", maxText>>10)
	case !utf8.ValidString(sql):
		return refuse(sql, -1, "Write it in UTF-8.", "the query is not UTF-8")
	}
	if at := strings.IndexByte(sql, 0); at >= 0 {
		return refuse(sql, at, "Remove it.", "the query contains a NUL character")
	}
	return nil
}

// explain converts a DuckDB error about a query to a failure. It does not pass
// on a message that may quote values: rows must not get into logs.
func (q *Querier) explain(err error, sql string) error {
	fault, ok := errors.AsType[*duckdb.QueryError](err)
	if !ok {
		return err
	}
	if fault.Type == "Out of Memory" {
		return over(&LimitError{What: limitMemory, Bytes: q.options.Memory})
	}
	fix := ""
	message, known := said(fault)
	if !known {
		message, fix = quiet(fault)
	}
	if fault.Type == duckdb.SessionName {
		fix = duckdb.SessionNameFix
	}
	if near := suggest(fault, sql); near != "" {
		fix = fmt.Sprintf("Did you mean %s?", near)
	}
	if len(message) > maxMessage {
		message = strings.ToValidUTF8(message[:maxMessage], "") + " …"
	}
	return refuse(sql, fault.Position, fix, "%s", message)
}

// said returns DuckDB's own message if it is only about the text.
func said(fault *duckdb.QueryError) (string, bool) {
	switch fault.Type {
	case "Parser", "Binder", "Catalog", "Syntax", "Not implemented", duckdb.SessionName:
	default:
		return "", false
	}
	if fault.Running {
		return "", false
	}
	message, _, _ := strings.Cut(fault.Message, "\nDid you mean")
	message, _, _ = strings.Cut(message, "\nCandidate")
	message = strings.TrimSpace(message)
	if rest, ok := strings.CutPrefix(message, "Values list "); ok { // DuckDB's term for what a table function returns
		message = "Table " + rest
	}
	return message, true
}

// suggest returns the name that was probably intended.
func suggest(fault *duckdb.QueryError, sql string) string {
	if fault.Type == "Catalog" || len(fault.Candidates) == 0 || strings.Contains(fault.Candidates[0], "(") {
		return ""
	}
	if fault.Position >= 0 && fault.Position < len(sql) {
		n := word(sql[fault.Position:])
		if near := pipeline.Nearest(sql[fault.Position:fault.Position+n], fault.Candidates); near != "" {
			return near
		}
	}
	return fault.Candidates[0]
}

var (
	conversion = regexp.MustCompile(`(?s)^Could not convert .* to (\w+)(?: when casting from source column (\w+))?$`)
	overflow   = regexp.MustCompile(`^Overflow in (\w+) of (\w+) `)
)

// typeNames maps the physical types that DuckDB reports to SQL names.
var typeNames = map[string]string{
	"BOOL": "boolean", "INT8": "tinyint", "INT16": "smallint", "INT32": "int", "INT64": "bigint", "INT128": "hugeint",
	"UINT8": "utinyint", "UINT16": "usmallint", "UINT32": "uinteger", "UINT64": "ubigint", "UINT128": "uhugeint",
}

func typeName(physical string) string { return cmp.Or(typeNames[physical], strings.ToLower(physical)) }

// quiet explains a run-time failure without quoting values.
func quiet(fault *duckdb.QueryError) (message, fix string) {
	const tryCast = "TRY_CAST gives NULL where a value does not fit."
	switch fault.Type {
	case "Conversion":
		if m := conversion.FindStringSubmatch(fault.Message); m != nil && m[2] != "" {
			return fmt.Sprintf("cannot convert a value of %s to %s", m[2], typeName(m[1])), tryCast
		} else if m != nil {
			return fmt.Sprintf("cannot convert a value to %s", typeName(m[1])), tryCast
		}
		return "cannot convert a value to the requested type", tryCast
	case "Out of Range":
		if m := overflow.FindStringSubmatch(fault.Message); m != nil {
			return fmt.Sprintf("the result of the %s does not fit %s", m[1], typeName(m[2])), "CAST to a wider type first."
		}
		return "a value is out of range", "CAST to a wider type first."
	case "Permission", "IO", "HTTP":
		return "the query reads outside the lake", "Read the lake's tables only."
	case "Invalid Input":
		return "a function does not accept one of its arguments", "Check the arguments of the functions."
	case "INTERRUPT":
		return "the query was interrupted", "Run the query again."
	default:
		return fmt.Sprintf("the query failed (DuckDB: %s error)", fault.Type), "Rewrite the query."
	}
}
