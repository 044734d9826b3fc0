package replay

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"stedi/pipeline/review/script"
)

// Why a script does not count while another one writes the same table.
const (
	ofVariant = "its name says that it is a variant"
	ofCaller  = "it calls functions of other scripts"
)

// variantName matches the name of a file, or of its folders, that says that the
// script is not the one to judge: the work beyond the rubric, or an earlier state.
var variantName = regexp.MustCompile(`(?:^| )(?:stand ?outs?|optional|bonus|alternatives?|alternate|archived?|old|backups?|bak|deprecated|drafts?|legacy|unused|obsolete|experimental|previous)(?: |$)`)

func isVariant(name string) bool {
	words := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' {
			return r
		}
		return ' '
	}, strings.ToLower(strings.TrimSuffix(name, path.Ext(name))))
	return variantName.MatchString(strings.Join(strings.Fields(words), " "))
}

// callers sets aside the writes that stand in a function of another script, which
// also runs alone: what a file imports has the line of the import.
func (p *replaying) callers() {
	for i, s := range p.scripts {
		for k := range p.roles[i].Writes {
			w := &p.roles[i].Writes[k]
			sink := &s.Sinks[w.Index]
			if by := p.runsAlone(i, sink.Location); by != "" && s.Imports(sink.Line) {
				w.Aside, p.roles[i].InsteadOf, p.roles[i].Beside = true, by, ofCaller
			}
		}
	}
}

// runsAlone is another script that itself writes to a place, or "".
func (p *replaying) runsAlone(caller int, at script.Location) string {
	for i, s := range p.scripts {
		if i != caller && slices.ContainsFunc(s.Sinks, func(o script.Sink) bool { return o.Location == at && !s.Imports(o.Line) }) {
			return s.Name
		}
	}
	return ""
}
