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

// setAside sets aside the scripts that write a table that another script, which is
// more surely the project's, writes too: one whose files are read, that is not a
// variant, that has the table's name, that is not an exercise of the course, or that
// lies in the project's own folder.
func (p *replaying) setAside() {
	p.callers()
	for _, rule := range []struct {
		alone bool // the rule applies only if it holds for exactly one script
		own   func(table string) func(Writer) bool
	}{
		{true, p.isRead},
		{false, func(string) func(Writer) bool { return func(w Writer) bool { return !isVariant(w.Script) } }},
		{true, func(table string) func(Writer) bool {
			return func(w Writer) bool { return p.places.target(w.Script) == table }
		}},
		{false, func(string) func(Writer) bool { return func(w Writer) bool { return !isExercise(w.Script) } }},
	} {
		for _, name := range p.contested() {
			p.prefer(name, rule.alone, rule.own(name))
		}
	}
	contested := p.contested()
	if home, ok := p.home(contested); ok {
		for _, name := range contested {
			p.prefer(name, false, func(w Writer) bool { return within(home, w.Script) })
		}
	}
}

// prefer sets aside the scripts of a table for which own does not hold, in favour of
// the first one for which it does. With alone, there must be exactly one of these.
func (p *replaying) prefer(name string, alone bool, own func(Writer) bool) {
	var kept, others []Writer
	for _, w := range distinctScripts(p.writers(name)) {
		if own(w) {
			kept = append(kept, w)
		} else {
			others = append(others, w)
		}
	}
	if len(kept) == 0 || alone && len(kept) != 1 {
		return
	}
	for _, w := range others {
		p.instead(w, kept[0])
	}
}

// isRead returns a function that reports whether a script reads the files of a table
// where a writer puts them.
func (p *replaying) isRead(name string) func(Writer) bool {
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
	return func(w Writer) bool {
		return slices.ContainsFunc(keys(p.scripts[w.index].Sinks[w.Sink].Location), func(at string) bool { return read[at] })
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
