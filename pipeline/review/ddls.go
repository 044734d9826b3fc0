package review

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"stedi/pipeline/review/ddl"
	"stedi/pipeline/review/submission"
)

// ddls sorts the DDLs by the landing table that they define.
func (j *judge) ddls() {
	j.ddl = map[string][]ddl.Table{}
	for _, f := range j.in.Submission.Of(submission.DDL) {
		for _, t := range ddl.Read(f.Name, f.Text) {
			if t.AsSelect && len(t.Columns) == 0 {
				continue
			}
			if r := j.landingOf(&t); r != nil {
				j.ddl[r.Name] = append(j.ddl[r.Name], t)
			} else {
				j.strays = append(j.strays, t)
			}
		}
	}
	for _, f := range j.in.Submission.Of(submission.Readme) {
		for _, t := range ddl.Read(f.Name, fenced(f.Text)) {
			if r := j.landingOf(&t); r != nil && !t.AsSelect {
				t.Format = inText
				j.ddl[r.Name] = append(j.ddl[r.Name], t)
			}
		}
	}
	for name := range j.ddl {
		// The statement of the right name comes first, then that of SQL.
		slices.SortStableFunc(j.ddl[name], func(a, b ddl.Table) int { return j.distance(name, &a) - j.distance(name, &b) })
	}
}

func (j *judge) distance(name string, t *ddl.Table) int {
	n := 0
	if r := j.rubric.named(t.Name); r == nil || r.Name != name {
		n += 2
	}
	switch t.Format {
	case "SQL":
	case inText:
		n += 3
	default:
		n++
	}
	return n
}

// inText is the format of a statement that stands in a text for people.
const inText = "text"

// fenced returns the blocks of code of a Markdown text. Lines keep their numbers.
func fenced(text string) string {
	lines, open := strings.Split(text, "\n"), ""
	for i, line := range lines {
		mark := fence(line)
		if open == "" || mark == open {
			lines[i] = ""
		}
		switch {
		case open == "":
			open = mark
		case mark == open:
			open = ""
		}
	}
	return strings.Join(lines, "\n")
}

// fence is the mark with which a line begins or ends a block of code, or "".
func fence(line string) string {
	for _, mark := range []string{"```", "~~~"} {
		if strings.HasPrefix(strings.TrimSpace(line), mark) {
			return mark
		}
	}
	return ""
}

var derived = regexp.MustCompile(`(?i)trusted|curated|machine`)

// landingOf returns the landing table that a DDL defines: by its name, else by
// its columns.
func (j *judge) landingOf(t *ddl.Table) *RubricTable {
	if r := j.rubric.named(t.Name); r != nil {
		if r.Zone != "landing" {
			return nil
		}
		// A statement with the name of one table and the columns of another is
		// judged by its name.
		return r
	}
	if derived.MatchString(t.Name) || derived.MatchString(t.Location) {
		return nil
	}
	best, most := (*RubricTable)(nil), 0
	for i := range j.rubric.Tables {
		r := &j.rubric.Tables[i]
		if r.Zone != "landing" {
			continue
		}
		same := 0
		for _, c := range r.Columns {
			if _, ok := t.Column(c.Name); ok {
				same++
			}
		}
		if same > most && 2*same > len(r.Columns) {
			best, most = r, same
		}
	}
	return best
}

// statement returns the DDL of a landing table, or nil.
func (j *judge) statement(t *RubricTable) *ddl.Table {
	if found := j.ddl[t.Name]; len(found) > 0 {
		return &found[0]
	}
	return nil
}

func (j *judge) ddlPresent(_ *RubricItem, t *RubricTable) []finding {
	if d := j.statement(t); d != nil {
		if d.Format == inText {
			return []finding{warned(at(d.File, d.Line), "the CREATE TABLE stands in a text; the rubric asks for a SQL script")}
		}
		if d.Format != "SQL" {
			return []finding{warned(at(d.File, d.Line), "the table is described in JSON; the rubric asks for a SQL script")}
		}
		return []finding{passed(at(d.File, d.Line), "CREATE TABLE %s with %d columns", d.Name, len(d.Columns))}
	}
	// A file of that name may hold the DDL of another table.
	for _, f := range j.in.Submission.Of(submission.DDL) {
		base := strings.TrimSuffix(path.Base(f.Name), path.Ext(f.Name))
		if r := j.rubric.named(base); r != nil && r.Name == t.Name {
			for _, other := range ddl.Read(f.Name, f.Text) {
				return []finding{missed(at(other.File, other.Line), "the file defines the table %s, not %s", other.Name, t.Name)}
			}
		}
	}
	for _, s := range j.in.Submission.Notes {
		if r := j.rubric.named(strings.TrimSuffix(path.Base(s.Where), path.Ext(s.Where))); r != nil && r.Name == t.Name {
			return []finding{unclear(s.Where, "the file was not read: %s", s.Message)}
		}
	}
	return []finding{missed("", "no file defines the table %s", t.Name)}
}

