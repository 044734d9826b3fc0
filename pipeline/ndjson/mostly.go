package ndjson

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// sampleBytes bounds the rejected lines that are analysed, in bytes.
const sampleBytes = 4 << 20

// adviceFor returns the advice for a file whose lines were rejected for the
// most part. If the cause is unknown, the advice has no command.
func (s *Scan) adviceFor(rejects []rejected, rows int64) Advice {
	lines, long := s.sampleOf(rejects)
	p := newParser(s.columns, s.limits)
	most, count := p.commonShape(lines)
	if 2*count > len(lines) {
		var f form
		switch most {
		case oneObject, brokenObject:
			if 2*long > len(lines) {
				return Advice{What: fmt.Sprintf("JSON lines of more than %d bytes", s.limits.Line), Do: "shorten or divide them"}
			}
			f = valueForm(s.columns, lines)
		case otherText:
			if f = p.delimited(lines); rows > 0 {
				f = form{what: "objects with lines of other text between them", do: "remove those lines", filter: `grep '^[[:space:]]*{'`}
			}
		default:
			f = forms[most]
		}
		if f.what != "" {
			return f.advice(rejects[0].File, s.codecs[rejects[0].file])
		}
	}
	return Advice{What: "mostly lines that are no rows of its table", Do: "correct the file or the definition of the table, or move the file elsewhere"}
}

// sampleOf returns a sample of the rejected lines, and how many of them are too
// long.
func (s *Scan) sampleOf(rejects []rejected) (lines [][]byte, long int) {
	size := 0
	for _, r := range rejects {
		if size += len(r.Raw); len(lines) == sampleLines || size > sampleBytes {
			break
		}
		lines = append(lines, r.Raw)
		if r.Reason == s.limits.lineReason() {
			long++
		}
	}
	return lines, long
}

// valueRule describes a misspelling of a column's values, and how sed corrects
// it. Group 1 is the key with its colon, which precedes the value.
type valueRule struct {
	what    string
	kinds   []Type
	wrong   string // a regular expression with the same meaning in Go and sed -E
	replace string
}

const integerForm = `-?(0|[1-9][0-9]*)`

var valueRules = []valueRule{
	{"numbers in quotes", []Type{Int, Bigint}, `"(` + integerForm + `)(\.0+)?"`, `\1\2`},
	{"numbers in quotes", []Type{Double}, `"(` + integerForm + `(\.[0-9]+)?([eE][-+]?[0-9]+)?)"`, `\1\2`},
	{"true and false in quotes", []Type{Boolean}, `"(true|false)"`, `\1\2`},
	{"whole numbers written with a fraction, such as 12.0", []Type{Int, Bigint}, `(` + integerForm + `)\.0+([[:space:]]*[,}])`, `\1\2\4`},
	{"numbers where strings belong", []Type{String}, `(` + integerForm + `(\.[0-9]+)?([eE][-+]?[0-9]+)?)([[:space:]]*[,}])`, `\1"\2"\6`},
	{"empty strings where numbers belong", []Type{Int, Bigint, Double, Boolean}, `""`, `\1null`},
}

// valueForm detects what is wrong with the values of lines that hold one object
// each.
func valueForm(columns []Column, lines [][]byte) form {
	var what string
	var expressions, names []string
	most := 0
	wrong := make([]bool, len(lines))
	for _, rule := range valueRules {
		for _, c := range columns {
			keys, count := rule.find(c, lines, wrong)
			if count == 0 {
				continue
			}
			if count > most {
				most, what = count, rule.what
			}
			names = append(names, c.Name)
			for _, key := range keys {
				expressions = append(expressions, `s/("`+key+`"[[:space:]]*:[[:space:]]*)`+rule.wrong+"/"+rule.replace+"/g")
			}
		}
	}
	explained := 0
	for _, w := range wrong {
		if w {
			explained++
		}
	}
	if 2*explained <= len(lines) {
		return jsonLines
	}
	return form{what: fmt.Sprintf("JSON lines with %s (%s)", what, strings.Join(names, ", ")), filter: "sed -E '" + strings.Join(expressions, "; ") + "'"}
}

// maxSpellings bounds how many spellings of a column's key a command corrects.
const maxSpellings = 4

// find marks and counts the lines that have a wrong value of the column by this
// rule. It returns the spellings of the column's key in them.
func (r *valueRule) find(c Column, lines [][]byte, wrong []bool) (keys []string, count int) {
	if !word.MatchString(c.Name) || !slices.Contains(r.kinds, c.Type) {
		return nil, 0
	}
	pattern := regexp.MustCompile(`(?i:"(` + c.Name + `)")[[:space:]]*:[[:space:]]*` + r.wrong)
	for i, line := range lines {
		m := pattern.FindSubmatch(line)
		if m == nil {
			continue
		}
		if key := string(m[1]); !slices.Contains(keys, key) && len(keys) < maxSpellings {
			keys = append(keys, key)
		}
		wrong[i] = true
		count++
	}
	return keys, count
}
