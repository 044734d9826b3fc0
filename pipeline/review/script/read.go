package script

import (
	"bytes"
	"encoding/json"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Read reads one file. It does not fail: what it cannot read is a problem of
// the script.
func Read(name string, source []byte) *Script { return ReadWith(name, source, nil) }

// ReadWith reads one file that may import others of the submission.
func ReadWith(name string, source []byte, modules Modules) *Script {
	s := &Script{Name: name, Form: Python}
	if len(source) > maxSource {
		s.Form = NotPython
		s.Problems = []Problem{{name, 1, "the file is larger than 1 MB and is not read", -1}}
		return s
	}
	s.Source = s.extract(decode(source))
	if s.Form == NotPython {
		return s
	}
	s.Studio = bytes.Contains(s.Source, []byte("Script generated for node"))
	root, faults := parse(name, s.Source)
	if root == nil {
		s.Problems = faults
		return s
	}
	s.SyntaxErrors = faults
	if joined, tree := s.joinCalls(len(faults)); tree != nil {
		s.Source, root = joined, tree
	}
	read := *s
	read.follow(root, modules)
	if len(faults) > 0 && !read.Understood() {
		if repaired := s.repair(modules); repaired != nil {
			return repaired
		}
	}
	return &read
}

// apart matches a call whose arguments begin in the next line. Python takes the
// two lines for two statements, of which the second is none.
var apart = regexp.MustCompile(`(\w)([ \t]*\r?\n[ \t]*)\(([ \t\r\n]*[A-Za-z_]\w*[ \t]*=[^=])`)

// joinCalls puts the brackets of such calls where they belong, and returns the
// text and its tree; nil if it has no fewer faults then. Lines keep their numbers.
func (s *Script) joinCalls(faults int) ([]byte, *syntax) {
	if faults == 0 {
		return nil, nil
	}
	joined := apart.ReplaceAll(s.Source, []byte("$1($2$3"))
	if bytes.Equal(joined, s.Source) {
		return nil, nil
	}
	root, left := parse(s.Name, joined)
	if root == nil || len(left) >= faults {
		return nil, nil
	}
	return joined, root
}

// maxRepairs bounds how many lines of a broken text are left out.
const maxRepairs = 10

// repair leaves out the lines that are not Python, one by one, and returns the
// script if the rest is understood.
func (s *Script) repair(modules Modules) *Script {
	text := slices.Clone(s.Source)
	for range maxRepairs {
		root, faults := parse(s.Name, text)
		if root == nil {
			return nil
		}
		if len(faults) == 0 {
			repaired := *s
			repaired.follow(root, modules)
			if repaired.Understood() {
				return &repaired
			}
			return nil
		}
		blankLine(text, slices.MinFunc(faults, func(a, b Problem) int { return a.Line - b.Line }).Line)
	}
	return nil
}

// blankLine overwrites a line with blanks.
func blankLine(text []byte, line int) {
	for i := range text {
		if text[i] == '\n' {
			line--
		} else if line == 1 {
			text[i] = ' '
		}
		if line < 1 {
			return
		}
	}
}

// follow follows the statements. A text that is not Python can have a tree of
// any shape: what that breaks is a problem of the script, and no crash.
func (s *Script) follow(root *syntax, modules Modules) {
	defer func() {
		if recover() != nil {
			s.Problems = append(s.Problems, Problem{s.Name, 1, "the text cannot be followed: it is not Python", -1})
		}
	}()
	newEvaluator(s, modules).module(root)
	if len(s.SyntaxErrors) == 0 && s.Form != Notebook {
		s.Undefined = undefined(root)
	}
	if s.Undefined != nil && len(s.Sinks) > 0 { // Python does not get to what follows
		s.Problems = slices.DeleteFunc(s.Problems, func(p Problem) bool { return p.Line >= s.Undefined.From })
	}
}

// decode makes UTF-8 of a text.
func decode(source []byte) []byte {
	switch {
	case bytes.HasPrefix(source, []byte("\xef\xbb\xbf")):
		return source[3:]
	case bytes.HasPrefix(source, []byte("\xff\xfe")), bytes.HasPrefix(source, []byte("\xfe\xff")):
		big := source[0] == 0xfe
		units := make([]uint16, 0, len(source)/2)
		for i := 2; i+1 < len(source); i += 2 {
			u := uint16(source[i]) | uint16(source[i+1])<<8
			if big {
				u = uint16(source[i])<<8 | uint16(source[i+1])
			}
			units = append(units, u)
		}
		return []byte(string(utf16.Decode(units)))
	case !utf8.Valid(source):
		return bytes.ToValidUTF8(source, []byte("?"))
	}
	return source
}

var pythonMark = regexp.MustCompile(`(?m)^\s*(?:from\s+[\w.]+\s+import\s|import\s+\w)|\bGlueContext\b|\bglueContext\b|\bSparkSession\b`)

// extract returns the Python text of a file, and sets the form.
func (s *Script) extract(source []byte) []byte {
	trimmed := bytes.TrimSpace(source)
	if len(trimmed) > 0 && trimmed[0] == '{' && json.Valid(trimmed) {
		return s.extractJSON(trimmed)
	}
	if ext := strings.ToLower(path.Ext(s.Name)); ext != ".py" && ext != "" {
		if !pythonMark.Match(source) {
			s.Form = NotPython
			return nil
		}
		if ext == ".sql" {
			s.Form = SQLFile
		}
	}
	if text := withMagics(source); len(text) != len(source) {
		s.Form = Notebook
		return text
	}
	return source
}

// extractJSON finds the script in the export of a Glue job, or the cells of a
// notebook.
func (s *Script) extractJSON(source []byte) []byte {
	var doc struct {
		Script string `json:"script"`
		Name   string `json:"name"`
		Config struct {
			Name string `json:"name"`
		} `json:"jobConfig"`
		Cells []struct {
			Type   string          `json:"cell_type"`
			Source json.RawMessage `json:"source"`
		} `json:"cells"`
	}
	s.Form = NotPython
	if json.Unmarshal(source, &doc) != nil {
		return nil
	}
	s.Job = doc.Name
	if s.Job == "" {
		s.Job = doc.Config.Name
	}
	if pythonMark.MatchString(doc.Script) {
		s.Form = JobExport
		return []byte(doc.Script)
	}
	var b strings.Builder
	for _, cell := range doc.Cells {
		if cell.Type != "code" {
			continue
		}
		var lines []string
		if json.Unmarshal(cell.Source, &lines) != nil {
			var text string
			if json.Unmarshal(cell.Source, &text) != nil {
				continue
			}
			lines = strings.SplitAfter(text, "\n")
		}
		b.WriteString(cellText(lines) + "\n")
	}
	if !pythonMark.MatchString(b.String()) {
		return nil
	}
	s.Form = Notebook
	return []byte(b.String())
}

// cellText is the Python of a notebook's cell. One of SQL becomes calls of
// spark.sql.
func cellText(lines []string) string {
	cell := strings.Split(strings.Join(lines, ""), "\n")
	if rest, ok := strings.CutPrefix(strings.TrimSpace(cell[0]), "%%sql"); ok || strings.TrimSpace(cell[0]) == "%sql" {
		cell[0] = rest
		if !ok {
			cell[0] = ""
		}
		sqlCell(cell)
		return strings.Join(cell, "\n")
	}
	for i, line := range cell {
		if strings.HasPrefix(line, "%") || strings.HasPrefix(line, "!") {
			cell[i] = "# " + line
		}
	}
	if strings.HasPrefix(cell[0], "# %%") && !strings.HasPrefix(cell[0], "# %%time") { // not Python: a shell, settings
		for i := range cell[1:] {
			cell[i+1] = "# " + cell[i+1]
		}
	}
	return strings.Join(cell, "\n")
}

func findOption(options []Option, name string) (Option, bool) {
	for _, o := range options {
		if strings.EqualFold(o.Name, name) {
			return o, true
		}
	}
	return Option{}, false
}
