package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode"
)

// These constants bound how much Finder.Nearby reads.
const (
	NearbyDepth = 5   // levels of folders
	NearbyFiles = 500 // files
)

// Nearby lists the content of a folder that is, or may have been, part of a
// lake.
type Nearby struct {
	Root   string   // the lake that it would be part of, as --lake takes it; "" if there is no such lake
	Exists bool     // the folder itself exists
	Files  []string // files below the folder, with names relative to the root, sorted
	Hidden []string // files that readers of a lake ignore
}

// MissingLanding returns an error that explains why landing tables have no rows
// to read, and where their files may be.
func MissingLanding(ctx context.Context, store Finder, lake *Lake, tables []*Table) error {
	inside := store.Nearby(ctx, 0, "")
	var errs []error
	var byFix []*Failure // tables with the same fix are reported together
	for _, t := range tables {
		failure := missingTable(ctx, store, lake, inside, t)
		i := slices.IndexFunc(byFix, func(f *Failure) bool { return f.Fix == failure.Fix && strings.HasPrefix(f.Fix, passLake) })
		if i >= 0 {
			byFix[i].Err = fmt.Errorf("%w\n%s: %w", byFix[i].Err, t.Name, failure.Err)
			continue
		}
		byFix = append(byFix, failure)
		errs = append(errs, failure)
	}
	return errors.Join(errs...)
}

const passLake = "Pass --lake "

func missingTable(ctx context.Context, store Finder, lake *Lake, inside Nearby, t *Table) *Failure {
	own := store.Nearby(ctx, 0, t.Path)
	what := "the folder " + t.Path + " does not exist"
	switch {
	case len(own.Hidden) > 0:
		return Fail(BadUsage, t.Name, "Rename it, so that its name begins with another character.",
			"the folder %s holds only files that are not read, since their names begin with _ or a dot: %s", t.Path, path.Base(own.Hidden[0]))
	case own.Exists:
		what = "the folder " + t.Path + " is empty"
	}
	for up := 1; up <= 2; up++ {
		if above := store.Nearby(ctx, up, t.Path); len(above.Files) > 0 {
			return Fail(BadUsage, t.Name, passLake+ShellWord(above.Root)+".", "%s; %s has it, with files", what, above.Root)
		}
	}
	if below := deeper(inside.Files, t.Path); below != "" {
		root := joinRoot(inside.Root, below)
		return Fail(BadUsage, t.Name, passLake+ShellWord(root)+".", "%s; %s has it, with files", what, root)
	}
	if from, flat := elsewhere(lake, inside.Files, t); len(from) > 0 {
		return Fail(BadUsage, t.Name, "If they are this table's, move them: "+moveCommand(inside.Root, from, flat, t.Path),
			"%s; there is a similar name: %s", what, from[0])
	}
	beside := "the lake has no files"
	if folders := foldersOf(inside.Files); len(folders) > 0 {
		beside = "the lake has files in " + strings.Join(folders, ", ")
	}
	return Fail(BadUsage, t.Name, "Put JSON lines in "+t.Path+", or name another lake with --lake.", "%s; %s", what, beside)
}

func joinRoot(root, below string) string { return strings.TrimSuffix(root, "/") + "/" + below }

// deeper returns the folder in which a table's folder with files is, if the
// table's folder is not directly in the lake.
func deeper(files []string, folder string) string {
	for _, f := range files {
		if i := strings.Index(f, "/"+folder+"/"); i >= 0 {
			return f[:i]
		}
	}
	return ""
}

// foldersOf returns the folders that contain files, at most eight.
func foldersOf(files []string) []string {
	var folders []string
	for _, f := range files {
		if folder := path.Dir(f); !slices.Contains(folders, folder) && len(folders) < 8 {
			folders = append(folders, folder)
		}
	}
	if i := slices.Index(folders, "."); i >= 0 {
		folders[i] = "its own folder"
	}
	return folders
}

// elsewhere finds a folder or files that are named like a table but are in
// another place: one folder, or files that share a folder with others (flat).
func elsewhere(lake *Lake, files []string, t *Table) (from []string, flat bool) {
	wanted := telling(t)
	type place struct {
		name  string
		flat  bool
		extra int
	}
	var places []place
	for _, f := range files {
		if !maybeData(f) || slices.ContainsFunc(lake.Tables, func(t *Table) bool { return strings.HasPrefix(f, t.Path+"/") }) {
			continue
		}
		if name, flat := placeOf(f, wanted); name != "" {
			whole := path.Dir(f)
			if flat {
				whole = f
			}
			extra := slices.DeleteFunc(wordsOf(whole), func(word string) bool { return slices.Contains(wanted, word) || slices.Contains(generic, word) })
			places = append(places, place{name, flat, len(extra)})
		}
	}
	if len(places) == 0 {
		return nil, false
	}
	best := slices.MinFunc(places, func(a, b place) int {
		return cmp.Or(cmp.Compare(a.extra, b.extra), strings.Compare(a.name, b.name))
	})
	for _, p := range places {
		if p.flat == best.flat && p.extra == best.extra && path.Dir(p.name) == path.Dir(best.name) && (best.flat || p.name == best.name) {
			from = append(from, p.name)
		}
	}
	slices.Sort(from)
	return slices.Compact(from), best.flat
}

