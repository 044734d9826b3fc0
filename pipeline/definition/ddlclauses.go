package definition

import (
	"slices"
	"strings"
)

// clauseWords begin the clauses of Athena's CREATE EXTERNAL TABLE after the
// columns, and some clauses of Hive and Spark that Athena does not support.
var clauseWords = []string{
	"COMMENT", "PARTITIONED", "CLUSTERED", "ROW", "STORED", "WITH", "LOCATION", "TBLPROPERTIES", "SKEWED", "USING", "AS",
}

// clause parses the clause whose first word was consumed.
func (p *ddlParser) clause(first string) {
	switch first {
	case "COMMENT":
		p.ddl.comment, _ = p.literal("comment")
	case "PARTITIONED":
		p.partitioned()
	case "CLUSTERED":
		p.clustered()
	case "ROW":
		p.rowFormat()
	case "STORED":
		p.stored()
	case "WITH":
		p.serdeProperties()
	case "LOCATION":
		p.location()
	case "TBLPROPERTIES":
		p.properties(p.tableProperty)
	}
}

// refused returns what to write instead of a clause that is not supported.
func (p *ddlParser) refused(first string) string {
	switch first {
	case "SKEWED":
		return "SKEWED BY is not supported: delete it"
	case "USING":
		return "USING is Spark's: write ROW FORMAT SERDE '" + openX + "' instead"
	case "AS":
		return "a landing table is not built by a SELECT: put the SELECT into transforms/" + p.ddl.name + ".sql"
	}
	return ""
}

// clauses parses everything after the columns, up to the end of the text.
func (p *ddlParser) clauses() {
	p.seen = map[string]bool{}
	for !p.ended() && !p.isSymbol(";") {
		first, ok := p.clauseWord()
		if !ok {
			p.refuse("%s is not a clause of CREATE EXTERNAL TABLE: delete it", p.tok)
			continue
		}
		if fix := p.refused(first); fix != "" {
			p.refuse("%s", fix)
			continue
		}
		if p.seen[first] && first == "LOCATION" {
			p.fail("one quoted LOCATION expected, and this is another one: delete one of them")
		} else if p.seen[first] {
			p.fail("%s is there twice: delete one of them", first)
		}
		p.seen[first] = true
		if p.ddl.formatAt == 0 && slices.Contains([]string{"STORED", "WITH", "LOCATION", "TBLPROPERTIES"}, first) {
			p.ddl.formatAt = p.tok.offset
		}
		p.next()
		p.clause(first)
	}
	p.symbol(";")
	p.empty()
	p.end()
	p.ddl.serde.apply(p)
}

// end makes sure that the text has no other statement and that the table has a
// location.
func (p *ddlParser) end() {
	switch {
	case p.tok.kind == tokenBad:
		if len(p.faults) == 0 || p.faulty != p.tok.offset {
			p.fail("%s", p.tok)
		}
		return
	case p.tok.kind != tokenEnd:
		p.fail("one statement a file expected, and this is a second one: give it a file of its own")
	}
	if p.ddl.location == "" && !p.seen["LOCATION"] {
		p.fail("a LOCATION expected, such as LOCATION '${lake}/%s/'", p.ddl.name)
	}
}

// refuse notes an error at the next clause and skips to the one after it.
func (p *ddlParser) refuse(format string, args ...any) {
	p.fail(format, args...)
	p.next()
	p.skipClause()
}

func (p *ddlParser) skipClause() {
	for depth := 0; !p.ended(); p.next() {
		switch {
		case p.isSymbol("("):
			depth++
		case p.isSymbol(")"):
			depth--
		case depth > 0:
		case p.isSymbol(";"):
			return
		}
		if _, ok := p.clauseWord(); ok && depth <= 0 {
			return
		}
	}
}

// clauseWord returns the next word if it begins a clause.
func (p *ddlParser) clauseWord() (string, bool) {
	i := slices.IndexFunc(clauseWords, p.isWord)
	if i < 0 {
		return "", false
	}
	return clauseWords[i], true
}

func (p *ddlParser) location() {
	p.ddl.locatedLine = LineAt(p.text, p.tok.offset)
	p.ddl.locationAt = span{p.tok.offset, p.tok.end}
	p.ddl.location, _ = p.literal("LOCATION")
}

// partitioned parses columns whose values are part of folder names.
func (p *ddlParser) partitioned() {
	at := p.tok
	if !p.words("BY") {
		p.skipClause()
		return
	}
	if !p.isSymbol("(") {
		p.refuse("'(' and the partition columns expected, not %s", p.tok)
		return
	}
	for _, c := range p.columns() {
		if shape := c.Type.Shape(); shape.IsNested() {
			p.failAt(at, "partition column %s has type %s, which the name of a folder cannot hold: write string", c.Name, c.Type)
		}
		c.Partition, c.Key = true, false
		p.ddl.columns = append(p.ddl.columns, c)
	}
}

// clustered parses how the rows are spread over files, which changes no row.
func (p *ddlParser) clustered() {
	if !p.words("BY") || !p.names("CLUSTERED BY") {
		p.skipClause()
		return
	}
	if p.word("SORTED") && (!p.words("BY") || !p.names("SORTED BY")) {
		p.skipClause()
		return
	}
	if !p.words("INTO") {
		p.skipClause()
		return
	}
	if p.tok.kind != tokenWord || strings.Trim(p.tok.text, "0123456789") != "" {
		p.fail("a number of buckets expected, not %s", p.tok)
	}
	p.next()
	p.words("BUCKETS")
}

