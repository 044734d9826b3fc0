package replay

import (
	"slices"

	"stedi/pipeline/review/script"
	"stedi/pipeline/review/sparksql"
)

// mostRounds bounds the rounds of a loop over the names of columns.
const mostRounds = 200

// round is one round of a loop over the names of columns.
type round struct {
	name string
	body [2]int // nodes of the body
	// now are the frames that the loop changes, by their nodes before the loop.
	now  map[int]*relation
	done map[int]*relation
}

// forEach repeats the body of a loop over the names of columns.
func (t *translator) forEach(n *script.Node) (*relation, error) {
	if t.round != nil {
		return nil, unsupported(n.Line, "a loop in a loop over the names of columns is not supported")
	}
	over := n.Names[0]
	of, err := t.node(over.Frame)
	if err != nil {
		return nil, err
	}
	changed := n.Inputs[:len(n.Inputs)-1] // the last is the frame whose names these are
	now := map[int]*relation{}
	for i := 0; i < len(changed); i += 2 {
		if now[changed[i]], err = t.node(changed[i]); err != nil {
			return nil, err
		}
	}
	names, err := t.kept(&over, of)
	if err != nil {
		return nil, err
	}
	if len(names) > mostRounds {
		return nil, unsupported(n.Line, "the loop has more than %d rounds", mostRounds)
	}
	for _, name := range names {
		next := map[int]*relation{}
		t.round = &round{name, n.Body, now, map[int]*relation{}}
		for i := 0; i < len(changed) && err == nil; i += 2 {
			next[changed[i]], err = t.node(changed[i+1])
		}
		t.round = nil
		if err != nil {
			return nil, err
		}
		now = next
	}
	return now[changed[2*n.Count]], nil
}

// inRound is the relation of a node in a round; nil if the round does not change
// it.
func (t *translator) inRound(n int) (*relation, error) {
	r := t.round
	if now := r.now[n]; now != nil {
		return now, nil
	}
	if n < r.body[0] || n >= r.body[1] {
		return nil, nil //nolint:nilnil // it is the same in each round
	}
	if done := r.done[n]; done != nil {
		return done, nil
	}
	out, err := t.translate(withName(&t.s.Nodes[n], r.name))
	r.done[n] = out
	return out, err
}

// withName copies a node with a name in the place of its marks.
func withName(n *script.Node, name string) *script.Node {
	c := *n
	c.Name = sparksql.WithName(n.Name, name)
	c.Columns, c.Mappings, c.Items, c.Tests = nil, nil, nil, slices.Clone(n.Tests)
	for _, column := range n.Columns {
		c.Columns = append(c.Columns, sparksql.WithName(column, name))
	}
	for _, m := range n.Mappings {
		m.From, m.To = sparksql.WithName(m.From, name), sparksql.WithName(m.To, name)
		c.Mappings = append(c.Mappings, m)
	}
	for _, item := range n.Items {
		c.Items = append(c.Items, sparksql.Item{Expr: sparksql.Named(item.Expr, name), Alias: sparksql.WithName(item.Alias, name)})
	}
	for i := range c.Tests {
		c.Tests[i].Column = sparksql.WithName(c.Tests[i].Column, name)
	}
	c.Condition = sparksql.Named(n.Condition, name)
	return &c
}

// kept are the names of a relation's columns that a star takes.
func (t *translator) kept(star *sparksql.Star, of *relation) (names []string, err error) {
	var without, within []*relation
	for _, n := range star.Without {
		r, err := t.node(n)
		if err != nil {
			return nil, err
		}
		without = append(without, r)
	}
	for _, n := range star.Within {
		r, err := t.node(n)
		if err != nil {
			return nil, err
		}
		within = append(within, r)
	}
	for _, c := range of.cols {
		has := func(r *relation) bool {
			return slices.ContainsFunc(r.cols, func(o column) bool { return o.name == c.name })
		}
		lacks := func(r *relation) bool { return !has(r) }
		if star.Keeps(c.name) && !slices.ContainsFunc(without, has) && !slices.ContainsFunc(within, lacks) {
			names = append(names, c.name)
		}
	}
	return names, nil
}
