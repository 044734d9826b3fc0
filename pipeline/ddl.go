package pipeline

import (
	"fmt"
	"strings"

	"stedi/pipeline/ndjson"
)

// tableDDL is what we read of a CREATE EXTERNAL TABLE; the rest of the
// statement is kept as it stands and passed on.
type tableDDL struct {
	name     string
	columns  []Column
	location string
}

// ddlTypes are the column types that every engine reads from JSON alike.
var ddlTypes = map[string]ndjson.Type{
	"string":  ndjson.String,
	"boolean": ndjson.Boolean,
	"int":     ndjson.Int,
	"bigint":  ndjson.Bigint,
	"double":  ndjson.Double,
}

// parseDDL reads the name, the columns and the LOCATION of a statement in
// Athena's dialect. A column whose COMMENT begins with "key" is a key. A fault
// is a *SQLError with its line.
func parseDDL(text string) (tableDDL, error) {
	p := ddlParser{lexer: lexer{text: text}}
	p.next()
	ddl, err := p.table()
	if err != nil {
		return tableDDL{}, err
	}
	return ddl, nil
}

type ddlParser struct {
	lexer
	tok token
}

func (p *ddlParser) next() { p.tok = p.lex() }

func (p *ddlParser) fail(format string, args ...any) error {
	return &SQLError{Line: lineAt(p.text, p.tok.offset), Message: fmt.Sprintf(format, args...)}
}

// word takes the next token if it is that keyword.
func (p *ddlParser) word(keyword string) bool {
	if p.tok.kind != tokenWord || !strings.EqualFold(p.tok.text, keyword) {
		return false
	}
	p.next()
	return true
}

func (p *ddlParser) symbol(s string) bool {
	if p.tok.kind != tokenSymbol || p.tok.text != s {
		return false
	}
	p.next()
	return true
}

func (p *ddlParser) name(what string) (string, error) {
	if p.tok.kind != tokenWord && p.tok.kind != tokenName {
		return "", p.fail("%s expected, not %s", what, p.tok)
	}
	name := p.tok.text
	p.next()
	return name, nil
}

func (p *ddlParser) table() (ddl tableDDL, err error) {
	for _, keyword := range []string{"CREATE", "EXTERNAL", "TABLE"} {
		if !p.word(keyword) {
			return ddl, p.fail("CREATE EXTERNAL TABLE expected, not %s", p.tok)
		}
	}
	if p.word("IF") && (!p.word("NOT") || !p.word("EXISTS")) {
		return ddl, p.fail("IF NOT EXISTS expected, not %s", p.tok)
	}
	if ddl.name, err = p.name("the table's name"); err != nil {
		return ddl, err
	}
	if p.symbol(".") {
		return ddl, p.fail("a name without a database expected: the database is chosen when the program runs")
	}
	if ddl.columns, err = p.columns(); err != nil {
		return ddl, err
	}
	return ddl, p.location(&ddl)
}

func (p *ddlParser) columns() ([]Column, error) {
	if !p.symbol("(") {
		return nil, p.fail("'(' and the columns expected, not %s", p.tok)
	}
	var columns []Column
	seen := map[string]bool{}
	for {
		at := p.tok
		column, err := p.column()
		if err != nil {
			return nil, err
		}
		if folded := strings.ToLower(column.Name); seen[folded] {
			p.tok = at
			return nil, p.fail("column %s is there twice", column.Name)
		} else {
			seen[folded] = true
		}
		columns = append(columns, column)
		if p.symbol(")") {
			return columns, nil
		}
		if !p.symbol(",") {
			return nil, p.fail("',' or ')' expected after column %s, not %s", column.Name, p.tok)
		}
	}
}

func (p *ddlParser) column() (Column, error) {
	name, err := p.name("a column's name")
	if err != nil {
		return Column{}, err
	}
	at := p.tok
	typeName, err := p.name("the type of column " + name)
	if err != nil {
		return Column{}, err
	}
	kind, ok := ddlTypes[strings.ToLower(typeName)]
	if !ok || p.tok.text == "(" || p.tok.text == "<" {
		p.tok = at
		return Column{}, p.fail("column %s has type %s: a table may have string, boolean, int, bigint and double", name, typeName)
	}
	column := Column{Name: name, Type: kind}
	if p.word("COMMENT") {
		if p.tok.kind != tokenString {
			return Column{}, p.fail("a quoted comment expected, not %s", p.tok)
		}
		column.Key = strings.HasPrefix(p.tok.text, "key")
		p.next()
	}
	return column, nil
}

// location finds LOCATION 'x' behind the columns and makes sure that the
// statement is the only one of its text.
func (p *ddlParser) location(ddl *tableDDL) error {
	for p.tok.kind != tokenEnd {
		switch {
		case p.tok.kind == tokenBad:
			return p.fail("%s", p.tok.text)
		case p.symbol(";"):
			if p.tok.kind != tokenEnd {
				return p.fail("one statement a file expected, and this is a second one")
			}
		case p.word("LOCATION"):
			if p.tok.kind != tokenString || ddl.location != "" {
				return p.fail("one quoted LOCATION expected")
			}
			ddl.location = p.tok.text
			p.next()
		default:
			p.next()
		}
	}
	if ddl.location == "" {
		return p.fail("a LOCATION expected, such as LOCATION '${lake}/%s/'", ddl.name)
	}
	return nil
}
