package athena

import (
	"fmt"
	"slices"
	"strings"

	"stedi/pipeline"
	"stedi/pipeline/definition"
	"stedi/pipeline/sqlquote"
)

// counting is what one query counts: each relation is read once, and the stages
// that only filter its rows are counted during that reading.
type counting struct {
	With   string // definitions of the stages; "": none
	Groups []group
}

// group is a relation with the stages that filter its rows, one after the other.
type group struct {
	From  string   // SQL text of the relation
	Names []string // what its counts are of: the relation, then the stages
	Links []link
	Alias string // of its counts
}

// link is a stage that keeps some rows of the relation before it. It is counted
// as a relation that has all rows, each with a flag.
type link struct {
	Name      string
	List      string // its columns
	Star      bool   // they include all columns of the relation
	From      string // name of the relation before it
	Alias     string // of that relation in the text of the stage
	Condition string // "": it keeps all rows

	Flagged string   // name of the relation with the flag
	Reads   string   // SQL text of the relation that it reads
	Kept    string   // the flag
	Gate    string   // the flag of the stage before it; "": it is the first
	Carried []string // flags of the stages before it
}

// Last is the relation that has all flags.
func (g group) Last() string {
	if len(g.Links) == 0 {
		return g.From
	}
	return g.Links[len(g.Links)-1].Flagged
}

// onlyFilters reports whether a reading counts more than one relation.
func (c counting) onlyFilters() bool {
	return slices.ContainsFunc(c.Groups, func(g group) bool { return len(g.Links) > 0 })
}

// scope says how the relations of a transform are counted.
type scope struct {
	stages  bool
	chained bool                    // stages that only filter share a reading
	counted func(input string) bool // inputs whose rows are known
	name    func(table string) string
	result  string // SQL text of the relation with the rows that were built
}

// inputKey and stageKey are what a count is of: an input and a stage can have the
// same name.
func inputKey(name string) string { return "input " + strings.ToLower(name) }

func stageKey(name string) string { return "stage " + strings.ToLower(name) }

// countingOf returns what the query counts: the inputs, the stages and the
// result.
func countingOf(t *pipeline.Table, s scope) counting {
	c, placed := counting{}, map[string]bool{}
	if with, _, ok := definition.Parts(t.Transform); ok && s.stages && with != "" {
		var links []link
		c.With = with
		if s.chained {
			links = linksOf(with)
		}
		for _, stage := range t.Transform.Stages {
			if !placed[stageKey(stage)] {
				c.Groups = append(c.Groups, chain(links, stage, t.Transform.Inputs, placed, s.name))
			}
		}
	}
	for _, input := range t.Transform.Inputs {
		if !s.counted(input) && !placed[inputKey(input)] {
			c.Groups = append(c.Groups, group{From: s.name(input), Names: []string{inputKey(input)}})
		}
	}
	c.Groups = append(c.Groups, group{From: s.result, Names: []string{""}})
	for i := range c.Groups {
		c.Groups[i].flag(i)
	}
	return c
}

// chain returns the group that a stage begins: the relation that it filters, the
// stage, and the stages that filter its rows in turn.
func chain(links []link, stage string, inputs []string, placed map[string]bool, name func(string) string) group {
	placed[stageKey(stage)] = true
	first, ok := find(links, func(l link) bool { return strings.EqualFold(l.Name, stage) })
	g := group{From: sqlquote.ANSI.Name(stage), Names: []string{stageKey(stage)}}
	if ok {
		g.From, g.Names, g.Links = sqlquote.ANSI.Name(first.From), []string{stageKey(first.From), stageKey(stage)}, []link{first}
		for _, input := range inputs {
			if strings.EqualFold(input, first.From) {
				g.From, g.Names[0] = name(input), inputKey(input)
				placed[inputKey(input)] = true
			}
		}
	}
	for last := stage; ; {
		next, ok := find(links, func(l link) bool { return strings.EqualFold(l.From, last) && !placed[stageKey(l.Name)] })
		if !ok {
			return g
		}
		last = next.Name
		placed[stageKey(last)] = true
		g.Links, g.Names = append(g.Links, next), append(g.Names, stageKey(last))
	}
}

// flag names the relations and the flags of a group, the nth of its query.
func (g *group) flag(n int) {
	g.Alias = fmt.Sprintf("stedi_counts_%d", n)
	reads := g.From
	for i := range g.Links {
		l := &g.Links[i]
		l.Flagged, l.Kept, l.Reads = fmt.Sprintf("stedi_flagged_%d_%d", n, i), fmt.Sprintf("stedi_kept_%d", i), reads
		reads = l.Flagged
		if i == 0 {
			continue
		}
		l.Gate = l.Alias + "." + g.Links[i-1].Kept
		if !l.Star {
			for _, before := range g.Links[:i] {
				l.Carried = append(l.Carried, l.Alias+"."+before.Kept)
			}
		}
	}
}

func find(links []link, is func(link) bool) (link, bool) {
	for _, l := range links {
		if is(l) {
			return l, true
		}
	}
	return link{}, false
}

// linksOf returns the stages of a WITH clause that only filter.
func linksOf(with string) []link {
	var links []link
	for _, d := range definitionsOf(with) {
		if l, ok := linkOf(d.name, d.body); ok {
			links = append(links, l)
		}
	}
	return links
}

// stageText is the definition of a stage.
type stageText struct{ name, body string }

