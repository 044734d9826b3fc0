// Package ddl reads the DDLs of a submission. It takes what people hand in:
// several statements in a file, clauses that are missing or misplaced, and the
// JSON that `aws glue get-table` prints.
package ddl

import (
	"slices"
	"strings"
)

// Table is the definition of a table.
type Table struct {
	Name       string
	Database   string
	Columns    []Column
	Partitions []Column
	SerDe      string            // the class, or "" if the statement has none
	Stored     string            // such as "PARQUET", or an input format, or ""
	Properties map[string]string // of the SerDe and the table, by lower-case name
	Location   string
	External   bool
	AsSelect   bool // CREATE TABLE … AS SELECT
	File       string
	Line       int
	LocatedAt  int    // line of the LOCATION, or 0
	Format     string // "JSON" for the output of get-table, else "SQL"
	Loads      bool   // the file loads the partitions
}

// Column is a column of a table.
type Column struct {
	Name string
	Type string // in lower case without blanks
	Line int
}

// Column returns the column with a name, in upper or lower case.
func (t *Table) Column(name string) (Column, bool) {
	for _, c := range slices.Concat(t.Columns, t.Partitions) {
		if strings.EqualFold(c.Name, name) {
			return c, true
		}
	}
	return Column{}, false
}

// Read returns the tables that a text defines. Statements that are not CREATE
// TABLE are left out.
func Read(file, text string) []Table {
	if trimmed := strings.TrimSpace(text); strings.HasPrefix(trimmed, "{") || strings.HasPrefix(trimmed, "[") {
		if tables := readJSON(file, trimmed); len(tables) > 0 {
			return tables
		}
	}
	p := parser{lexer: lexer{text: text, line: 1}, file: file}
	p.next()
	for p.tok.kind != end {
		switch {
		case p.word("CREATE"):
			p.create()
		case p.word("MSCK"):
			p.loads = true
		case p.word("ALTER"):
			p.alter()
		default:
			p.next()
		}
	}
	for i := range p.tables {
		p.tables[i].Loads = p.loads
	}
	return p.tables
}

// maxTables is how many tables of a file are read.
const maxTables = 200

type parser struct {
	lexer
	file   string
	tok    token
	loads  bool
	tables []Table
}

func (p *parser) next() { p.tok = p.lex() }

func (p *parser) is(word string) bool {
	return p.tok.kind == wordToken && strings.EqualFold(p.tok.text, word)
}

func (p *parser) word(word string) bool {
	if !p.is(word) {
		return false
	}
	p.next()
	return true
}

func (p *parser) symbol(s string) bool {
	if p.tok.kind != symbol || p.tok.text != s {
		return false
	}
	p.next()
	return true
}

// alter notes ALTER TABLE … ADD PARTITION.
func (p *parser) alter() {
	for p.tok.kind != end && !p.symbol(";") && !p.is("CREATE") {
		if p.is("PARTITION") || p.is("RECOVER") {
			p.loads = true
		}
		p.next()
	}
}

func (p *parser) create() {
	line := p.tok.line
	if p.word("OR") {
		p.word("REPLACE")
	}
	external := p.word("EXTERNAL")
	if !p.word("TABLE") || len(p.tables) >= maxTables {
		return
	}
	if p.word("IF") {
		p.word("NOT")
		p.word("EXISTS")
	}
	t := Table{File: p.file, Line: line, External: external, Format: "SQL", Properties: map[string]string{}}
	t.Name = p.name()
	if p.symbol(".") {
		t.Database, t.Name = t.Name, p.name()
		if p.symbol(".") { // catalog.database.table
			t.Database, t.Name = t.Name, p.name()
		}
	}
	if at := strings.LastIndexByte(t.Name, '.'); at >= 0 { // `database.table`
		t.Database, t.Name = t.Name[:at], t.Name[at+1:]
	}
	if p.symbol("(") {
		t.Columns = p.columns()
	}
	for p.tok.kind != end && !p.is("CREATE") && !p.is("MSCK") && !p.is("ALTER") && !p.symbol(";") {
		p.clause(&t)
	}
	p.tables = append(p.tables, t)
}

func (p *parser) name() string {
	if p.tok.kind != wordToken && p.tok.kind != quoted {
		return ""
	}
	name := p.tok.text
	p.next()
	return name
}

// columns reads a list of columns up to its bracket.
func (p *parser) columns() (columns []Column) {
	for p.tok.kind != end && !p.symbol(")") {
		if p.symbol(",") {
			continue
		}
		c := Column{Line: p.tok.line}
		c.Name = p.name()
		if c.Name == "" || p.is("LOCATION") || p.is("SERDE") {
			p.next()
			continue
		}
		p.symbol(":")
		c.Type = strings.ToLower(p.typeText())
		columns = append(columns, c)
	}
	return columns
}

// nesting is by how much a sign changes the depth of angles and of brackets.
var nesting = map[string][2]int{"<": {1, 0}, ">": {-1, 0}, "(": {0, 1}, ")": {0, -1}}

// typeText reads a type, and skips what follows it up to the next column.
func (p *parser) typeText() string {
	var b strings.Builder
	angles, brackets, inType := 0, 0, true
	for p.tok.kind != end && !p.endsType(angles, brackets) {
		if p.tok.kind == symbol {
			angles += nesting[p.tok.text][0]
			brackets += nesting[p.tok.text][1]
		}
		if angles <= 0 && brackets == 0 && b.Len() > 0 && p.tok.kind == wordToken && !p.is("PRECISION") {
			inType = false // COMMENT, NOT NULL
		}
		if inType {
			b.WriteString(p.tok.text)
		}
		p.next()
	}
	return b.String()
}

// endsType reports whether the next token ends the type of a column.
func (p *parser) endsType(angles, brackets int) bool {
	if p.tok.kind != symbol {
		return false
	}
	return p.tok.text == ";" || p.tok.text == ")" && brackets == 0 || p.tok.text == "," && angles <= 0 && brackets == 0
}

// clause reads a clause behind the columns, or skips a word.
func (p *parser) clause(t *Table) {
	switch {
	case p.word("PARTITIONED"):
		p.word("BY")
		if p.symbol("(") {
			t.Partitions = append(t.Partitions, p.columns()...)
		}
	case p.word("SERDE"):
		if p.tok.kind == quoted {
			t.SerDe = p.tok.text
			p.next()
		}
	case p.word("STORED"):
		p.word("AS")
		if p.word("INPUTFORMAT") || p.tok.kind == wordToken {
			t.Stored = strings.ToUpper(p.tok.text)
			p.next()
		}
	case p.is("LOCATION"):
		t.LocatedAt = p.tok.line
		p.next()
		if p.tok.kind == quoted {
			t.Location = p.tok.text
			p.next()
		}
	case p.word("SERDEPROPERTIES"), p.word("TBLPROPERTIES"):
		p.properties(t)
	case p.word("AS"):
		t.AsSelect = t.AsSelect || p.is("SELECT") || p.is("WITH")
	default:
		p.next()
	}
}

func (p *parser) properties(t *Table) {
	if !p.symbol("(") {
		return
	}
	for p.tok.kind != end && !p.symbol(")") {
		if p.tok.kind != quoted {
			p.next()
			continue
		}
		name := p.tok.text
		p.next()
		if p.symbol("=") && p.tok.kind == quoted {
			t.Properties[strings.ToLower(name)] = p.tok.text
			p.next()
		}
	}
}
