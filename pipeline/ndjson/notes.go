package ndjson

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// NoteKind classifies notes.
type NoteKind string

// The kinds of notes.
const (
	EmptyFile    NoteKind = "empty_file"    // a file without lines
	AbsentColumn NoteKind = "absent_column" // a column that is missing from all lines of a file
	KeyCase      NoteKind = "key_case"      // keys whose case differs from that of the column
	UnknownKey   NoteKind = "unknown_key"   // keys that are not a column
	Compression  NoteKind = "compression"   // files whose compression does not match their name
	SameContent  NoteKind = "same_content"  // files with the same bytes as an earlier file
)

// Note is a finding about accepted input.
type Note struct {
	Kind  NoteKind
	Files int   // number of files with the finding
	Count int64 // occurrences in these files
	Text  string
}

// about counts the files with a finding.
type about struct {
	files int
	count int64
	first int // the first file
}

func (a *about) add(file int, count int64) {
	if a.files == 0 || file < a.first {
		a.first = file
	}
	a.files++
	a.count += count
}

// noteBook collects the notes of all files.
type noteBook struct {
	columns    []Column
	empty      about
	absent     []about // for each column that may be absent
	lacking    about   // any of them
	variants   []about // for each column
	varied     about   // any of them
	unknown    about
	names      names
	compressed about // compressed, but the name has no such extension
	plain      about // uncompressed or compressed differently, although the name has a compression extension
}

func newNoteBook(columns []Column) noteBook {
	return noteBook{columns: columns, absent: make([]about, len(columns)), variants: make([]about, len(columns))}
}

// add records the notes of a finished file.
func (n *noteBook) add(in *input) {
	if in.refused {
		return // the rejection is enough
	}
	if named := codecOfName(in.Name); named != in.codec {
		if named == plainFile {
			n.compressed.add(in.index, 1)
		} else {
			n.plain.add(in.index, 1)
		}
	}
	t := &in.tally
	if t.rows == 0 {
		if t.rejected == 0 {
			n.empty.add(in.index, 1)
		}
		return
	}
	n.addColumns(in)
	if t.strange > 0 {
		n.unknown.add(in.index, t.strange)
	}
}

// addColumns records the columns that a file lacks, and those whose keys differ
// in case.
func (n *noteBook) addColumns(in *input) {
	t := &in.tally
	var lacking, varied int64
	for i := range n.absent {
		if c := n.columns[i]; !t.whole && !t.present[i] && !c.Key && !c.Partition {
			n.absent[i].add(in.index, 1)
			lacking++
		}
		if t.variants[i] > 0 {
			n.variants[i].add(in.index, t.variants[i])
			varied += t.variants[i]
		}
	}
	if lacking > 0 {
		n.lacking.add(in.index, lacking)
	}
	if varied > 0 {
		n.varied.add(in.index, varied)
	}
}

// namesOf lists the columns that a note of one kind is about: of many only the
// first ones.
func (n *noteBook) namesOf(found []about) (names []string) {
	for i, c := range n.columns {
		if found[i].files > 0 {
			names = append(names, printable(c.Name))
		}
	}
	return names
}

// someNames is how many columns a note names.
const someNames = 6

func someOf(names []string) string {
	if len(names) > someNames {
		return strings.Join(names[:someNames-1], ", ") + fmt.Sprintf(" and %d more", len(names)-someNames+1)
	}
	return strings.Join(names, ", ")
}

// list formats the notes: one of each kind.
func (n *noteBook) list(files []File) (notes []Note) {
	add := func(kind NoteKind, a about, format string, args ...any) {
		if a.files == 0 {
			return
		}
		text := fmt.Sprintf(format, args...)
		if a.files == 1 {
			text += fmt.Sprintf(" in %s", printable(files[a.first].Name))
		} else {
			text += fmt.Sprintf(" in %d files, the first %s", a.files, printable(files[a.first].Name))
		}
		notes = append(notes, Note{kind, a.files, a.count, text})
	}
	add(EmptyFile, n.empty, "no lines")
	n.listColumns(add)
	add(UnknownKey, n.unknown, "%d unknown keys were ignored: %s", n.unknown.count, n.names.list())
	add(Compression, n.compressed, "content that is compressed though the name does not say so")
	add(Compression, n.plain, "content that is not compressed as the name says")
	return notes
}

// listColumns adds the notes about columns.
func (n *noteBook) listColumns(add func(kind NoteKind, a about, format string, args ...any)) {
	switch names := n.namesOf(n.absent); len(names) {
	case 0:
	case 1:
		add(AbsentColumn, n.lacking, "column %s is absent from every line", names[0])
	default:
		add(AbsentColumn, n.lacking, "columns %s are absent from every line of a file", someOf(names))
	}
	switch names := n.namesOf(n.variants); len(names) {
	case 0:
	case 1:
		add(KeyCase, n.varied, "the key of column %s differs in case %d times", names[0], n.varied.count)
	default:
		add(KeyCase, n.varied, "the keys of columns %s differ in case %d times", someOf(names), n.varied.count)
	}
}

// noteTexts match the texts of notes, also of those that earlier versions wrote.
var noteTexts = map[NoteKind]*regexp.Regexp{
	EmptyFile:    regexp.MustCompile(`^no lines in `),
	AbsentColumn: regexp.MustCompile(`^columns? .* (?:is|are) absent from every line`),
	KeyCase:      regexp.MustCompile(`^the keys? of columns? .* differs? in case `),
	UnknownKey:   regexp.MustCompile(`^\d+ unknown keys were ignored: `),
}

// KindOf returns the kind of a note from its text, because manifests store only
// the texts; "" for other kinds.
func KindOf(text string) NoteKind {
	for kind, matches := range noteTexts {
		if matches.MatchString(text) {
			return kind
		}
	}
	return ""
}

// sameContent matches the text of every note of the kind SameContent.
var sameContent = regexp.MustCompile(` (?:has|have) the same content as `)

// IsWarning reports whether the text of a note means that rows are probably
// counted twice. It takes a text because manifests store only the texts of
// notes.
func IsWarning(text string) bool { return sameContent.MatchString(text) }

// duplicates returns notes for files with the same bytes as an earlier file.
// Such a file was probably added twice, and all its rows are counted twice.
func duplicates(files []FileReport) []Note {
	first := map[Hash]string{}
	var original, copied string
	note := Note{Kind: SameContent}
	for _, f := range files {
		earlier, seen := first[f.Hash]
		switch {
		case f.Rows == 0:
		case !seen:
			first[f.Hash] = f.Name
		default:
			if note.Files == 0 {
				original, copied = earlier, f.Name
			}
			note.Files++
			note.Count += f.Rows
		}
	}
	if note.Files == 0 {
		return nil
	}
	note.Text = fmt.Sprintf("%s has the same content as %s, so its rows count twice", printable(copied), printable(original))
	if note.Files > 1 {
		note.Text = fmt.Sprintf("%d files have the same content as another file, so their rows count more than once; the first is %s, equal to %s",
			note.Files, printable(copied), printable(original))
	}
	return []Note{note}
}

// list formats the keys in alphabetical order, each with its count.
func (n *names) list() string {
	var all []string
	for name, count := range n.counts {
		all = append(all, fmt.Sprintf("%q (%d)", name, count))
	}
	slices.Sort(all)
	text := strings.Join(all, ", ")
	if n.others {
		text += " and others"
	}
	return text
}

// printable quotes a name that contains control characters for a terminal.
func printable(name string) string {
	if q := fmt.Sprintf("%q", name); q != `"`+name+`"` {
		return q
	}
	return name
}