// names parses a list of columns of the table.
func (p *ddlParser) names(what string) bool {
	if !p.symbol("(") {
		p.fail("'(' and columns expected after %s, not %s", what, p.tok)
		return false
	}
	for {
		at := p.tok
		name, ok := p.name("a column's name")
		if !ok {
			return false
		}
		if !p.hasColumn(name, nil) {
			p.failAt(at, "%s: the table has no column %s: name one of its columns", what, name)
		}
		if !p.word("ASC") {
			p.word("DESC")
		}
		if p.symbol(")") {
			return true
		}
		if !p.symbol(",") {
			p.fail("',' or ')' expected after column %s, not %s", name, p.tok)
			return false
		}
	}
}

// rowFormat parses ROW FORMAT SERDE; ROW FORMAT DELIMITED is not for JSON.
func (p *ddlParser) rowFormat() {
	p.ddl.hasFormat = true
	if !p.words("FORMAT") {
		p.skipClause()
		return
	}
	at := p.tok
	if p.word("DELIMITED") {
		p.failAt(at, "ROW FORMAT DELIMITED describes delimited text, and stedi reads JSON lines: convert the files, and write ROW FORMAT SERDE '%s'", openX)
		p.delimiters()
		return
	}
	if !p.words("SERDE") {
		p.skipClause()
		return
	}
	at = p.tok
	class, ok := p.literal("SerDe")
	if !ok {
		p.skipClause()
		return
	}
	p.ddl.serde.class = class
	if class != openX && class != hiveJSON {
		p.failAt(at, "the SerDe %.100s reads %s, and stedi reads JSON lines: convert the files, and write ROW FORMAT SERDE '%s'", class, readBy(class), openX)
	}
}

// delimiters skips the words that describe how text is delimited.
func (p *ddlParser) delimiters() {
	words := []string{"FIELDS", "TERMINATED", "BY", "ESCAPED", "COLLECTION", "ITEMS", "MAP", "KEYS", "LINES", "NULL", "DEFINED", "AS"}
	for p.tok.kind == tokenString || slices.ContainsFunc(words, p.isWord) {
		p.next()
	}
}

// stored parses STORED AS; JSON lines are text files.
func (p *ddlParser) stored() {
	at := p.tok
	if p.word("BY") {
		p.failAt(at, "STORED BY is not supported: write ROW FORMAT SERDE '%s'", openX)
		p.skipClause()
		return
	}
	if !p.words("AS") {
		p.skipClause()
		return
	}
	at = p.tok
	format, ok := p.name("a file format")
	switch {
	case !ok:
		p.skipClause()
	case strings.EqualFold(format, "TEXTFILE"):
	case strings.EqualFold(format, "INPUTFORMAT"):
		p.inputFormat()
	default:
		p.failAt(at, "STORED AS %.40s is not supported, since stedi reads JSON lines: convert the files, and write STORED AS TEXTFILE with ROW FORMAT SERDE '%s'", strings.ToUpper(format), openX)
	}
}

const textInput = "org.apache.hadoop.mapred.TextInputFormat"

func (p *ddlParser) inputFormat() {
	at := p.tok
	if format, ok := p.literal("input format"); ok && format != textInput {
		p.failAt(at, "the input format %.100s is not supported, since stedi reads JSON lines: convert the files, and write '%s'", format, textInput)
	}
	// The output format does not change how files are read.
	if p.word("OUTPUTFORMAT") {
		p.literal("output format")
	}
}

// serdeProperties parses WITH SERDEPROPERTIES (…).
func (p *ddlParser) serdeProperties() {
	if !p.words("SERDEPROPERTIES") {
		p.skipClause()
		return
	}
	p.properties(func(at token, name, value string) { p.ddl.serde.property(p, at, name, value) })
}

// properties parses a list of 'name' = 'value'.
func (p *ddlParser) properties(take func(at token, name, value string)) {
	if !p.symbol("(") {
		p.refuse("'(' and properties expected, not %s", p.tok)
		return
	}
	seen := map[string]bool{}
	for !p.symbol(")") {
		at := p.tok
		name, ok := p.literal("property")
		if !ok || !p.symbol("=") {
			p.failAt(at, "properties such as 'name' = 'value' expected")
			p.skipClause()
			return
		}
		value, ok := p.propertyValue()
		if !ok {
			p.skipClause()
			return
		}
		if seen[name] {
			p.failAt(at, "property '%.80s' is there twice: delete one of them", name)
		} else {
			seen[name] = true
			take(at, name, value)
		}
		if !p.symbol(",") && !p.isSymbol(")") {
			p.fail("',' or ')' expected after a property, not %s", p.tok)
			p.skipClause()
			return
		}
	}
}

// propertyValue parses a quoted value, or a bare word such as TRUE.
func (p *ddlParser) propertyValue() (string, bool) {
	if p.tok.kind != tokenWord {
		return p.literal("value")
	}
	value := p.tok.text
	p.next()
	return value, true
}