// definitionsOf splits a WITH clause. It returns those definitions that have
// the form NAME AS (BODY).
func definitionsOf(with string) []stageText {
	words, places := wordsOf(with)
	var all []stageText
	depth, open := 0, 0
	for i, w := range words {
		switch w {
		case "(":
			if depth == 0 {
				open = i
			}
			depth++
		case ")":
			depth--
			if depth == 0 && open >= 3 && strings.EqualFold(words[open-1], "AS") && isName(words[open-2]) && (words[open-3] == "," || strings.EqualFold(words[open-3], "WITH")) {
				all = append(all, stageText{unquoted(words[open-2]), with[places[open][1]:places[i][0]]})
			}
		}
	}
	return all
}

// linkOf returns a stage as a filter of one relation, if it is no more than
// that: its columns are columns of the relation, and each of its rows is one.
func linkOf(name, body string) (l link, ok bool) {
	words, places := wordsOf(body)
	if len(words) < 4 || !strings.EqualFold(words[0], "SELECT") {
		return l, false
	}
	from, where, ok := clauses(words)
	if !ok {
		return l, false
	}
	star, plain := plainColumns(words[1:from])
	relation, alias, single := singleRelation(words[from+1 : where])
	if !plain || !single {
		return l, false
	}
	l = link{Name: name, List: body[places[1][0]:places[from-1][1]], Star: star, From: relation, Alias: alias}
	if where < len(words) {
		if where+1 == len(words) {
			return l, false
		}
		l.Condition = body[places[where+1][0]:places[len(words)-1][1]]
	}
	return l, true
}

// clauses finds FROM and WHERE in a statement that has no other clause; where is
// the number of words if there is none.
func clauses(words []string) (from, where int, ok bool) {
	depth := 0
	times := map[string]int{}
	where = len(words)
	for i, w := range words {
		switch w {
		case "(":
			depth++
			continue
		case ")":
			depth--
			continue
		}
		if depth > 0 {
			continue
		}
		if otherClauses.MatchString(w) {
			return 0, 0, false
		}
		upper := strings.ToUpper(w)
		times[upper]++
		switch upper {
		case "FROM":
			from = i
		case "WHERE":
			where = i
		}
	}
	return from, where, times["SELECT"] == 1 && times["FROM"] == 1 && times["WHERE"] <= 1 && from >= 2 && from < where
}

// plainColumns reports whether a select list has only columns, perhaps renamed,
// and whether it has a star.
func plainColumns(words []string) (star, plain bool) {
	for _, w := range words {
		switch {
		case w == "*":
			star = true
		case w == "," || w == "." || isName(w):
		default:
			return star, false
		}
	}
	return star, true
}

// singleRelation splits NAME, NAME ALIAS and NAME AS ALIAS.
func singleRelation(words []string) (relation, alias string, ok bool) {
	if len(words) == 3 && strings.EqualFold(words[1], "AS") {
		words = []string{words[0], words[2]}
	}
	switch {
	case len(words) == 1 && isName(words[0]):
		return unquoted(words[0]), words[0], true
	case len(words) == 2 && isName(words[0]) && isName(words[1]):
		return unquoted(words[0]), words[1], true
	default:
		return "", "", false
	}
}

// wordsOf returns the words of a text without comments, and their places.
func wordsOf(text string) (words []string, places [][]int) {
	for _, place := range sqlWord.FindAllStringIndex(text, -1) {
		if w := text[place[0]:place[1]]; !strings.HasPrefix(w, "--") && !strings.HasPrefix(w, "/*") {
			words, places = append(words, w), append(places, place)
		}
	}
	return words, places
}

// isName reports whether a word can be the name of a column or a relation.
func isName(word string) bool {
	first := word[0]
	return first == '"' || first == '_' || first >= 'a' && first <= 'z' || first >= 'A' && first <= 'Z'
}

func unquoted(word string) string {
	if inner, ok := strings.CutPrefix(word, `"`); ok {
		return strings.ReplaceAll(strings.TrimSuffix(inner, `"`), `""`, `"`)
	}
	return word
}

// CountReads returns the tables that the query reads which counts the rows of a
// transform: each as often as it is read. Inputs for which counted returns true
// are not counted, but may be read by stages.
func CountReads(t *pipeline.Table, stages bool, counted func(input string) bool) []string {
	c := countingOf(t, scope{stages: stages, chained: true, counted: counted, name: inputKey, result: inputKey(t.Name)})
	r := reading{inputs: append([]string{t.Name}, t.Transform.Inputs...), stages: map[string]string{}}
	for _, d := range definitionsOf(c.With) {
		r.stages[strings.ToLower(d.name)] = d.body
	}
	for _, g := range c.Groups {
		if name, ok := strings.CutPrefix(g.From, inputKey("")); ok {
			r.read(name)
		} else if name, ok := strings.CutPrefix(g.Names[0], stageKey("")); ok {
			r.read(name)
		}
		for _, l := range g.Links {
			r.reads(l.Condition)
		}
	}
	return r.all
}

// reading collects the tables that SQL reads.
type reading struct {
	inputs []string
	stages map[string]string // their texts
	depth  int               // of stages in stages, which cannot be more than there are
	all    []string
}

// read adds what a relation reads.
func (r *reading) read(name string) {
	if text, ok := r.stages[strings.ToLower(name)]; ok && r.depth < len(r.stages) && !slices.Contains(r.inputs, name) {
		r.depth++
		r.reads(text)
		r.depth--
		return
	}
	for _, input := range r.inputs {
		if strings.EqualFold(input, name) {
			r.all = append(r.all, input)
		}
	}
}

// reads adds what a text reads: the names after FROM, JOIN and a comma.
func (r *reading) reads(text string) {
	words, _ := wordsOf(text)
	for i := 1; i < len(words); i++ {
		before := strings.ToUpper(words[i-1])
		if (before == "FROM" || before == "JOIN" || before == ",") && isName(words[i]) && (i+1 == len(words) || words[i+1] != ".") {
			r.read(unquoted(words[i]))
		}
	}
}
