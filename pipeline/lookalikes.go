package pipeline

import (
	"path"
	"slices"
	"strings"
)

// DataFolders are the folders of files that belong to no table of the lake.
func (l *Lake) DataFolders(files []string) []string {
	var folders []string
	for _, f := range files {
		folder := path.Dir(f)
		if folder == "." || slices.Contains(folders, folder) || slices.ContainsFunc(l.Tables, func(t *Table) bool {
			return strings.HasPrefix(folder+"/", t.Path+"/") || strings.HasPrefix(t.Path+"/", folder+"/")
		}) {
			continue
		}
		folders = append(folders, folder)
	}
	return folders
}

// SoundsLike reports whether a folder has a name like the table's: all words of
// it in any order, in the singular or the plural, or almost the same letters.
func (t *Table) SoundsLike(folder string) bool {
	return containsAll(wordsOf(folder), wordsOf(t.Name)) || containsAll(wordsOf(folder), wordsOf(t.Path)) ||
		Nearest(t.Name, []string{strings.ReplaceAll(strings.ToLower(folder), "/", "_"), strings.ToLower(path.Base(folder))}) != ""
}

// MapFlag is the flag that has the table read from a folder.
func (t *Table) MapFlag(folder string) string { return "--map " + shellWord(t.Name+"="+folder) }
