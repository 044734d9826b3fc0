package pipeline

import (
	_ "embed"
	"slices"
	"strings"
)

//go:embed functions.tsv
var functionsFile string

// Substitute replaces a function of another SQL dialect that an engine lacks.
type Substitute struct {
	Function string // in lower case
	Use      string // what to write instead, such as strptime(text, '%Y-%m-%d')
}

// Name returns the function to write instead, or "" if Use is another form of
// SQL.
func (s Substitute) Name() string {
	name, _, called := strings.Cut(s.Use, "(")
	if !called || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" {
		return ""
	}
	return name
}

var substitutes = readSubstitutes(functionsFile)

func readSubstitutes(text string) map[string][]Substitute {
	byEngine := map[string][]Substitute{}
	for line := range strings.Lines(text) {
		fields := strings.Split(strings.TrimSpace(line), "\t")
		if len(fields) == 3 {
			byEngine[fields[0]] = append(byEngine[fields[0]], Substitute{Function: fields[1], Use: fields[2]})
		}
	}
	return byEngine
}

// Substitutes lists the functions that the named engine lacks and that have a
// substitute, sorted by name.
func Substitutes(engine string) []Substitute { return substitutes[engine] }

// SubstituteFor returns what to write on the named engine instead of a function
// that it lacks. The case of the function's name does not matter.
func SubstituteFor(engine, function string) (Substitute, bool) {
	name := strings.ToLower(function)
	list := substitutes[engine]
	i, found := slices.BinarySearchFunc(list, name, func(s Substitute, name string) int { return strings.Compare(s.Function, name) })
	if !found {
		return Substitute{}, false
	}
	return list[i], true
}
