package replay

import (
	"path"
	"regexp"
	"slices"
	"strings"
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
	for _, name := range p.contested() {
		writers := distinctScripts(p.writers(name))
		own := slices.IndexFunc(writers, func(w Writer) bool { return !isExercise(w.Script) })
		for _, w := range writers {
			if own >= 0 && isExercise(w.Script) {
				p.roles[w.index].InsteadOf = writers[own].Script
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
				p.roles[w.index].InsteadOf = writers[own].Script
			}
		}
	}
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
