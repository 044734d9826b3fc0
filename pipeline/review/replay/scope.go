package replay

import (
	"strings"

	"stedi/pipeline/review/sparksql"
)

// scope is where the names of an expression are resolved.
type scope struct {
	outer *scope
	cols  []scoped
	label string
	line  int // of the node, to which lines of its SQL are added
	ctes  map[string]*relation
	views map[string]*relation
	// frames are the relations that columns such as df.x name.
	frames func(node int) *relation
}

// scoped is a column that an expression can name.
type scoped struct {
	column

	ref string // the SQL that names it
}

// scopeOf names the columns of a relation that stands in SQL under an alias.
func scopeOf(alias string, r *relation) []scoped {
	var all []scoped
	for _, c := range r.cols {
		all = append(all, scoped{c, quote(alias) + "." + quote(c.sql)})
	}
	return all
}

func (s *scope) find(x *sparksql.Column) (*scoped, error) {
	line := s.line
	var id int
	if x.Frame >= 0 {
		r := s.frames(x.Frame)
		if r == nil {
			return nil, unsupported(line, "column %s: its frame is not understood", x.Name)
		}
		at := r.find(x.Name)
		if len(at) == 0 {
			return nil, fails(line, "column %s is not in %s", x.Name, r.label)
		}
		id = r.cols[at[len(at)-1]].id
	}
	for at := s; at != nil; at = at.outer {
		var found []*scoped
		for i := range at.cols {
			c := &at.cols[i]
			switch {
			case x.Frame >= 0 && c.id == id, x.Frame < 0 && c.matches(x):
				found = append(found, c)
			}
		}
		if len(found) == 1 {
			return found[0], nil
		}
		if len(found) > 1 {
			if x.Frame >= 0 {
				return nil, unsupported(line, "column %s stands on both sides of a join of a frame with itself", x.Name)
			}
			return nil, fails(line, "column %s is ambiguous: more than one input has it", name(x))
		}
	}
	if x.Frame >= 0 {
		return nil, unsupported(line, "column %s belongs to another frame", x.Name)
	}
	return nil, s.missing(x)
}

func name(x *sparksql.Column) string {
	if x.Qualifier != "" {
		return x.Qualifier + "." + x.Name
	}
	return x.Name
}

func (c *scoped) matches(x *sparksql.Column) bool {
	if !strings.EqualFold(c.name, x.Name) {
		return false
	}
	if x.Qualifier == "" {
		return true
	}
	for _, q := range c.quals {
		if strings.EqualFold(q, x.Qualifier) {
			return true
		}
	}
	return false
}

// missing explains that a column is in none of the inputs.
func (s *scope) missing(x *sparksql.Column) error {
	label := s.label
	if x.Qualifier != "" {
		if r := s.views[strings.ToLower(x.Qualifier)]; r != nil {
			label = r.label
		}
	}
	return fails(s.line, "column %s is not in %s", name(x), label)
}

func fieldOf(c *column) string {
	if c == nil {
		return ""
	}
	if c.field != "" {
		return c.field
	}
	return c.name
}

func tableOf(c *column) string {
	if c == nil {
		return ""
	}
	return c.from
}
