package replay

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"stedi/pipeline/review/script"
)

// replaying is the replay of one submission.
type replaying struct {
	r       *Replayer
	b       *builder
	places  *places
	scripts []*script.Script
	roles   []Role
	correct map[string]*relation // correct tables, by name
	built   map[string]*relation // tables that the submission builds, by name or location
	failed  map[string]error
	running map[string]bool
	agreed  map[string]bool     // tables that several scripts write with one result
	chain   map[int]*translator // of scripts on the submission's own tables
	right   map[int]*translator // and on correct ones
}

func (r *Replayer) start(scripts []*script.Script) *replaying {
	p := &replaying{
		r: r, b: newBuilder(), places: newPlaces(r.lake), scripts: scripts, correct: map[string]*relation{}, built: map[string]*relation{},
		failed: map[string]error{}, running: map[string]bool{}, agreed: map[string]bool{}, chain: map[int]*translator{}, right: map[int]*translator{},
	}
	// The names of the lake's tables are taken by the correct ones.
	for _, t := range r.lake.Tables {
		p.b.taken[strings.ToLower(t.Name)] = true
	}
	for _, s := range scripts {
		p.roles = append(p.roles, p.places.role(s))
	}
	p.roles = unrepeated(scripts, p.roles)
	p.settle()
	p.setAside()
	p.siblings()
	p.trace()
	p.presume()
	return p
}

// settle takes step_trainer/curated for a table of its own if another script
// writes a training set that is named as one.
func (p *replaying) settle() {
	set := p.places.meanings[meaning{"ml", ""}]
	isOwn := func(l script.Location, a *Access) bool {
		_, name := folder(l.Path)
		return a.Table == set && set != "" && means(name+" "+l.Table).entity == "step_trainer"
	}
	named := false
	for i := range p.roles {
		for n := range p.roles[i].Writes {
			a := &p.roles[i].Writes[n]
			named = named || a.Table == set && !isOwn(p.scripts[i].Sinks[a.Index].Location, a)
		}
	}
	for i := range p.roles {
		for n := range p.roles[i].Writes {
			if a := &p.roles[i].Writes[n]; named && isOwn(p.scripts[i].Sinks[a.Index].Location, a) {
				a.Table = ""
			}
		}
		for n := range p.roles[i].Reads {
			if a := &p.roles[i].Reads[n]; named && isOwn(p.scripts[i].Sources[a.Index].Location, a) {
				a.Table = ""
			}
		}
	}
}

// unrepeated removes the writes of a script that is there twice, and those of a
// notebook whose tables the scripts write. Of the same text in the project and in
// an exercise of the course, that in the project counts.
func unrepeated(scripts []*script.Script, roles []Role) []Role {
	for i := range scripts {
		for j := range i {
			if len(scripts[i].Source) == 0 || !bytes.Equal(scripts[i].Source, scripts[j].Source) || roles[j].CopyOf != "" {
				continue
			}
			if isExercise(scripts[j].Name) && !isExercise(scripts[i].Name) {
				roles[j].CopyOf = scripts[i].Name
				continue
			}
			roles[i].CopyOf = scripts[j].Name
			learn(roles[j].Writes, roles[i].Writes)
			learn(roles[j].Reads, roles[i].Reads)
			break
		}
	}
	for i := range scripts {
		if scripts[i].Form != script.Notebook || !strings.EqualFold(path.Ext(scripts[i].Name), ".ipynb") {
			continue
		}
		for j := range scripts {
			if scripts[j].Form != script.Notebook && sameWrites(&roles[i], &roles[j]) {
				roles[i].CopyOf = scripts[j].Name
			}
		}
	}
	return roles
}

// learn takes over the tables that the name of a copy tells.
func learn(to, from []Access) {
	for i := range to {
		if i < len(from) && to[i].Table == "" {
			to[i].Table, to[i].Guessed = from[i].Table, from[i].Table != ""
		}
	}
}

// sameWrites reports whether two scripts write a table in common.
func sameWrites(a, b *Role) bool {
	return slices.ContainsFunc(a.Writes, func(w Access) bool {
		return w.Table != "" && slices.ContainsFunc(b.Writes, func(o Access) bool { return o.Table == w.Table })
	})
}

// landing is the relation of a landing table or of a correct derived one.
func (p *replaying) table(name string) *relation {
	if r, ok := p.correct[name]; ok {
		return r
	}
	t := p.r.lake.Table(name)
	label := "the correct " + t.Name
	cteName := t.Name
	if t.IsLanding() {
		label = "the landing table " + t.Name
		// Its files are read once, however many scripts read it.
		cteName = t.Name + "_rows"
		p.b.taken[strings.ToLower(cteName)] = true
		p.b.ctes = append(p.b.ctes, cte{name: cteName, sql: "SELECT * FROM " + quote(t.Name), once: true})
	} else {
		for _, in := range t.Transform.Inputs {
			p.table(in)
		}
		p.b.ctes = append(p.b.ctes, cte{name: t.Name, sql: strings.TrimRight(t.Transform.SQL, "; \n"), once: true})
	}
	r := &relation{cte: cteName, label: label}
	for _, c := range t.Columns {
		r.cols = append(r.cols, column{name: p.inFiles(c.Name), sql: c.Name, kind: kindOf(c), from: t.Name, field: c.Name})
	}
	p.correct[name] = r
	return r
}

