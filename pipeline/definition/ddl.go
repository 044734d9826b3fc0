package definition

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"stedi/pipeline"
	"stedi/pipeline/ndjson"
)

// tableDDL is what a CREATE EXTERNAL TABLE says of a table.
type tableDDL struct {
	name     string
	columns  []pipeline.Column // those of PARTITIONED BY come last
	comment  string
	personal []string // columns whose COMMENT says so
	location string
	database string // that stands before the name, or ""

	semicolons  []span // but for the one that ends the statement
	nameAt      span   // the name with what stands before it
	locationAt  span
	formatAt    int  // where a ROW FORMAT clause belongs
	hasFormat   bool // there is one
	serde       serde
	locatedLine int
	namedLine   int
}

// span is a part of a text.
type span struct{ start, end int }

// maxDDLFaults is how many faults of a statement are listed.
const maxDDLFaults = 50

// parseDDL reads a CREATE EXTERNAL TABLE in Athena's dialect. A column whose
// COMMENT begins with "key" is a key. The error joins a *SQLError with its line
// for each fault; what could be read is returned all the same.
func parseDDL(text string) (tableDDL, error) {
	p := ddlParser{lexer: lexer{text: text, ddl: true}}
	p.next()
	p.table()
	slices.SortStableFunc(p.faults, func(a, b *pipeline.SQLError) int { return a.Line - b.Line })
	faults := make([]error, len(p.faults))
	for i, f := range p.faults {
		faults[i] = f
	}
	return p.ddl, errors.Join(faults...)
}

type ddlParser struct {
	lexer
	tok    token
	last   int // end of the token before
	ddl    tableDDL
	faults []*pipeline.SQLError
	faulty int             // offset of the last fault
	seen   map[string]bool // clauses that were there
}

func (p *ddlParser) next() {
	p.last = p.tok.end
	p.tok = p.lex()
}

// fail notes a fault at the token that comes next.
func (p *ddlParser) fail(format string, args ...any) { p.failAt(p.tok, format, args...) }

func (p *ddlParser) failAt(at token, format string, args ...any) {
	if len(p.faults) >= maxDDLFaults {
		return
	}
	p.faulty = at.offset
	p.faults = append(p.faults, &pipeline.SQLError{Line: LineAt(p.text, at.offset), Message: fmt.Sprintf(format, args...)})
}

func (p *ddlParser) ended() bool { return p.tok.kind == tokenEnd || p.tok.kind == tokenBad }

func (p *ddlParser) isWord(keyword string) bool {
	return p.tok.kind == tokenWord && strings.EqualFold(p.tok.text, keyword)
}

func (p *ddlParser) isSymbol(s string) bool { return p.tok.kind == tokenSymbol && p.tok.text == s }

// word takes the next token if it is that keyword.
func (p *ddlParser) word(keyword string) bool {
	if !p.isWord(keyword) {
		return false
	}
	p.next()
	return true
}

// words takes the keywords, one after the other; one that is missing is a fault.
func (p *ddlParser) words(keywords ...string) bool {
	for _, keyword := range keywords {
		if !p.word(keyword) {
			p.fail("%s expected, not %s", keyword, p.tok)
			return false
		}
	}
	return true
}

func (p *ddlParser) symbol(s string) bool {
	if !p.isSymbol(s) {
		return false
	}
	p.next()
	return true
}

func (p *ddlParser) name(what string) (string, bool) {
	switch {
	case p.tok.kind == tokenString && p.text[p.tok.offset] == '"':
		p.fail("%s in double quotes: write it in back-ticks, `%s`", what, p.tok.text)
	case p.tok.kind != tokenWord && p.tok.kind != tokenName:
		p.fail("%s expected, not %s", what, p.tok)
		return "", false
	}
	name := p.tok.text
	p.next()
	return name, true
}

// literal takes a text in quotes.
func (p *ddlParser) literal(what string) (string, bool) {
	if p.tok.kind != tokenString {
		p.fail("a quoted %s expected, not %s", what, p.tok)
		return "", false
	}
	text := p.tok.text
	p.next()
	return text, true
}

// table reads the whole statement, and goes on after a fault where it can.
func (p *ddlParser) table() {
	p.empty()
	if !p.head() {
		return
	}
	if p.isSymbol("(") {
		p.ddl.columns = p.columns()
	} else {
		p.fail("'(' and the columns expected, not %s", p.tok)
	}
	p.clauses()
}

// empty goes over empty statements.
func (p *ddlParser) empty() {
	for at := p.tok; p.symbol(";"); at = p.tok {
		p.ddl.semicolons = append(p.ddl.semicolons, span{at.offset, at.end})
	}
}

