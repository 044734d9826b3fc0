package replay

import (
	"maps"
	"path"
	"slices"
	"strings"

	"stedi/pipeline"
	"stedi/pipeline/review/script"
)

// trace finds the tables that scripts read where another script writes: the name
// of that one may say which table it is, while the location does not.
func (p *replaying) trace() {
	written := p.written()
	for i := range p.roles {
		for n := range p.roles[i].Reads {
			read := &p.roles[i].Reads[n]
			at := p.scripts[i].Sources[read.Index].Location
			if t := written[key(at)]; t != "" && read.Table == "" && !isArgument.MatchString(at.Path) {
				read.Table, read.Guessed = t, true
			}
			if t := p.crawled(i, at); t != "" && read.Table == "" {
				read.Table, read.Guessed = t, true
			}
		}
	}
}

// written are the tables that lie at the places where scripts write, by their keys:
// where there is only one.
func (p *replaying) written() map[string]string {
	written, several := map[string]string{}, map[string]bool{}
	for i := range p.roles {
		if p.roles[i].CopyOf != "" {
			continue
		}
		for _, w := range p.roles[i].Writes {
			for _, k := range keys(p.scripts[i].Sinks[w.Index].Location) {
				switch was := written[k]; {
				case w.Table == "" || was == w.Table:
				case was == "":
					written[k] = w.Table
				default:
					several[k] = true
				}
			}
		}
	}
	maps.DeleteFunc(written, func(k, _ string) bool { return several[k] })
	return written
}

// crawled is the table of a catalog entry that a crawler has named after the last
// folder of the one place where another script writes, or "".
func (p *replaying) crawled(reader int, at script.Location) string {
	if at.Path != "" || at.Table == "" || p.writes(key(at)) {
		return ""
	}
	found := ""
	for i, s := range p.scripts {
		if i == reader || p.roles[i].CopyOf != "" {
			continue
		}
		for _, w := range p.roles[i].Writes {
			_, to := folder(s.Sinks[w.Index].Path)
			if w.Aside || w.Table == "" || !strings.EqualFold(path.Base(to), at.Table) {
				continue
			}
			if found != "" && found != w.Table {
				return ""
			}
			found = w.Table
		}
	}
	return found
}

// presume finds the landing tables whose names say whose rows they have, and no
// zone: what a job reads and no script writes was there before.
func (p *replaying) presume() {
	for i := range p.roles {
		r := &p.roles[i]
		if !slices.ContainsFunc(r.Writes, func(w Access) bool { return w.Table != "" }) {
			continue
		}
		for n := range r.Reads {
			read := &r.Reads[n]
			at := p.scripts[i].Sources[read.Index].Location
			name := at.Table
			if at.Path != "" {
				_, name = folder(at.Path)
			}
			m := means(name)
			if read.Table != "" || m.zone != "" || m.entity == "" || p.writes(key(at)) || p.endsIn(name) {
				continue
			}
			read.Table = p.places.meanings[meaning{m.entity, pipeline.Landing}]
			read.Guessed = read.Table != ""
		}
	}
}

// endsIn reports whether a script writes to a folder of that name, for which a
// crawler may have made a table of the same name.
func (p *replaying) endsIn(name string) bool {
	for _, s := range p.scripts {
		for i := range s.Sinks {
			if _, to := folder(s.Sinks[i].Path); to != "" && strings.EqualFold(path.Base(to), path.Base(name)) {
				return true
			}
		}
	}
	return false
}
