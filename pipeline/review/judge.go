package review

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"stedi/pipeline"
	"stedi/pipeline/printable"
	"stedi/pipeline/review/ddl"
	"stedi/pipeline/review/replay"
	"stedi/pipeline/review/script"
	"stedi/pipeline/review/submission"
)

// Input is what a submission is judged from.
type Input struct {
	Submission *submission.Submission
	Scripts    []*script.Script
	Outcome    *replay.Outcome
	// ReplayError says why there is no outcome.
	ReplayError string
	// Data are the checks of the lake of the submission; nil: there is none.
	Data *pipeline.Record
	// ReadPicture returns the number of results that a screenshot of Athena
	// shows; nil: no program that reads pictures is installed.
	ReadPicture func(ctx context.Context, data []byte) (rows int64, ok bool)
	// Mistakes returns the known mistakes that give as many rows as the job of a
	// table; nil: none are known.
	Mistakes func(ctx context.Context, t *replay.Table) []*replay.Mistake
	// LakeOnly: the target is a lake without a submission.
	LakeOnly bool
	// Landing has the rows of the landing tables that the scripts are replayed on.
	Landing map[string]int64
	// Names are further names of tables.
	Names map[string]string
}

// Judge judges a submission by a rubric.
func Judge(ctx context.Context, rubric *Rubric, in Input) *Target {
	j := &judge{rubric: rubric.withNames(in.Names), in: in, claims: map[string][]Claim{}, pictures: map[string][]*submission.File{}, mistakes: map[string]*replay.Mistake{}}
	j.ddls()
	j.version = j.recognise()
	j.claimed()
	j.images(ctx)
	j.findMistakes(ctx)
	t := &Target{Target: in.Submission.Target, Version: j.version, Tables: []Table{}, Items: []Item{}}
	if item, ok := j.nothing(); ok {
		t.Version = ""
		t.Items = append([]Item{item}, j.items(RubricItem{ID: "read", Check: "read", Title: "What was not read", Result: Warn})...)
		return t
	}
	if in.Outcome != nil {
		t.Tables = j.tables()
	}
	for _, item := range j.rubric.Items {
		if in.LakeOnly && item.Check != "data" && item.Check != "read" {
			continue
		}
		t.Items = append(t.Items, j.items(item)...)
	}
	t.Pictures, t.Source = j.images2(), j.sourceOf
	return t
}

// withNames returns the rubric with further names of tables.
func (r *Rubric) withNames(names map[string]string) *Rubric {
	if len(names) == 0 {
		return r
	}
	all := *r
	all.Tables = slices.Clone(r.Tables)
	for i := range all.Tables {
		if name := names[all.Tables[i].Name]; name != "" {
			all.Tables[i].Aliases = append(slices.Clone(all.Tables[i].Aliases), name, path.Base(name))
		}
	}
	return &all
}

type judge struct {
	rubric   *Rubric
	in       Input
	version  string
	ddl      map[string][]ddl.Table // by landing table
	strays   []ddl.Table            // of tables that are not landing tables
	claims   map[string][]Claim
	pictures map[string][]*submission.File // by table
	blank    []*submission.File            // pictures that show blank consent
	nameless []*submission.File            // pictures whose name names no table
	mistakes map[string]*replay.Mistake    // of tables with wrong rows
}

// finding is what a check says. The zero value means that it does not apply.
type finding struct {
	result  Result // Fail becomes the result of the rubric's item
	where   string
	message string
	advice  string // "" for the feedback of the rubric's item
}

func passed(where, format string, args ...any) finding {
	return finding{result: Pass, where: where, message: fmt.Sprintf(format, args...)}
}

func missed(where, format string, args ...any) finding {
	return finding{result: Fail, where: where, message: fmt.Sprintf(format, args...)}
}

func warned(where, format string, args ...any) finding {
	return finding{result: Warn, where: where, message: fmt.Sprintf(format, args...)}
}

func unclear(where, format string, args ...any) finding {
	return finding{result: Unknown, where: where, message: fmt.Sprintf(format, args...)}
}

