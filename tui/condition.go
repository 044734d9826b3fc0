package tui

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"stedi/pipeline"
	"stedi/pipeline/pager"
	"stedi/tui/grid"
)

// typedFilter is a condition that the reader typed, or that another screen
// requested in words.
type typedFilter struct {
	text  string // as typed; "" if another screen requested it
	shown string // for the headline
}

var (
	sqlName     = regexp.MustCompile(`"[^"]+"|[A-Za-z_]\w*`)
	sqlOperator = regexp.MustCompile(`(?i)[=<>~]|\w\(|\bis\s+(not\s+)?(null|true|false|distinct)\b|\bin\s*\(|\b(i?like|similar\s+to)\s*['(]|\bbetween\b.+\band\b`)
	// sqlWord matches what is an operator only beside the name of a column.
	sqlWord    = regexp.MustCompile(`(?i)[(!]|\b(is|in|like|ilike|between|not|similar|and|or)\b`)
	quotedText = regexp.MustCompile(`^'[^']*'$|^"[^"]*"$`)
)

// typedCondition converts typed text to SQL. Text with an operator is SQL, even
// if it is wrong: a misspelled column must not become a search that finds
// nothing. Other text, and text in quotes, is searched in all columns.
func typedCondition(text string, table *pipeline.Table) (sql string, typed typedFilter) {
	if isSQL(text, table) {
		return text, typedFilter{text, text}
	}
	wanted := text
	if quotedText.MatchString(text) {
		wanted = text[1 : len(text)-1]
	}
	return sqlText("anywhere.sql", map[string]any{"Columns": table.Columns, "Text": wanted}),
		typedFilter{text, "contains " + strconv.Quote(wanted)}
}

func isSQL(text string, table *pipeline.Table) bool {
	switch {
	case quotedText.MatchString(text):
		return false
	case sqlOperator.MatchString(text):
		return true
	}
	return sqlWord.MatchString(text) && slices.ContainsFunc(sqlName.FindAllString(text, -1), func(name string) bool {
		return slices.ContainsFunc(table.Columns, func(c pipeline.Column) bool {
			return strings.EqualFold(c.Name, strings.Trim(name, `"`))
		})
	})
}

// rejectedFilter is a typed condition that is not valid.
type rejectedFilter struct {
	text   string
	column int // position of the error, in characters from 1; 0: unknown
}

// quoteHint is the fix for text that was not meant as SQL.
const quoteHint = "To search for text with these characters, put it in quotes: 'a = b'."

// whyRejected describes an error in the typed condition, with its position.
func (t *tableView) whyRejected(err error) *problem {
	p := describe("the filter of "+t.name+" is not valid", err)
	if p.filter, p.before = true, t.failure; p.before != nil && p.before.filter {
		p.before = p.before.before
	}
	r := t.rejected
	if r == nil {
		return p
	}
	if r.column > 0 {
		p.why = append(p.why, r.text, strings.Repeat(" ", r.column-1)+"▲ column "+strconv.Itoa(r.column))
	}
	p.fix = append(p.fix, "Press / to correct it.", quoteHint)
	return p
}

// conditionTexts formats the conditions for the headline.
func (t *tableView) conditionTexts(where []pager.Condition) []string {
	var list []string
	for _, c := range where {
		if typed, ok := t.says[c.SQL]; ok {
			list = append(list, typed.shown)
		} else {
			list = append(list, grid.ConditionText(c))
		}
	}
	return list
}
