package athena

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"stedi/pipeline"
	"stedi/pipeline/ndjson"
)

// filter is a check that only filters the rows of one table, so that one reading
// of the table answers it together with the table's count and with others.
type filter struct {
	rule      *pipeline.Check
	Alias     string // of the table in its text
	Condition string
	Message   string // what it says of a row; "": nothing
}

// sqlWord is a text, a quoted name, a comment, a word or another sign of SQL.
var sqlWord = regexp.MustCompile(`'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|/\*(?s:.*?)\*/|\w+|\S`)

// otherClauses are what a filter must not have.
var otherClauses = regexp.MustCompile(`(?i)^(?:WITH|DISTINCT|JOIN|GROUP|HAVING|WINDOW|OVER|QUALIFY|ORDER|LIMIT|OFFSET|FETCH|UNION|INTERSECT|EXCEPT|TABLESAMPLE|USING)$`)

// filterOf returns a check as a filter, if it is one.
func filterOf(rule *pipeline.Check) (f filter, ok bool) {
	if len(rule.Inputs) != 1 || !strings.EqualFold(rule.Inputs[0], rule.Table) || len(rule.Watch) == 0 {
		return f, false // Watch: whether a row is found depends on its values alone
	}
	s, ok := split(bare(rule.SQL))
	if !ok {
		return f, false
	}
	named := s.words[s.from+1 : s.where]
	if len(named) == 3 && strings.EqualFold(named[1], "AS") {
		named = []string{named[0], named[2]}
	}
	if len(named) != 2 || !strings.EqualFold(named[0], rule.Table) {
		return f, false
	}
	f = filter{rule: rule, Alias: named[1], Condition: s.sql[s.places[s.where][1]:]}
	if !rule.Messages {
		return f, true
	}
	end := s.from - 2 // the message is the only column: … AS message FROM
	if end < 1 || !strings.EqualFold(s.words[end], "AS") || !strings.EqualFold(s.words[end+1], "message") || topComma(s.words[1:end]) {
		return filter{}, false
	}
	f.Message = s.sql[s.places[0][1]:s.places[end][0]]
	return f, true
}

// statement is a SELECT … FROM … WHERE … without any other clause.
type statement struct {
	sql         string
	words       []string // comments left out
	places      [][]int  // of the words in the text
	from, where int      // their places among the words
}

// split takes a statement apart, if it has these clauses once and no other.
func split(sql string) (s statement, ok bool) {
	s = statement{sql: sql}
	times := map[string]int{}
	for _, place := range sqlWord.FindAllStringIndex(sql, -1) {
		word := sql[place[0]:place[1]]
		if strings.HasPrefix(word, "--") || strings.HasPrefix(word, "/*") {
			continue
		}
		if otherClauses.MatchString(word) {
			return s, false
		}
		switch strings.ToUpper(word) {
		case "SELECT":
			times["SELECT"]++
		case "FROM":
			s.from = len(s.words)
			times["FROM"]++
		case "WHERE":
			s.where = len(s.words)
			times["WHERE"]++
		}
		s.words, s.places = append(s.words, word), append(s.places, place)
	}
	once := times["SELECT"] == 1 && times["FROM"] == 1 && times["WHERE"] == 1
	return s, once && strings.EqualFold(s.words[0], "SELECT") && s.from < s.where
}

// topComma reports whether there is a comma outside of parentheses.
func topComma(words []string) bool {
	depth := 0
	for _, w := range words {
		switch w {
		case "(":
			depth++
		case ")":
			depth--
		case ",":
			if depth == 0 {
				return true
			}
		}
	}
	return false
}

// filters are those of a table, all with the same alias: they can be asked for
// together.
func (e *Engine) filters(t *pipeline.Table) []filter {
	var all []filter
	for _, rule := range e.checks {
		if !strings.EqualFold(rule.Table, t.Name) {
			continue
		}
		if f, ok := filterOf(rule); ok && (len(all) == 0 || strings.EqualFold(all[0].Alias, f.Alias)) {
			all = append(all, f)
		}
	}
	return all
}

// CountsCheck reports whether the query that counts the rows of a table also
// evaluates one of its checks.
func (e *Engine) CountsCheck(rule *pipeline.Check) bool {
	for _, f := range e.filters(&pipeline.Table{Name: rule.Table}) {
		if f.rule == rule {
			return true
		}
	}
	return false
}

// scanTogether counts the rows of a table, and keeps what its filters find until
// they are asked for.
func (e *Engine) scanTogether(ctx context.Context, t *pipeline.Table, filters []filter) (ndjson.Report, error) {
	var aliases []alias
	if a, ok := e.names.alias(t, true); ok {
		aliases = append(aliases, a)
	}
	list, err := with(aliases)
	if err != nil {
		return ndjson.Report{}, err
	}
	found, err := e.ask(ctx, "together.sql", map[string]any{"Names": list, "Table": t.Name, "Alias": filters[0].Alias, "Filters": filters, "Most": pipeline.MostMessages})
	if err != nil {
		return ndjson.Report{}, about(t, err)
	}
	if len(found) != 1 || len(found[0]) < 1+2*len(filters) {
		return ndjson.Report{}, fmt.Errorf("%s: the counts that came back are not those that were asked for", t.Name)
	}
	row := found[0]
	rows, _ := row[0].(int64)
	e.mu.Lock()
	defer e.mu.Unlock()
	for i, f := range filters {
		findings := pipeline.Findings{}
		findings.Rows, _ = row[1+2*i].(int64)
		if text, ok := row[2+2*i].(string); ok && f.rule.Messages {
			findings.Messages = pipeline.SplitMessages(text)
		}
		e.answers[f.rule] = findings
	}
	return ndjson.Report{Rows: rows}, nil
}

// remembered returns what a check has found in the last scan of its table, once.
func (e *Engine) remembered(rule *pipeline.Check) (pipeline.Findings, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	found, ok := e.answers[rule]
	delete(e.answers, rule)
	return found, ok
}
