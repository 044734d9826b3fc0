package replay

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"stedi/pipeline"
	"stedi/pipeline/review/script"
)

// ofCourse matches a folder of the course's exercises.
var ofCourse = regexp.MustCompile(`(?i)(?:^|[^a-z])(?:exercises?|lessons?|concepts?|starter|solutions?|practice|quiz(?:zes)?)[^a-z]`)

// isExercise reports whether a script lies among the exercises of the course.
func isExercise(name string) bool { return ofCourse.MatchString(path.Dir(name) + "/") }

// fewest are the tables that the folder of a project writes at least.
const fewest = 3

// setAside sets aside the scripts that write a table that a script of the
// project's own folder writes: exercises of the course, and other versions.
func (p *replaying) setAside() {
	p.callers()
	for _, name := range p.contested() {
		p.keepRead(name)
	}
	for _, name := range p.contested() {
		p.keepProper(name)
	}
	for _, name := range p.contested() {
		p.keepNamed(name)
	}
	for _, name := range p.contested() {
		writers := distinctScripts(p.writers(name))
		own := slices.IndexFunc(writers, func(w Writer) bool { return !isExercise(w.Script) })
		for _, w := range writers {
			if own >= 0 && isExercise(w.Script) {
				p.instead(w, writers[own])
			}
		}
	}
	contested := p.contested()
	home, ok := p.home(contested)
	if !ok {
		return
	}
	for _, name := range contested {
		writers := distinctScripts(p.writers(name))
		own := slices.IndexFunc(writers, func(w Writer) bool { return within(home, w.Script) })
		for _, w := range writers {
			if !within(home, w.Script) {
				p.instead(w, writers[own])
			}
		}
	}
}

// keepRead sets aside the scripts of a table whose files no other script reads, if
// others read those of exactly one script.
func (p *replaying) keepRead(name string) {
	read := map[string]bool{}
	for i, s := range p.scripts {
		for k := range p.roles[i].Reads {
			if p.roles[i].Reads[k].Table == name {
				for _, at := range keys(s.Sources[k].Location) {
					read[at] = true
				}
			}
		}
	}
	var used []Writer
	writers := distinctScripts(p.writers(name))
	for _, w := range writers {
		if slices.ContainsFunc(keys(p.scripts[w.index].Sinks[w.Sink].Location), func(at string) bool { return read[at] }) {
			used = append(used, w)
		}
	}
	if len(used) != 1 {
		return
	}
	for _, w := range writers {
		if w.index != used[0].index {
			p.instead(w, used[0])
		}
	}
}

// keepNamed sets aside the scripts of a table that are not named after it, if one
// is.
func (p *replaying) keepNamed(name string) {
	var named []Writer
	writers := distinctScripts(p.writers(name))
	for _, w := range writers {
		if p.places.target(w.Script) == name {
			named = append(named, w)
		}
	}
	if len(named) != 1 {
		return
	}
	for _, w := range writers {
		if w.index != named[0].index {
			p.instead(w, named[0])
		}
	}
}

// instead sets a script aside, because another one writes the table. One that
// writes to a place of its own still builds what lies there.
func (p *replaying) instead(w, by Writer) {
	theirs := keys(p.scripts[by.index].Sinks[by.Sink].Location)
	same := slices.ContainsFunc(keys(p.scripts[w.index].Sinks[w.Sink].Location), func(at string) bool { return slices.Contains(theirs, at) })
	role := &p.roles[w.index]
	for k := range role.Writes {
		if a := &role.Writes[k]; a.Table == p.roles[by.index].Writes[by.Sink].Table {
			role.InsteadOf = by.Script
			if isVariant(w.Script) && !isVariant(by.Script) {
				role.Beside = ofVariant
			}
			if a.Aside = same; !same {
				a.Table = ""
			}
		}
	}
}

// siblings finds the tables of places whose names say whose rows they have: a
// folder such as bronze has the zone of the tables that other scripts write into
// it.
func (p *replaying) siblings() {
	zones := map[string]string{}
	each := func(visit func(a *Access, parent string, m meaning)) {
		for i := range p.roles {
			for k := range p.roles[i].Writes {
				_, at := folder(p.scripts[i].Sinks[k].Path)
				if parent := path.Dir(at); parent != "." {
					visit(&p.roles[i].Writes[k], strings.ToLower(parent), means(path.Base(at)))
				}
			}
		}
	}
	each(func(a *Access, parent string, _ meaning) {
		if a.Table == "" {
			return
		}
		if zone, ok := zones[parent]; ok && zone != p.zone(a.Table) {
			zones[parent] = ""
		} else {
			zones[parent] = p.zone(a.Table)
		}
	})
	each(func(a *Access, parent string, m meaning) {
		t := p.places.meanings[meaning{m.entity, zones[parent]}]
		if a.Table == "" && m.zone == "" && m.entity != "" && t != "" && zones[parent] != pipeline.Landing && !p.writes(t) {
			a.Table, a.Guessed = t, true
		}
	})
}

func (p *replaying) zone(table string) string { return p.r.lake.Table(table).Zone }

// keys are the names by which a location can be read.
func keys(l script.Location) (found []string) {
	if l.Path != "" {
		found = append(found, key(script.Location{Path: l.Path}))
	}
	if l.Table != "" {
		found = append(found, key(script.Location{Table: l.Table}))
	}
	return found
}

// contested are the tables that several scripts write.
func (p *replaying) contested() (names []string) {
	for _, t := range p.r.lake.Tables {
		if len(distinctScripts(p.writers(t.Name))) > 1 {
			names = append(names, t.Name)
		}
	}
	return names
}

// home is the one folder with a script for each contested table that writes more
// tables than any other such folder.
func (p *replaying) home(contested []string) (folder string, ok bool) {
	tables := map[string]map[string]int{} // writers by folder and table
	for _, t := range p.r.lake.Tables {
		for _, w := range distinctScripts(p.writers(t.Name)) {
			for dir := path.Dir(w.Script); dir != "." && dir != "/"; dir = path.Dir(dir) {
				if tables[dir] == nil {
					tables[dir] = map[string]int{}
				}
				tables[dir][t.Name]++
			}
		}
	}
	most := fewest - 1
	for dir, of := range tables {
		if slices.ContainsFunc(contested, func(name string) bool { return of[name] != 1 }) {
			continue
		}
		switch {
		case len(of) > most, len(of) == most && ok && within(dir, folder+"/"):
			folder, ok, most = dir, true, len(of)
		case len(of) == most && ok && !within(folder, dir+"/"):
			ok = false
		}
	}
	return folder, ok && len(contested) > 0
}

// within reports whether a file lies below a folder.
func within(dir, file string) bool { return strings.HasPrefix(file, dir+"/") }
