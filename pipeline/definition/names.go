package definition

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"stedi/pipeline"
)

// Names are the names that a user can select in a lake.
type Names struct {
	Tables []string // derived tables, then landing tables
	Zones  []string
}

// NamesOf lists the names in a definition by its files without parsing SQL. It
// is fast enough for completion in a shell. It ignores what it cannot read.
func NamesOf(definition fs.FS) Names {
	names := Names{Zones: []string{pipeline.Landing}}
	for _, folder := range []string{"transforms", "landing"} {
		files, err := fs.Glob(definition, folder+"/*.sql")
		if err != nil {
			continue
		}
		for _, file := range files {
			names.Tables = append(names.Tables, strings.TrimSuffix(path.Base(file), ".sql"))
			text, err := fs.ReadFile(definition, file)
			if err != nil {
				continue
			}
			keys, _ := Header(string(text))
			if zone := keys["zone"]; zone != "" && !slices.Contains(names.Zones, zone) {
				names.Zones = append(names.Zones, zone)
			}
		}
	}
	return names
}

// DidYouMean suggests the nearest candidate, followed by a space; "" if no
// candidate is close.
func DidYouMean(word string, candidates []string) string {
	if near := pipeline.Nearest(word, candidates); near != "" {
		return "did you mean " + near + "? "
	}
	return ""
}