func (j *judge) ddlFields(_ *RubricItem, t *RubricTable) []finding {
	d := j.statement(t)
	if d == nil {
		return nil
	}
	where := at(d.File, d.Line)
	var missing, optional []string
	why := ""
	for _, c := range t.Columns {
		if _, ok := d.Column(c.Name); ok || mapped(d, c.Name) {
			continue
		}
		if c.Optional != "" {
			optional, why = append(optional, c.Name), c.Optional
		} else {
			missing = append(missing, c.Name)
		}
	}
	extra, twice := odd(d, t)
	switch {
	case len(missing) > 0 && len(extra) > 0:
		return []finding{missed(where, "the JSON fields %s are not declared; the columns %s are in no JSON file", list(missing), list(extra))}
	case len(missing) > 0:
		return []finding{missed(where, "the JSON fields %s are not declared", list(missing))}
	case len(twice) > 0:
		return []finding{warned(where, "the columns %s are declared twice: Athena refuses the statement", list(twice))}
	case len(extra) > 0:
		return []finding{warned(where, "the columns %s are in no JSON file, and are always null", list(extra))}
	case len(optional) > 0:
		return []finding{warned(where, "%s is not declared; %s", list(optional), why)}
	}
	return []finding{passed(where, "all %d JSON fields", len(t.Columns))}
}

// odd returns the columns of a DDL that are in no JSON file, and those that it
// declares twice.
func odd(d *ddl.Table, t *RubricTable) (extra, twice []string) {
	seen := map[string]bool{}
	for _, c := range d.Columns {
		name := strings.ToLower(c.Name)
		if seen[name] {
			twice = append(twice, c.Name)
		}
		seen[name] = true
		if !slices.ContainsFunc(t.Columns, func(r RubricColumn) bool { return strings.EqualFold(r.Name, c.Name) }) && d.Properties["mapping."+name] == "" {
			extra = append(extra, c.Name)
		}
	}
	return extra, twice
}

// mapped reports whether a column of another name reads the field.
func mapped(d *ddl.Table, field string) bool {
	for name, value := range d.Properties {
		if column, ok := strings.CutPrefix(name, "mapping."); ok && strings.EqualFold(value, field) {
			if _, ok := d.Column(column); ok {
				return true
			}
		}
	}
	return false
}

func list(names []string) string { return strings.Join(names, ", ") }

// kinds are the types that suit the kinds of columns.
var kinds = map[string]*regexp.Regexp{
	"text":   regexp.MustCompile(`^(?:string|varchar|char)`),
	"date":   regexp.MustCompile(`^(?:string|varchar|char|date$)`),
	"epoch":  regexp.MustCompile(`^bigint$|^long$`),
	"real":   regexp.MustCompile(`^(?:float|double|real$|decimal)`),
	"number": regexp.MustCompile(`^(?:int|integer|bigint|smallint|long|float|double|decimal)`),
}

func (j *judge) ddlTypes(_ *RubricItem, t *RubricTable) []finding {
	d := j.statement(t)
	if d == nil || len(d.Columns) == 0 {
		return nil
	}
	text, numbers := 0, 0
	var odd []finding
	for _, c := range d.Columns {
		if kinds["text"].MatchString(c.Type) {
			text++
		}
		for _, r := range t.Columns {
			if !strings.EqualFold(r.Name, c.Name) || kinds[r.Kind] == nil {
				continue
			}
			if r.Kind != "text" && r.Kind != "date" {
				numbers++
			}
			if !kinds[r.Kind].MatchString(c.Type) {
				odd = append(odd, warned(at(d.File, c.Line), "%s is declared as %s%s", c.Name, c.Type, unsuited(r.Kind, c.Type)))
			}
		}
	}
	if text == len(d.Columns) && numbers > 0 {
		return []finding{missed(at(d.File, d.Line), "every column is a string")}
	}
	if len(odd) > 0 {
		return odd
	}
	return []finding{passed(at(d.File, d.Line), "the types suit the fields")}
}