// placeOf returns the part of a file's name that contains all wanted words: a
// folder, if one contains them, extended by subfolders whose names only mean
// "raw data".
func placeOf(file string, wanted []string) (name string, flat bool) {
	parts := strings.Split(file, "/")
	for n := range parts {
		if !containsAll(wordsOf(strings.Join(parts[:n+1], "/")), wanted) {
			continue
		}
		for n < len(parts)-2 && len(wordsOf(parts[n+1])) > 0 && containsAll(generic, wordsOf(parts[n+1])) {
			n++
		}
		return strings.Join(parts[:n+1], "/"), n == len(parts)-1
	}
	return "", false
}

// moveCommand returns a shell command that moves files, or the wanted files of
// one folder, to the folder of a table.
func moveCommand(root string, from []string, flat bool, to string) string {
	source, target := joinRoot(root, from[0]), joinRoot(root, to)
	if strings.HasPrefix(root, "s3://") {
		var commands []string
		for _, name := range from {
			if flat {
				commands = append(commands, "aws s3 mv "+ShellWord(joinRoot(root, name))+" "+ShellWord(target+"/"))
			} else {
				commands = append(commands, "aws s3 mv --recursive "+ShellWord(source+"/")+" "+ShellWord(target+"/"))
			}
		}
		return strings.Join(commands, " && ")
	}
	if flat {
		var words []string
		for _, name := range from {
			words = append(words, ShellWord(joinRoot(root, name)))
		}
		return "mkdir -p " + ShellWord(target) + " && mv " + strings.Join(words, " ") + " " + ShellWord(target+"/")
	}
	if strings.HasPrefix(to, from[0]+"/") { // a folder cannot be moved into itself
		return "mkdir -p " + ShellWord(target) + " && find " + ShellWord(source) + " -maxdepth 1 -type f -exec mv {} " + ShellWord(target+"/") + " ';'"
	}
	return "mkdir -p " + ShellWord(target) + " && mv " + ShellWord(source) + "/* " + ShellWord(target+"/")
}

// generic are words that only mean that a folder holds raw data.
var generic = []string{Landing, "raw", "data", "json", "input", "source", "bronze"}

// telling returns the words of a landing table's path that identify the table,
// without the generic ones.
func telling(t *Table) []string {
	words := slices.DeleteFunc(wordsOf(t.Path), func(word string) bool {
		return slices.Contains(generic, word)
	})
	if len(words) == 0 {
		return wordsOf(t.Path)
	}
	return words
}

// wordsOf returns the words of a path in lower case and in the singular,
// without numbers and file extensions.
func wordsOf(name string) []string {
	var words []string
	for part := range strings.SplitSeq(name, "/") {
		base, _, _ := strings.Cut(part, ".")
		var spaced strings.Builder
		before := ' '
		for _, r := range base {
			if unicode.IsUpper(r) && unicode.IsLower(before) {
				spaced.WriteByte(' ')
			}
			spaced.WriteRune(unicode.ToLower(r))
			before = r
		}
		for _, word := range strings.FieldsFunc(spaced.String(), func(r rune) bool { return !unicode.IsLetter(r) }) {
			if len(word) > 3 && !strings.HasSuffix(word, "ss") {
				word = strings.TrimSuffix(word, "s")
			}
			if !slices.Contains(words, word) {
				words = append(words, word)
			}
		}
	}
	return words
}

func containsAll(words, wanted []string) bool {
	return !slices.ContainsFunc(wanted, func(word string) bool { return !slices.Contains(words, word) })
}

// maybeData reports from its name whether a file may hold JSON lines.
func maybeData(name string) bool {
	_, ends, _ := strings.Cut(path.Base(name), ".")
	for end := range strings.SplitSeq(ends, ".") {
		if slices.Contains([]string{"", "json", "jsonl", "ndjson", "gz", "zst", "zstd", "bz2"}, strings.ToLower(end)) {
			return true
		}
	}
	return false
}