// checks are the checks that an item of a rubric may name.
var checks = map[string]func(*judge, *RubricItem, *RubricTable) []finding{
	"ddl-present":     (*judge).ddlPresent,
	"ddl-fields":      (*judge).ddlFields,
	"ddl-types":       (*judge).ddlTypes,
	"ddl-serde":       (*judge).ddlSerde,
	"ddl-location":    (*judge).ddlLocation,
	"ddl-file":        (*judge).ddlFile,
	"script-present":  (*judge).scriptPresent,
	"script-rows":     (*judge).scriptRows,
	"script-columns":  (*judge).scriptColumns,
	"script-upstream": (*judge).scriptUpstream,
	"script-source":   (*judge).scriptSource,
	"script-sink":     (*judge).scriptSink,
	"script-joins":    (*judge).scriptJoins,
	"script-rerun":    (*judge).scriptRerun,
	"script-copies":   (*judge).scriptCopies,
	"script-personal": (*judge).scriptPersonal,
	"secrets":         (*judge).secrets,
	"pictures":        (*judge).picture,
	"picture-blank":   (*judge).pictureBlank,
	"claims":          (*judge).claim,
	"data":            (*judge).data,
	"read":            (*judge).read,
	"text":            (*judge).text,
	"file":            (*judge).file,
}

// items evaluates an item of the rubric, for each of its tables.
func (j *judge) items(item RubricItem) []Item {
	if item.Result == Off || !applies(item.Versions, j.version) {
		return nil
	}
	check := checks[item.Check]
	if len(item.Tables) == 0 {
		return j.results(&item, item.ID, "", check(j, &item, nil))
	}
	var all []Item
	for _, name := range item.Tables {
		t := j.rubric.table(name)
		if t == nil || !applies(t.Versions, j.version) {
			continue
		}
		id := item.ID
		if len(item.Tables) > 1 {
			id += "." + name
		}
		all = append(all, j.results(&item, id, name, check(j, &item, t))...)
	}
	return all
}

func applies(versions []string, version string) bool {
	return len(versions) == 0 || slices.Contains(versions, version)
}

func (j *judge) results(item *RubricItem, id, table string, found []finding) []Item {
	var all []Item
	for n, f := range found {
		if f.result == "" {
			continue
		}
		if f.result == Fail {
			f.result = item.missed(table, j.version)
		}
		r := Item{ID: id, Result: f.result, Where: printable.Text(f.where), Message: printable.Text(f.message), Title: item.Title, Table: table, Code: j.code(f.where)}
		if n > 0 {
			r.ID = fmt.Sprintf("%s.%d", id, n+1)
		}
		switch f.result {
		case Pass:
		case Unknown:
			r.Feedback = "Look yourself: a program cannot tell."
		default:
			r.Feedback = first(f.advice, item.Feedback)
		}
		all = append(all, r)
	}
	return all
}

// code returns the lines around a place, with their numbers.
func (j *judge) code(where string) []string {
	file, number, ok := CutLine(where)
	if !ok {
		return nil
	}
	text := j.sourceOf(file)
	if text == "" {
		return nil
	}
	lines := strings.Split(text, "\n")
	if number > len(lines) {
		return nil
	}
	var shown []string
	for n := max(1, number-1); n <= min(len(lines), number+2); n++ {
		shown = append(shown, fmt.Sprintf("%4d  %s", n, printable.Head(expand(lines[n-1]), 200)))
	}
	return shown
}

func expand(line string) string { return strings.ReplaceAll(line, "\t", "    ") }

func (j *judge) sourceOf(file string) string {
	for _, s := range j.in.Scripts {
		if s.Name == file {
			return string(s.Source)
		}
	}
	for i := range j.in.Submission.Files {
		if f := &j.in.Submission.Files[i]; f.Name == file {
			return f.Text
		}
	}
	return ""
}

