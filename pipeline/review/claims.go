package review

import (
	"context"
	"path"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"

	"stedi/pipeline"
	"stedi/pipeline/printable"
	"stedi/pipeline/review/replay"
	"stedi/pipeline/review/submission"
)

// secretSigns are texts that give access to an account.
var secretSigns = []struct {
	sign *regexp.Regexp
	says string
}{
	{regexp.MustCompile(`\b(?:AKIA|ASIA)[0-9A-Z]{16}\b`), "an access key of AWS"},
	{regexp.MustCompile(`(?i)aws_?secret_?access_?key["']?\s*[:=]\s*["']?[A-Za-z0-9/+]{40}\b`), "a secret key of AWS"},
	{regexp.MustCompile(`-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----`), "a private key"},
}

// recognise tells which version of the project the submission is. The project
// of 2022 has two DDLs and other names.
func (j *judge) recognise() string {
	if len(j.ddl["step_trainer_landing"]) > 0 || j.rubric.table("step_trainer_landing") == nil {
		return "v2"
	}
	old, today := j.threePictures(), 0
	for i := range j.in.Submission.Files {
		o, t := j.signs(&j.in.Submission.Files[i])
		old, today = old+o, today+t
	}
	if old > 0 && today == 0 && len(j.ddl) > 0 || old > today && len(j.ddl) == 2 {
		return "v1"
	}
	return "v2"
}

// pictured2022 are the tables of which the project of 2022 asked for pictures.
var pictured2022 = []string{"customer_landing", "accelerometer_landing", "customer_trusted"}

// threePictures is 1 if the submission has the pictures and the DDLs that the
// project of 2022 asked for, and no other pictures of tables.
func (j *judge) threePictures() int {
	shown := map[string]bool{}
	for _, f := range j.in.Submission.Of(submission.Picture) {
		if t := j.tableIn(stem(f.Name)); t != nil {
			shown[t.Name] = true
		}
	}
	for _, name := range pictured2022 {
		if !shown[name] {
			return 0
		}
	}
	if len(shown) > len(pictured2022) || len(j.ddl) != 2 {
		return 0
	}
	return 1
}

// signs counts what tells that a file is of the project of 2022, or of today's.
func (j *judge) signs(f *submission.File) (old, today int) {
	name := strings.ToLower(path.Base(f.Name))
	switch f.Kind {
	case submission.Script, submission.DDL:
		if strings.Contains(f.Text, "timeStamp") {
			old++
		}
		today = len(counts2023.FindAllString(f.Text, 3))
		if strings.Contains(name, "landing_to_trusted_zone") || strings.HasPrefix(name, "trainer_trusted_to_curated") {
			old++
		}
	case submission.Readme:
		today = len(counts2023.FindAllString(f.Text, 3))
	case submission.Picture:
		if t := j.tableIn(stem(f.Name)); t != nil && !slices.Contains(pictured2022, t.Name) {
			today++
		}
	default:
	}
	return old, today
}

// counts2023 are counts that only the data of today's project has.
var counts2023 = regexp.MustCompile(`\b(?:81[,.]?273|28[,.]?680|40[,.]?981|14[,.]?460|43[,.]?681)\b`)

// number is a count in a text.
var number = regexp.MustCompile(`\b[0-9]{1,3}(?:,[0-9]{3})+\b|\b[0-9]+\b`)

// claimed collects the counts that texts and the names of pictures state.
func (j *judge) claimed() {
	for _, f := range j.in.Submission.Of(submission.Readme) {
		line := 0
		for text := range strings.Lines(f.Text) {
			line++
			j.claimsIn(text, at(f.Name, line))
		}
	}
	for _, f := range j.in.Submission.Of(submission.Picture) {
		j.claimsIn(digits(stem(f.Name)), f.Name)
	}
}

// digits separates numbers from names in the name of a picture.
func digits(name string) string { return strings.NewReplacer("_", " ", "-", " ").Replace(name) }

// leastClaim is the smallest number that is taken for the rows of a table.
const leastClaim = 100

// claimsIn takes the counts of a line that names exactly one table. Small
// numbers, years and parts of words are none.
func (j *judge) claimsIn(line, where string) {
	if len(line) > 2000 || strings.Contains(line, "http") {
		return
	}
	t := j.tableIn(line)
	if t == nil {
		return
	}
	var rows []int64
	for _, text := range number.FindAllString(line, 20) {
		n, err := strconv.ParseInt(strings.ReplaceAll(text, ",", ""), 10, 64)
		if err == nil && n >= leastClaim && (n < 1990 || n > 2035) && n < 1e8 {
			rows = append(rows, n)
		}
	}
	if len(rows) == 1 {
		j.claims[t.Name] = append(j.claims[t.Name], Claim{Rows: rows[0], Where: where})
	}
}

// tableIn returns the only table that a text names, or nil. Longer names count
// first: customer_landing_to_trusted is not customer_landing.
func (j *judge) tableIn(text string) *RubricTable {
	type name struct {
		plain string
		table *RubricTable
	}
	var names []name
	for i := range j.rubric.Tables {
		t := &j.rubric.Tables[i]
		for _, n := range append([]string{t.Name}, t.Aliases...) {
			names = append(names, name{normal(n), t})
		}
	}
	sort.SliceStable(names, func(i, k int) bool { return len(names[i].plain) > len(names[k].plain) })
	plain := normal(text)
	var found *RubricTable
	for _, n := range names {
		if !strings.Contains(plain, n.plain) {
			continue
		}
		if found != nil && found != n.table {
			return nil
		}
		found, plain = n.table, strings.ReplaceAll(plain, n.plain, "|")
	}
	if found == nil {
		return j.meant(text)
	}
	return found
}