// inFiles is the name of a column with the case that it has in the files, which
// derived tables take over from landing.
func (p *replaying) inFiles(name string) string {
	for _, t := range p.r.lake.Tables {
		if !t.IsLanding() {
			continue
		}
		for _, c := range t.Columns {
			if strings.EqualFold(c.Name, name) {
				return c.Name
			}
		}
	}
	return name
}

// fresh gives a source relation columns with identities of their own.
func (p *replaying) fresh(r *relation) *relation {
	out := *r
	out.cols = slices.Clone(r.cols)
	for i := range out.cols {
		out.cols[i].id, out.cols[i].quals = p.b.id(), nil
	}
	return &out
}

// translator returns that of a script: own says on the submission's tables.
func (p *replaying) translator(i int, own bool) *translator {
	of := p.right
	if own {
		of = p.chain
	}
	if t, ok := of[i]; ok {
		return t
	}
	t := &translator{b: p.b, s: p.scripts[i], done: map[int]*relation{}, failed: map[int]error{}}
	t.source = func(index int) (*relation, error) { return p.source(i, index, own) }
	of[i] = t
	return t
}

// writes tells whether some script writes a table or a location.
func (p *replaying) writes(name string) bool { return len(p.writers(name)) > 0 }

// writers are the scripts that write a table of the lake, or a location.
func (p *replaying) writers(name string) (found []Writer) {
	for i, s := range p.scripts {
		if p.roles[i].CopyOf != "" {
			continue
		}
		for k, a := range p.roles[i].Writes {
			if !a.Aside && (a.Table == name || a.Table == "" && key(s.Sinks[k].Location) == name) {
				found = append(found, Writer{Script: s.Name, Sink: k, Line: s.Sinks[k].Line, index: i})
			}
		}
	}
	return found
}

// output is the relation of a table that the submission builds.
func (p *replaying) output(name string, own bool) (*relation, error) {
	k := name
	if !own {
		k = "right " + name
	}
	if r, ok := p.built[k]; ok {
		return r, p.failed[k]
	}
	if p.running[k] {
		return nil, &failure{text: fmt.Sprintf("%s is built from itself", name), fails: true, inherited: true}
	}
	p.running[k] = true
	r, err := p.build(name, own)
	p.running[k] = false
	p.built[k], p.failed[k] = r, err
	return r, err
}

func (p *replaying) build(name string, own bool) (*relation, error) {
	writers := p.writers(name)
	if len(writers) == 0 {
		return nil, &failure{text: "no script builds " + name, fails: true, inherited: true}
	}
	w := writers[0]
	for _, other := range writers[1:] {
		if other.index != w.index && !p.agreed[name] {
			return nil, &failure{text: fmt.Sprintf("two scripts write %s: %s and %s", name, w.Script, other.Script), fails: true, line: other.Line, file: other.Script}
		}
	}
	r, err := p.write(w, own)
	if f, ok := errors.AsType[*failure](err); ok {
		inherited := *f
		inherited.inherited = true
		if f.fails && !f.inherited {
			inherited.text = fmt.Sprintf("%s is not built: %s", name, f.text)
		}
		return nil, &inherited
	}
	return r, err
}

// write is the relation that one sink writes.
func (p *replaying) write(w Writer, own bool) (*relation, error) {
	s := p.scripts[w.index]
	sink := &s.Sinks[w.Sink]
	if s.Stops(sink) {
		return nil, &failure{text: "the name " + s.Undefined.Name + " has no value", fails: true, line: s.Undefined.Line, file: s.Name}
	}
	if badLocation.MatchString(sink.Path) {
		return nil, &failure{text: badPath(sink.Path), fails: true, line: sink.Line, file: s.Name}
	}
	if sink.Input < 0 {
		return nil, &failure{text: fmt.Sprintf("the sink %s is not connected to any rows", orLine(sink.Name, sink.Line)), fails: true, line: sink.Line, file: s.Name}
	}
	r, err := p.translator(w.index, own).node(sink.Input)
	if err != nil {
		return nil, err
	}
	out := *r
	out.label = "the table that " + s.Name + " writes"
	if kept := collapse(r.cols, strings.EqualFold); len(kept) < len(r.cols) {
		if strings.HasPrefix(sink.API, "df.write") {
			return nil, &failure{text: "two columns have the same name, which cannot be written", fails: true, line: sink.Line, file: s.Name}
		}
		out.cols = kept
	}
	return &out, nil
}

func orLine(name string, line int) string {
	if name != "" {
		return name
	}
	return fmt.Sprintf("in line %d", line)
}

// count runs counting queries, one result for each.
func (r *Replayer) count(ctx context.Context, queries []string, with string) ([]int64, error) {
	var parts []string
	for _, q := range queries {
		parts = append(parts, "("+q+")")
	}
	rows, err := r.querier.Query(ctx, with+"\nSELECT "+strings.Join(parts, ",\n"))
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // it only reads
	page, err := rows.Next(ctx)
	if err != nil {
		if errors.Is(err, io.EOF) {
			err = errors.New("the query has no row")
		}
		return nil, err
	}
	counts := make([]int64, len(queries))
	for i := range counts {
		n, ok := page[0][i].(int64)
		if !ok {
			return nil, fmt.Errorf("a count is a %T", page[0][i])
		}
		counts[i] = n
	}
	return counts, nil
}