// CutLine splits a place into the file and the line.
func CutLine(where string) (file string, line int, ok bool) {
	i := strings.LastIndexByte(where, ':')
	if i < 0 {
		return where, 0, false
	}
	if _, err := fmt.Sscanf(where[i+1:], "%d", &line); err != nil || line < 1 {
		return where, 0, false
	}
	return where[:i], line, true
}

// tables reports what the code gives for each derived table.
func (j *judge) tables() []Table {
	all := []Table{}
	for i := range j.in.Outcome.Tables {
		o := &j.in.Outcome.Tables[i]
		t := Table{
			Table: o.Name, Scripts: []string{}, Understood: o.Understood, Rows: o.Rows, WouldFail: printable.Text(o.WouldFail),
			RowsOnRightInputs: o.RowsOnRightInputs, Claimed: append([]Claim{}, j.claims[o.Name]...),
		}
		for _, w := range o.Writers {
			if !slices.Contains(t.Scripts, w.Script) {
				t.Scripts = append(t.Scripts, w.Script)
			}
		}
		if r := j.rubric.table(o.Name); r != nil && len(r.Rows) > 0 {
			t.Expected = r.Rows[0]
		}
		for _, s := range o.Funnel {
			t.Funnel = append(t.Funnel, Stage{Name: printable.Text(s.Name), Rows: s.Rows})
		}
		all = append(all, t)
	}
	return all
}

// read reports what was not read of the target.
func (j *judge) read(*RubricItem, *RubricTable) []finding {
	var found []finding
	for _, n := range j.in.Submission.Notes {
		found = append(found, warned(n.Where, "%s", n.Message))
	}
	return found
}

// data reports the checks of the lake.
func (j *judge) data(*RubricItem, *RubricTable) []finding {
	if j.in.Data == nil {
		return nil
	}
	var found []finding
	for _, c := range j.in.Data.Checks {
		if c.State == "fail" && c.Severity != "warning" {
			found = append(found, missed(c.Table, "%s: %s", c.Check, c.Message))
		}
	}
	switch {
	case j.in.Data.Error != "" && len(found) == 0:
		found = append(found, unclear("", "the lake cannot be checked: %s", printable.FirstLine(j.in.Data.Error)))
	case len(found) == 0:
		found = append(found, passed("", "all checks of the lake passed"))
	}
	return found
}

// text checks that files hold a text, or do not.
func (j *judge) text(item *RubricItem, _ *RubricTable) []finding {
	any, has := false, false
	for i := range j.in.Submission.Files {
		f := &j.in.Submission.Files[i]
		if f.Text == "" || !matches(item.Files, f.Name) {
			continue
		}
		any = true
		if item.forbids != nil {
			if at := item.forbids.FindStringIndex(f.Text); at != nil {
				return []finding{missed(placeIn(f, at[0]), "%s", first(item.Message, "the file holds what the rubric forbids"))}
			}
		}
		has = has || item.requires != nil && item.requires.MatchString(f.Text)
	}
	switch {
	case item.requires != nil && !has:
		return []finding{missed(item.Files, "%s", first(item.Message, "no file holds what the rubric requires"))}
	case !any:
		return []finding{unclear(item.Files, "no such file was read")}
	}
	return []finding{passed(item.Files, "as required")}
}

// file checks that a file exists.
func (j *judge) file(item *RubricItem, _ *RubricTable) []finding {
	for i := range j.in.Submission.Files {
		if name := j.in.Submission.Files[i].Name; matches(item.Files, name) {
			return []finding{passed(name, "the file is there")}
		}
	}
	return []finding{missed(item.Files, "%s", first(item.Message, "there is no such file"))}
}

// matches reports whether a pattern matches a name, or its last part.
func matches(pattern, name string) bool {
	if pattern == "" {
		return true
	}
	whole, err := path.Match(strings.ToLower(pattern), strings.ToLower(name))
	last, err2 := path.Match(strings.ToLower(pattern), strings.ToLower(path.Base(name)))
	return err == nil && err2 == nil && (whole || last)
}

func placeIn(f *submission.File, offset int) string {
	return at(f.Name, 1+strings.Count(f.Text[:offset], "\n"))
}
