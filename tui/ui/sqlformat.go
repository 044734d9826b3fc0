package ui

import (
	"regexp"
	"strings"
)

// sqlToken matches the tokens of SQL that SQLPart does not, with blanks apart.
var sqlToken = regexp.MustCompile(`(?s)` + `--[^\n]*|/\*.*?(?:\*/|$)|'(?:[^']|'')*'?|"(?:[^"]|"")*"?|` + "`[^`]*`?" +
	`|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|[A-Za-z_]\w*|\s+|<=|>=|<>|!=|\|\||::|->>|->|=>|.`)

// clauses begin a line of a query; the words in clauseAfter belong to the clause
// before them.
var (
	clauses = words(`select from where group having order limit offset qualify union except intersect window with
		join left right full inner cross values`)
	clauseAfter = map[string]string{"join": "left right full inner cross outer semi anti", "select": "all", "outer": "left right full"}
)

// FormatSQL lays a query out in lines: one per clause, per selected column and
// per condition. It changes only blanks and line breaks.
func FormatSQL(text string) string {
	f := formatter{}
	for _, token := range sqlToken.FindAllString(text, -1) {
		if strings.TrimSpace(token) == "" {
			f.line = f.line || strings.Contains(token, "\n")
			f.blank = true
			continue
		}
		f.token(token)
		f.line, f.blank = false, false
	}
	return f.out.String()
}

// beforeBracket are the words that a blank separates from a bracket.
var beforeBracket = words("in and or not from as over using join on where when then else exists select union all except intersect values")

// formatter is the state while a query is laid out.
type formatter struct {
	out     strings.Builder
	last    string   // the last token, in lower case
	open    []string // by bracket: the clause that began last in it, "" for a call
	clause  string   // of the outermost query
	line    bool     // the text has a line break here
	blank   bool     // or a blank
	between bool     // the next AND belongs to a BETWEEN
	pending bool     // the last token was a line comment
}

// depth is the number of open brackets with a query in them.
func (f *formatter) depth() (n int) {
	for _, clause := range f.open {
		if clause != "" {
			n++
		}
	}
	return n
}

// inCall reports whether the innermost bracket has no query in it.
func (f *formatter) inCall() bool { return len(f.open) > 0 && f.open[len(f.open)-1] == "" }

func (f *formatter) token(token string) {
	low := strings.ToLower(token)
	query := f.last == "(" && (low == "select" || low == "with" || low == "values")
	if query {
		f.open[len(f.open)-1] = low
	}
	f.separate(low, query)
	switch {
	case low == "between":
		f.between = true
	case low == "and":
		f.between = false
	case low == "(":
		f.open = append(f.open, "")
	case low == ")" && f.inCall():
		f.open = f.open[:len(f.open)-1]
	}
	f.out.WriteString(token)
	f.last, f.pending = low, strings.HasPrefix(low, "--")
}

// startsClause reports whether a token begins a clause here.
func (f *formatter) startsClause(low string) bool {
	return clauses[low] && !f.inCall() && !strings.Contains(" "+clauseAfter[low]+" ", " "+f.last+" ") && f.isClause(low)
}

// separate writes what comes before a token: a line break, a blank or nothing.
// query means that it begins a query in a bracket.
func (f *formatter) separate(low string, query bool) {
	switch {
	case query, f.startsClause(low):
		f.begin(low)
		f.indent(0)
	case low == ")" && len(f.open) > 0 && !f.inCall():
		f.open = f.open[:len(f.open)-1]
		f.indent(0)
	case f.last == "," && f.listed(), f.pending:
		f.indent(1)
	case (low == "and" || low == "or") && !f.inCall() && (low == "or" || !f.between):
		f.indent(1)
	case f.spaced(low):
		f.out.WriteByte(' ')
	}
}

// isClause reports whether a word begins a clause, and is not a name or a
// function.
func (f *formatter) isClause(low string) bool {
	switch low {
	case "left", "right", "full", "inner", "cross", "values", "window", "offset":
		return f.last != "," && f.last != "." && f.last != "select"
	default:
		return f.last != "." && f.last != "as"
	}
}

func (f *formatter) begin(clause string) {
	for i := len(f.open) - 1; i >= 0; i-- {
		if f.open[i] != "" {
			f.open[i] = clause
			return
		}
	}
	f.clause = clause
}

// listed reports whether commas here separate columns of a SELECT, or queries
// of a WITH.
func (f *formatter) listed() bool {
	if f.inCall() {
		return false
	}
	clause := f.clause
	if len(f.open) > 0 {
		clause = f.open[len(f.open)-1]
	}
	return clause == "select" || clause == "with"
}

// indent begins a line.
func (f *formatter) indent(more int) {
	if f.out.Len() > 0 {
		f.out.WriteByte('\n')
	}
	f.out.WriteString(strings.Repeat("  ", f.depth()+more))
}

// spaced reports whether a blank comes before a token.
func (f *formatter) spaced(low string) bool {
	switch {
	case f.out.Len() == 0, low == ",", low == ";", low == ")", low == "]", f.last == "(", f.last == "[":
		return false
	case low == ".", f.last == ".", low == "::", f.last == "::": // a number may end here
		return f.blank
	case low == "(", low == "[":
		return f.blank || beforeBracket[f.last]
	case f.last == "," || strings.HasPrefix(low, "--") || strings.HasPrefix(low, "/*"):
		return true
	case f.last == "-" || f.last == "+" || f.last == "!" || low == "!":
		return f.blank
	default:
		return f.blank || isOperator(low) || isOperator(f.last)
	}
}

func isOperator(token string) bool {
	switch token {
	case "=", "<", ">", "<=", ">=", "<>", "!=", "||":
		return true
	default:
		return false
	}
}