// meant is the table that a name means in other words, or misspelt; nil if it
// means none.
func (j *judge) meant(text string) *RubricTable {
	entity, zone := replay.Meaning(text)
	if entity == "" || zone == "" {
		return nil
	}
	for i := range j.rubric.Tables {
		t := &j.rubric.Tables[i]
		if e, z := replay.Meaning(t.Name); e == entity && z == zone {
			return t
		}
	}
	return nil
}

// images sorts the pictures by the table that their names name, and reads them
// if a program for that is installed.
func (j *judge) images(ctx context.Context) {
	for _, f := range j.in.Submission.Of(submission.Picture) {
		base := stem(f.Name)
		t := j.tableIn(base)
		if t == nil {
			t = j.tableIn(path.Join(path.Base(path.Dir(f.Name)), base))
		}
		plain := normal(base)
		if strings.Contains(plain, "blank") || strings.Contains(plain, "null") || strings.Contains(plain, "consent") || strings.Contains(plain, "research") {
			j.blank = append(j.blank, f)
		}
		if t == nil {
			j.nameless = append(j.nameless, f)
			continue
		}
		j.pictures[t.Name] = append(j.pictures[t.Name], f)
		if j.in.ReadPicture == nil || jobGraph.MatchString(base) {
			continue
		}
		if data, err := j.in.Submission.Data(f); err == nil {
			// A query of count(*) has one result, and a preview has few.
			if rows, ok := j.in.ReadPicture(ctx, data); ok && rows >= leastClaim {
				j.claims[t.Name] = append(j.claims[t.Name], Claim{Rows: rows, Where: f.Name, Read: true})
			}
		}
	}
}

// jobGraph are names of pictures of jobs, which bear the names of tables.
var jobGraph = regexp.MustCompile(`(?i)_?(?:etl|run|glue_?job|graph|visual|diagram|script|job)s?(?:[_-]?\d*)?$`)

// images2 are the pictures for the page.
func (j *judge) images2() []Image {
	var all []Image
	tables := map[*submission.File]string{}
	for name, files := range j.pictures {
		for _, f := range files {
			tables[f] = name
		}
	}
	for _, f := range j.in.Submission.Of(submission.Picture) {
		all = append(all, Image{Name: f.Name, Table: tables[f], Data: func() ([]byte, error) { return j.in.Submission.Data(f) }})
	}
	return all
}

func (j *judge) picture(_ *RubricItem, t *RubricTable) []finding {
	var readable []string
	for _, f := range j.pictures[t.Name] {
		if jobGraph.MatchString(stem(f.Name)) {
			continue
		}
		if f.Size < 2000 {
			return []finding{unclear(f.Name, "the picture has %s bytes only", printable.Thousands(f.Size))}
		}
		readable = append(readable, f.Name)
	}
	switch {
	case len(readable) > 0:
		for _, c := range j.claims[t.Name] {
			if c.Read && c.Where == readable[0] {
				return []finding{passed(c.Where, "a screenshot of this name; machine-read: %s", counted(c.Rows))}
			}
		}
		return []finding{unclear(readable[0], "a screenshot of this name; what it shows is not read")}
	case len(j.pictures[t.Name]) > 0:
		return []finding{unclear(j.pictures[t.Name][0].Name, "the picture seems to show the job, not the table")}
	case len(j.nameless) > 0:
		return []finding{unclear(j.nameless[0].Name, "no picture is named after the table; other names: %s", pipeline.Counted(len(j.nameless), "picture"))}
	}
	if files := j.in.Submission.Of(submission.Readme); slices.ContainsFunc(files, func(f *submission.File) bool { return remotePicture.MatchString(f.Text) }) {
		return []finding{unclear(files[0].Name, "a text shows pictures of another place, which were not fetched")}
	}
	for _, f := range j.in.Submission.Files {
		if slices.Contains([]string{".docx", ".doc", ".pptx", ".odt", ".zip", ".rar", ".7z", ".mp4"}, strings.ToLower(path.Ext(f.Name))) {
			return []finding{unclear(f.Name, "the screenshot may be in this file, which was not read")}
		}
	}
	return []finding{missed("", "no picture is named after the table")}
}

var remotePicture = regexp.MustCompile(`!\[[^\]]*\]\(\s*https?://|<img[^>]+src=["']https?://`)

func (j *judge) pictureBlank(*RubricItem, *RubricTable) []finding {
	if len(j.blank) > 0 {
		return []finding{unclear(j.blank[0].Name, "a picture of blank consent by its name")}
	}
	if files := j.pictures["customer_landing"]; len(files) > 0 {
		return []finding{unclear(files[0].Name, "several blank shareWithResearchAsOfDate have to be seen in it")}
	}
	return nil
}

// claim compares the counts that the submission states with those of its code.
func (j *judge) claim(_ *RubricItem, t *RubricTable) []finding {
	var rows *int64
	if o := j.outcome(t); o != nil && j.known() {
		rows = o.Rows
	} else if t.Zone == "landing" && len(t.Rows) > 0 {
		rows = &t.Rows[0]
	}
	if rows == nil || len(j.claims[t.Name]) == 0 {
		return nil
	}
	for _, c := range j.claims[t.Name] {
		if c.Rows == *rows {
			return []finding{passed(c.Where, "%s are stated%s", counted(c.Rows), read(c))}
		}
	}
	c := j.claims[t.Name][0]
	if c.Read && c.Rows == 1 { // SELECT COUNT(*) has one result
		return nil
	}
	return []finding{warned(c.Where, "%s are stated%s; the code gives %s", counted(c.Rows), read(c), printable.Thousands(*rows))}
}

func read(c Claim) string {
	if c.Read {
		return " (machine-read)"
	}
	return ""
}
