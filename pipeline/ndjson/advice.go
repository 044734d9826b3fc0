package ndjson

import (
	"cmp"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"stedi/pipeline/sqlquote"
)

// Advice says what a file is that cannot be read, and how it is repaired.
type Advice struct {
	What    string // such as "a JSON array instead of one object on each line"; "" if there is no advice
	Do      string // what to do, in the imperative, such as "convert it"
	Command string // does it, in the lake's directory; "" if no command does

	shown string // the command as a reason shows it, which leaves the file alone
	whole bool   // the file is rejected as a whole, and a reject says what it is
}

// reason is the advice as the reason of a reject.
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

// about puts the advice for a file into sentences.
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

// maxRepairs is how many files Repair describes.
const maxRepairs = 3

// Repair says how to repair the files that are rejected as a whole or for the
// most part, or returns "" if there are none. To skip what is rejected of such
// a file would be to lose the file.
func (r Report) Repair() string {
	var lines []string
	more := 0
	for _, f := range r.Files {
		switch {
		case f.Advice.What == "":
		case len(lines) == maxRepairs:
			more++
		default:
			lines = append(lines, f.Advice.about(f.Name))
		}
	}
	if more > 0 {
		lines = append(lines, fmt.Sprintf("%d more files need a repair, too.", more))
	}
	return strings.Join(lines, "\n  ")
}

// form is how a whole file is laid out, if not as JSON lines, and the command
// that makes JSON lines of it.
type form struct {
	what   string // "" for JSON lines
	do     string // in the imperative; "" means to convert it
	filter string // a command that writes what it makes of a file to its output; {} is where the name belongs, if not last
	stdin  bool   // the filter reads its input instead of a file that is named
	whole  bool   // the filter needs a file, and cannot read a pipe
	query  string // DuckDB's function that reads the file
	own    string // a command that does all by itself, with {} for the name
	suffix string // with it in the name, the filter's tool replaces the file by itself
}

var (
	jsonLines = form{}
	array     = form{what: "a JSON array instead of one object on each line", filter: "jq -c '.[]'"}
	pretty    = form{what: "objects that span lines instead of one on each line", filter: "jq -c ."}
	carriage  = form{what: "lines that end in a carriage return alone", filter: `tr '\r' '\n'`, stdin: true}
)

// advice makes the advice for a file of this form.
func (f form) advice(name string, c codec) Advice {
	a := Advice{What: f.what, Do: f.do}
	if a.Do == "" {
		a.Do = "convert it"
	}
	file := quote(name)
	next := file + ".new" // also where the name is in quotes
	replace := " > " + next + " && mv " + next + " " + file
	switch {
	case c != plainFile && (f.own != "" || f.query != "" || f.whole):
		// The command needs the file itself, so that is the first step.
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

// show is the filter with what it reads.
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

// duckdb is the command that exports a file as JSON lines.
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

// placeholder stands for a name that cannot be printed.
const placeholder = "FILE"

// nameable reports whether a name can be printed as it is.
func nameable(name string) bool {
	return utf8.ValidString(name) && !strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) })
}

// quote makes a name an argument for a shell, or a placeholder if it is not
// printable.
func quote(name string) string {
	const safe = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._/:@%+=,-"
	if !nameable(name) {
		return placeholder
	}
	if name != "" && name[0] == '-' {
		name = "./" + name // it would be an option
	}
	if name != "" && strings.Trim(name, safe) == "" {
		return name
	}
	return "'" + strings.ReplaceAll(name, "'", `'\''`) + "'"
}