// head reads CREATE EXTERNAL TABLE and the name. It is false if the statement
// is another one.
func (p *ddlParser) head() bool {
	if !p.word("CREATE") {
		p.fail("CREATE EXTERNAL TABLE expected, not %s", p.tok)
		return false
	}
	external := p.word("EXTERNAL")
	if !external && p.isWord("TABLE") {
		p.fail("CREATE EXTERNAL TABLE expected, not CREATE TABLE: write EXTERNAL, without which Athena makes Iceberg tables only")
	}
	if !p.word("TABLE") {
		p.fail("CREATE EXTERNAL TABLE expected, not %s", p.tok)
		return false
	}
	if p.word("IF") {
		p.words("NOT", "EXISTS")
	}
	at := p.tok
	name, ok := p.name("the table's name")
	if p.ddl.name = name; !ok {
		return false
	}
	if p.symbol(".") {
		p.ddl.database = name
		if p.ddl.name, ok = p.name("the table's name"); !ok {
			return false
		}
		if p.isSymbol(".") {
			p.fail("a name of more than two parts: write %s.%s", "DATABASE", "TABLE")
			for p.symbol(".") {
				p.ddl.name, _ = p.name("the table's name")
			}
		}
	}
	p.ddl.nameAt = span{at.offset, p.last}
	p.ddl.namedLine = LineAt(p.text, at.offset)
	return true
}

// columns reads a list of columns in brackets.
func (p *ddlParser) columns() []pipeline.Column {
	p.next()
	var columns []pipeline.Column
	for !p.ended() {
		at := p.tok
		column, ok := p.column()
		switch {
		case !ok:
			p.skipTo(",", ")") // the fault is noted
		case p.hasColumn(column.Name, columns):
			p.failAt(at, "column %s is there twice: give it another name, or delete one of them", column.Name)
		default:
			columns = append(columns, column)
		}
		switch {
		case p.symbol(","):
			if p.isSymbol(")") {
				p.fail("a column's name expected, not ')': delete the comma before it")
			}
		case p.symbol(")"):
			return columns
		default:
			p.fail("',' or ')' expected after a column, not %s", p.tok)
			if !p.skipTo(",", ")") {
				return columns
			}
			p.symbol(",")
		}
		if p.symbol(")") {
			return columns
		}
	}
	p.fail("')' expected after the columns, not %s", p.tok)
	return columns
}

func (p *ddlParser) hasColumn(name string, columns []pipeline.Column) bool {
	for _, list := range [][]pipeline.Column{p.ddl.columns, columns} {
		for _, c := range list {
			if strings.EqualFold(c.Name, name) {
				return true
			}
		}
	}
	return false
}

// skipTo goes to one of two symbols outside of any brackets.
func (p *ddlParser) skipTo(one, other string) bool {
	for depth := 0; !p.ended(); p.next() {
		switch {
		case depth == 0 && (p.isSymbol(one) || p.isSymbol(other)):
			return true
		case p.isSymbol("("), p.isSymbol("<"):
			depth++
		case (p.isSymbol(")") || p.isSymbol(">")) && depth > 0:
			depth--
		}
	}
	return false
}

func (p *ddlParser) column() (column pipeline.Column, ok bool) {
	if column.Name, ok = p.name("a column's name"); !ok {
		return column, false
	}
	p.symbol(":") // as Hive's own tools write it
	at := p.tok
	text, ok := p.typeText(column.Name)
	if !ok {
		return column, false
	}
	var err error
	if column.Type, err = ndjson.ParseType(text); err != nil {
		p.failAt(at, "column %s: %v", column.Name, err)
	}
	for {
		switch {
		case p.word("COMMENT"):
			comment, _ := p.literal("comment")
			column.Key = strings.HasPrefix(comment, "key")
			if saysPersonal(comment) {
				p.ddl.personal = append(p.ddl.personal, column.Name)
			}
		case p.isWord("NOT"), p.isWord("NULL"), p.isWord("PRIMARY"), p.isWord("DEFAULT"), p.isWord("UNIQUE"), p.isWord("REFERENCES"):
			p.fail("column %s: Athena's tables have no constraint %s: delete it; a COMMENT that begins with \"key\" makes a column a key", column.Name, strings.ToUpper(p.tok.text))
			return column, p.skipTo(",", ")")
		default:
			return column, true
		}
	}
}

// typeText collects a type without its comments.
func (p *ddlParser) typeText(column string) (string, bool) {
	if p.tok.kind != tokenWord && p.tok.kind != tokenName {
		p.fail("the type of column %s expected, not %s", column, p.tok)
		return "", false
	}
	var text strings.Builder
	text.WriteString(p.tok.text)
	p.next()
	if p.isWord("precision") {
		p.next()
	}
	for depth := 0; ; {
		switch {
		case p.ended():
			return text.String(), true
		case p.isSymbol("("), p.isSymbol("<"):
			depth++
		case depth == 0:
			return text.String(), true
		case p.isSymbol(")"), p.isSymbol(">"):
			depth--
		case p.word("COMMENT"):
			p.literal("comment")
			continue
		}
		if p.tok.kind == tokenString {
			p.fail("the type of column %s has %s in quotes: write names of fields without quotes, or in back-ticks", column, p.tok)
		}
		text.WriteString(p.tok.text)
		p.next()
	}
}
