package ndjson

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"stedi/pipeline/sqlquote"
)

// Advice describes an unreadable file and how to repair it.
type Advice struct {
	What    string // such as "a JSON array instead of one object on each line"; "" if there is no advice
	Do      string // what to do, in the imperative, such as "convert it"
	Command string // repairs the file, run in the lake's directory; "" if no command does

	shown string // the command as shown in a reason; it does not change the file
	whole bool   // the file is rejected as a whole, and one reject describes it
}

// reason formats the advice as the reason of a reject.
func (a Advice) reason() string {
	text := a.What
	if a.Do != "" {
		text += "; " + a.Do
	}
	if command := a.shown; command != "" {
		return text + " with: " + command
	} else if a.Command != "" {
		return text + " with: " + a.Command
	}
	return text
}

// about formats the advice for a file as sentences.
func (a Advice) about(file string) string {
	do := cmp.Or(a.Do, "replace it")
	text := printable(file) + ": " + do
	if !a.whole {
		text = fmt.Sprintf("%s holds %s. %s", printable(file), a.What, strings.ToUpper(do[:1])+do[1:])
	}
	if a.Command == "" {
		return text + "."
	}
	return text + "; in the lake's directory run: " + a.Command
}

// maxRepairs bounds how many files Repair describes.
const maxRepairs = 3

// Repair describes how to repair the files that are rejected as a whole or for
// the most part. It returns "" if there are no such files. Skipping the rejects
// of such a file would lose the file.
func (r Report) Repair() string {
	var lines []string
	described, more := r.repairs()
	for _, f := range described {
		lines = append(lines, f.Advice.about(f.Name))
	}
	if more > 0 {
		text := "1 more file needs a repair, too."
		if more > 1 {
			text = fmt.Sprintf("%d more files need a repair, too.", more)
		}
		lines = append(lines, text)
	}
	return strings.Join(lines, "\n  ")
}

// repairs returns the files that Repair describes, and how many more there are.
func (r Report) repairs() (described []FileReport, more int) {
	for _, f := range r.Files {
		switch {
		case f.Advice.What == "":
		case len(described) == maxRepairs:
			more++
		default:
			described = append(described, f)
		}
	}
	return described, more
}

// Unadvised returns rejects of whole files without the advice that Repair gives.
func (r Report) Unadvised(rejects []Reject) []Reject {
	described, _ := r.repairs()
	rejects = slices.Clone(rejects)
	for i := range rejects {
		at := slices.IndexFunc(described, func(f FileReport) bool { return f.Name == rejects[i].File })
		if at >= 0 && rejects[i].Whole() {
			rejects[i].Reason = described[at].Advice.What
		}
	}
	return rejects
}

// form is the format of a whole file that is not JSON lines, with the command
// that converts it.
type form struct {
	what   string // "" for JSON lines
	do     string // in the imperative; "" means "convert it"
	filter string // a command that writes JSON lines to its output; {} marks the place of the file name, if that is not the end
	stdin  bool   // the filter reads standard input and takes no file name
	whole  bool   // the filter needs a file; it cannot read a pipe
	query  string // DuckDB's function that reads the file
	own    string // a command that does the whole repair, with {} for the name
	suffix string // suffix of files that the filter's tool can convert in place
}

var (
	jsonLines = form{}
	array     = form{what: "a JSON array instead of one object on each line", filter: "jq -c '.[]'"}
	pretty    = form{what: "objects that span lines instead of one on each line", filter: "jq -c ."}
	carriage  = form{what: "lines that end in a carriage return alone", filter: `tr '\r' '\n'`, stdin: true}
)

// advice returns the advice for a file of this form.
func (f form) advice(name string, c codec) Advice {
	a := Advice{What: f.what, Do: f.do}
	if a.Do == "" {
		a.Do = "convert it"
	}
	file := quote(name)
	next := file + ".new" // valid also inside quotes
	replace := " > " + next + " && mv " + next + " " + file
	switch {
	case c != plainFile && (f.own != "" || f.query != "" || f.whole):
		// The command needs the uncompressed file, so decompression is the
		// first step.
		a.What += fmt.Sprintf(", compressed with %s", c)
		a.Do, a.shown = "decompress it", c.String()+" -dc "+file
		a.Command = a.shown + replace
	case f.own != "":
		a.Command = strings.ReplaceAll(f.own, "{}", file)
	case f.query != "":
		a.Command = duckdb(f.query, name) + " && mv " + next + " " + file
	case f.filter == "":
	case c != plainFile:
		a.shown = f.show(file, c)
		a.Command = a.shown + " | " + c.String() + replace
	case f.suffix != "" && strings.HasSuffix(name, f.suffix):
		a.shown = f.show(file, c)
		a.Command = strings.TrimSuffix(f.filter, "c") + " " + file
	default:
		a.shown = f.show(file, c)
		a.Command = a.shown + replace
	}
	return a
}

// show formats the filter with its input.
func (f form) show(file string, c codec) string {
	switch {
	case c != plainFile:
		return c.String() + " -dc " + file + " | " + strings.Replace(f.filter, " {}", "", 1)
	case strings.Contains(f.filter, "{}"):
		return strings.Replace(f.filter, "{}", file, 1)
	case f.stdin:
		return f.filter + " < " + file
	}
	return f.filter + " " + file
}

// duckdb formats the command that exports a file as JSON lines.
func duckdb(reader, name string) string {
	if !nameable(name) {
		name = placeholder
	}
	sql := "COPY (FROM " + reader + "(" + sqlquote.ANSI.Text(name) + ")) TO " + sqlquote.ANSI.Text(name+".new") + " (FORMAT json)"
	if strings.ContainsAny(sql, "\"$`\\!") {
		return "duckdb -c " + quote(sql)
	}
	return `duckdb -c "` + sql + `"`
}

// placeholder replaces a name that cannot be printed.
const placeholder = "FILE"

// nameable reports whether a name can be printed unchanged.
func nameable(name string) bool {
	return utf8.ValidString(name) && !strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) })
}

// quote formats a name as a shell argument. It returns a placeholder if the
// name is not printable.
func quote(name string) string {
	const safe = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._/:@%+=,-"
	if !nameable(name) {
		return placeholder
	}
	if name != "" && name[0] == '-' {
		name = "./" + name // otherwise a shell command takes it for an option
	}
	if name != "" && strings.Trim(name, safe) == "" {
		return name
	}
	return "'" + strings.ReplaceAll(name, "'", `'\''`) + "'"
}
