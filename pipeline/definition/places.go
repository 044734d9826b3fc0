package definition

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"stedi/pipeline"
)

// Places say where the tables of one lake lie, if that is not where the
// definition says.
type Places struct {
	// Has reports whether the lake has files in a folder. Nil: no lake is known.
	Has func(folder string) bool
	// Map is the folder of a table, by name, as the caller names it.
	Map map[string]string
	// Build: the derived tables are about to be built, so they lie where the
	// definition says. Others built what lies in a folder of an alias or of the
	// map, and it stays as it is.
	Build bool
	// Far: each question takes a call over the network, so that none is asked
	// for a note alone.
	Far bool
}

// place finds the folder in which a table of the lake lies: the one that the
// caller names, else its own, else the first of the header's other folders,
//
//	-- alias: customers_curated, curated/customer
//
// that the lake has, if it does not have its own.
func (l *loader) place(t *pipeline.Table, text string) {
	keys, _ := Header(text)
	aliases, err := aliasesOf(t, keys["alias"])
	if err != nil {
		l.faults = append(l.faults, err)
		return
	}
	t.Aliases = aliases
	own := t.Path
	mapped, isMapped := l.places.Map[t.Name]
	switch {
	case isMapped:
		t.Path = mapped
	case l.places.Has == nil || len(aliases) == 0 || l.places.Far && l.places.Build && !t.IsLanding() || l.places.Has(own):
		return
	default:
		i := slices.IndexFunc(aliases, func(folder string) bool { return !l.taken(t, folder) && l.places.Has(folder) })
		if i < 0 {
			return
		}
		t.Path = aliases[i]
	}
	if l.places.Build && !t.IsLanding() {
		l.lake.Notes = append(l.lake.Notes, fmt.Sprintf("%s is built in %s; the files in %s stay as they are", t.Name, own, t.Path))
		t.Path = own
		return
	}
	if t.Path != own {
		l.lake.Notes = append(l.lake.Notes, fmt.Sprintf("%s is read from %s", t.Name, t.Path))
	}
}

func aliasesOf(t *pipeline.Table, said string) (aliases []string, err error) {
	if said == "" {
		return nil, nil
	}
	for alias := range strings.SplitSeq(said, ",") {
		alias = strings.Trim(strings.TrimSpace(alias), "/")
		if err := safeFolder(t.File, 1, alias); err != nil {
			return nil, err
		}
		aliases = append(aliases, alias)
	}
	return aliases, nil
}

// taken reports whether a folder is, or lies in or above, the own folder of
// another table.
func (l *loader) taken(t *pipeline.Table, folder string) bool {
	return slices.ContainsFunc(l.lake.Tables, func(other *pipeline.Table) bool {
		return other != t && (strings.HasPrefix(other.Path+"/", folder+"/") || strings.HasPrefix(folder+"/", other.Path+"/"))
	})
}

// placeAll places the tables, and refuses names in the map that no table has.
func (l *loader) placeAll() error {
	for _, name := range slices.Sorted(maps.Keys(l.places.Map)) {
		if l.tables[name] != nil || l.broken[name] {
			continue
		}
		fix := "Tables: " + strings.Join(l.lake.Everything(), ", ") + "."
		if near := pipeline.Nearest(name, l.lake.Everything()); near != "" {
			fix = "Did you mean " + near + "? " + fix
		}
		return pipeline.Fail(pipeline.BadUsage, "", fix, "unknown table %q in --map or [tables]", name)
	}
	for _, t := range l.lake.Tables {
		if l.broken[t.Name] || t.Path == "" {
			continue
		}
		before := t.Path
		l.place(t, t.SQL())
		if t.IsLanding() && t.Path != before {
			t.DDL = strings.ReplaceAll(t.DDL, "'${lake}/"+before+"/'", "'${lake}/"+t.Path+"/'")
		}
	}
	return nil
}
