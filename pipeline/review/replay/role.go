package replay

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"stedi/pipeline"
	"stedi/pipeline/review/script"
)

// places finds the lake's table of a location.
type places struct {
	lake     *pipeline.Lake
	meanings map[meaning]string
	folders  map[string]string
}

func newPlaces(lake *pipeline.Lake) *places {
	p := &places{lake: lake, meanings: map[meaning]string{}, folders: map[string]string{}}
	for _, t := range lake.Tables {
		for _, folder := range append([]string{t.Path, t.Name}, t.Aliases...) {
			p.folders[strings.ToLower(folder)] = t.Name
		}
		m := means(t.Name)
		if m.entity == "" {
			continue
		}
		p.meanings[m] = t.Name
		if m.entity == "ml" {
			p.meanings[meaning{"ml", ""}] = t.Name
			p.meanings[meaning{"step_trainer", "curated"}] = t.Name
			p.meanings[meaning{"ml", "trusted"}] = t.Name
		}
	}
	return p
}

// folder returns the bucket and the folder of a path.
func folder(location string) (bucket, key string) {
	location, _, _ = strings.Cut(strings.TrimSpace(location), ",")
	rest := location
	if i := strings.Index(rest, "://"); i >= 0 {
		rest = rest[i+3:]
		bucket, key, _ = strings.Cut(rest, "/")
	} else {
		key = rest
	}
	if base := path.Base(key); strings.Contains(base, ".") && !strings.HasSuffix(key, "/") || strings.Contains(base, "*") {
		key = strings.TrimSuffix(key, base)
	}
	var parts []string
	for part := range strings.SplitSeq(key, "/") {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	return bucket, strings.Join(parts, "/")
}

// courseBucket is the public bucket of the course, which holds landing data.
const courseBucket = "cd0030bucket"

// ofPath returns the table of an S3 location, or "".
func (p *places) ofPath(location string) string {
	bucket, key := folder(location)
	low := strings.ToLower(key)
	for at := low; at != ""; {
		if t, ok := p.folders[at]; ok {
			return t
		}
		_, rest, ok := strings.Cut(at, "/")
		if !ok {
			break
		}
		at = rest
	}
	m, b := means(key), means(bucket)
	if bucket == courseBucket {
		b.zone = pipeline.Landing
	}
	if t := p.meanings[m]; t != "" && m.zone != "" {
		return t
	}
	if m.entity == "" && len(entityList(key)) == 0 {
		m.entity = b.entity
	}
	if m.zone == "" {
		m.zone = b.zone
	}
	return p.meanings[m]
}

func entityList(name string) []string {
	var found []string
	for _, w := range wordRE.FindAllString(name, -1) {
		if e := entityWord(strings.ToLower(w)); e != "" && !slices.Contains(found, e) {
			found = append(found, e)
		}
	}
	return found
}

// ofSeveral reports whether a location names the rows of several tables. The
// bucket can have the name of one.
func ofSeveral(l script.Location) bool {
	name := l.Table
	if l.Path != "" {
		_, name = folder(l.Path)
	}
	return len(entityList(name)) > 1
}

// ofName returns the table that a name means, or "".
func (p *places) ofName(name string) string {
	if t, ok := p.folders[strings.ToLower(name)]; ok {
		return t
	}
	return p.meanings[means(name)]
}

// access resolves a location.
func (p *places) access(l script.Location, line, index int, hints ...string) Access {
	a := Access{Where: l.Path, Catalog: l.Table != "", Line: line, Index: index}
	if l.Path != "" {
		a.Table = p.ofPath(l.Path)
	}
	if l.Table != "" {
		if a.Where == "" {
			a.Where = strings.TrimPrefix(l.Database+"."+l.Table, ".")
		}
		if a.Table == "" {
			a.Table = p.ofName(l.Table)
		}
		if m := means(l.Table); a.Table == "" && m.zone == "" {
			a.Table = p.meanings[meaning{m.entity, means(l.Database).zone}]
		}
	}
	if a.Table == "" && !ofSeveral(l) {
		for _, h := range hints {
			if t := p.ofName(h); t != "" {
				a.Table, a.Guessed = t, true
				break
			}
		}
	}
	return a
}

// key identifies a location that is none of the lake's tables, so that one
// script can read what another has written.
func key(l script.Location) string {
	if l.Path != "" {
		_, k := folder(l.Path)
		return "path " + strings.ToLower(k)
	}
	return "table " + strings.ToLower(l.Table)
}

// target is the table that the name of a script promises.
func (p *places) target(name string) string {
	base := stemOf(name)
	if _, after, ok := fromTo(base); ok {
		m := means(base)
		m.zone = means(after).zone
		return p.meanings[m]
	}
	if zonesIn(base) > 1 && p.folders[strings.ToLower(base)] == "" {
		return ""
	}
	return p.ofName(base)
}

// fed is the table that is made of exactly the tables that a script reads, or "".
func (p *places) fed(reads []Access) string {
	found := ""
	for _, t := range p.lake.Tables {
		if t.Transform == nil || len(t.Transform.Inputs) < 2 {
			continue
		}
		has := func(name string) bool {
			return slices.ContainsFunc(reads, func(a Access) bool { return a.Table == name })
		}
		foreign := slices.ContainsFunc(reads, func(a Access) bool { return !slices.Contains(t.Transform.Inputs, a.Table) })
		if foreign || slices.ContainsFunc(t.Transform.Inputs, func(name string) bool { return !has(name) }) {
			continue
		}
		if found != "" {
			return ""
		}
		found = t.Name
	}
	return found
}

// isArgument matches a location that is an argument of the job and says nothing
// of its own: a path, or a table of some database.
var isArgument = regexp.MustCompile(`^([^/]*\.)?\$\{[^}]*\}/?$`)

// supply finds the one table that a script reads at a location that its caller
// gives, if its other tables and its name leave only one.
func (p *places) supply(r *Role) {
	var open *Access
	for i := range r.Reads {
		if a := &r.Reads[i]; a.Table == "" && isArgument.MatchString(a.Where) {
			if open != nil {
				return
			}
			open = a
		}
	}
	if open == nil || len(r.Writes) != 1 {
		return
	}
	t := p.lake.Table(r.Writes[0].Table)
	if t == nil || t.Transform == nil {
		return
	}
	var left []string
	for _, in := range t.Transform.Inputs {
		if !slices.ContainsFunc(r.Reads, func(a Access) bool { return a.Table == in }) {
			left = append(left, in)
		}
	}
	if before, _, ok := fromTo(stemOf(r.Script)); ok && len(left) > 1 {
		if named := p.ofName(before); slices.Contains(left, named) {
			left = []string{named}
		}
	}
	if len(left) == 1 {
		open.Table, open.Guessed = left[0], true
	}
}

func (p *places) role(s *script.Script) Role {
	r := Role{Script: s.Name, Exercise: true}
	for i, src := range s.Sources {
		a := p.access(src.Location, src.Line, i, s.Nodes[src.Node].Name)
		r.Reads = append(r.Reads, a)
		r.Exercise = r.Exercise && a.Table == ""
	}
	for i, sink := range s.Sinks {
		a := p.access(sink.Location, sink.Line, i)
		p.correct(&a, sink, r.Reads)
		if a.Table == "" && len(s.Sinks) == 1 && !ofSeveral(sink.Location) && !ingests(s, sink.Input) {
			p.promised(&a, s, sink, r.Reads)
		}
		r.Writes = append(r.Writes, a)
		r.Exercise = r.Exercise && a.Table == ""
	}
	p.supply(&r)
	return r
}

// ingests reports whether a node gives the rows of one source as they are: such a
// script puts the landing files in their place.
func ingests(s *script.Script, n int) bool {
	for n >= 0 {
		switch node := &s.Nodes[n]; node.Kind {
		case script.SourceNode:
			return true
		case script.ApplyMapping, script.Same, script.ToDF, script.FromDF:
			n = node.Inputs[0]
		default:
			return false
		}
	}
	return false
}

// promised sets the table that the names of a script and of its sink promise, or
// that is made of what the script reads. No script writes landing.
func (p *places) promised(a *Access, s *script.Script, sink script.Sink, reads []Access) {
	for _, name := range []string{p.target(s.Name), p.ofName(sink.Name), p.fed(reads)} {
		if t := p.lake.Table(name); t != nil && !t.IsLanding() {
			a.Table, a.Guessed = name, true
			return
		}
	}
}

// correct settles what a script writes if its path and its catalog table
// disagree: a script does not write what it reads, and none writes landing.
func (p *places) correct(a *Access, sink script.Sink, reads []Access) {
	for _, read := range reads {
		if byName := p.ofName(sink.Table); read.Table == a.Table && a.Table != "" && sink.Table != "" && byName != "" && byName != a.Table {
			a.Table = byName
			break
		}
	}
	// Rows of the step trainer in the curated zone are most often the training set,
	// but the name in the catalog says it better.
	_, key := folder(sink.Path)
	if byName := p.folders[strings.ToLower(sink.Table)]; byName != "" && means(key) == (meaning{"step_trainer", "curated"}) {
		a.Table = byName
	}
	if t := p.lake.Table(a.Table); t != nil && t.IsLanding() {
		a.Table = ""
	}
}