func unsuited(kind, typ string) string {
	switch {
	case kind == "epoch" && (strings.HasPrefix(typ, "timestamp") || typ == "date"):
		return "; the field holds milliseconds since 1970, which are a bigint"
	case kind == "epoch":
		return "; the field holds milliseconds since 1970, which need a bigint"
	case kind == "real":
		return "; the field holds numbers with a fraction"
	case kind == "number":
		return "; the field holds numbers"
	}
	return "; the field holds text"
}

var readsJSON = regexp.MustCompile(`(?i)json`)

func (j *judge) ddlSerde(_ *RubricItem, t *RubricTable) []finding {
	d := j.statement(t)
	switch {
	case d == nil:
		return nil
	case readsJSON.MatchString(d.SerDe):
		return []finding{passed(at(d.File, d.Line), "the SerDe reads JSON")}
	case d.SerDe == "" && readsJSON.MatchString(d.Stored):
		return []finding{passed(at(d.File, d.Line), "STORED AS %s", d.Stored)}
	case d.SerDe == "":
		return []finding{missed(at(d.File, d.Line), "no SerDe is named, so that Athena reads delimited text")}
	}
	return []finding{missed(at(d.File, d.Line), "the SerDe %s does not read JSON", d.SerDe)}
}

func (j *judge) ddlLocation(_ *RubricItem, t *RubricTable) []finding {
	d := j.statement(t)
	if d == nil {
		return nil
	}
	where := at(d.File, max(d.LocatedAt, d.Line))
	if d.Location == "" {
		return []finding{missed(where, "the statement has no LOCATION")}
	}
	lower := normal(d.Location)
	for i := range j.rubric.Tables {
		if r := &j.rubric.Tables[i]; r.Zone == "landing" && r.Name != t.Name && r.Entity != "" && t.Entity != "" &&
			strings.Contains(lower, normal(r.Entity)) && !strings.Contains(lower, normal(t.Entity)) {
			return []finding{missed(where, "LOCATION is the folder of %s", r.Name)}
		}
	}
	if derived.MatchString(path.Base(strings.TrimSuffix(d.Location, "/"))) {
		return []finding{missed(where, "LOCATION is in another zone")}
	}
	return []finding{passed(where, "LOCATION %s", d.Location)}
}

func (j *judge) ddlFile(_ *RubricItem, t *RubricTable) []finding {
	d := j.statement(t)
	if d == nil || d.Format == inText {
		return nil
	}
	var found []finding
	where := at(d.File, d.Line)
	if f := j.fileNamed(d.File); f != nil && (f.Encoding == "RTF" || f.Encoding == "UTF-16") {
		found = append(found, missed(d.File, "the file is %s, which Athena does not accept", f.Encoding))
	}
	base := strings.TrimSuffix(path.Base(d.File), path.Ext(d.File))
	if r := j.rubric.named(base); r != nil && r.Name != t.Name && len(ddl.Read(d.File, j.sourceOf(d.File))) == 1 {
		found = append(found, missed(where, "the file is named after %s, and defines %s", r.Name, t.Name))
	}
	if r := j.rubric.named(d.Name); r == nil || r.Name != t.Name {
		found = append(found, missed(where, "the table is named %s; the project calls it %s", d.Name, t.Name))
	}
	if len(d.Partitions) > 0 && !d.Loads && !strings.EqualFold(d.Properties["projection.enabled"], "true") {
		found = append(found, missed(at(d.File, d.Partitions[0].Line), "the partitions are never loaded, so that the table has no rows"))
	}
	if found == nil {
		return []finding{passed(where, "plain SQL")}
	}
	return found
}

func (j *judge) fileNamed(name string) *submission.File {
	for i := range j.in.Submission.Files {
		if j.in.Submission.Files[i].Name == name {
			return &j.in.Submission.Files[i]
		}
	}
	return nil
}
