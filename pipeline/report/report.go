package report

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"stedi/pipeline"
)

// JUnit writes a run as JUnit XML: a case for each step and each check, and
// one for the run itself if it ended with an error. The XML is
// valid for any record.
func JUnit(r *pipeline.Record) []byte {
	return junitXML(junitSuites(r), r.Seconds)
}

// JUnitOf is JUnit for several lakes: the suites of each begin with its name.
func JUnitOf(records []*pipeline.Record) []byte {
	var all []*junitSuite
	total := 0.0
	for _, r := range records {
		for _, s := range junitSuites(r) {
			s.Name = legible(r.Lake) + ": " + s.Name
			all = append(all, s)
		}
		total += r.Seconds
	}
	return junitXML(all, total)
}

func junitSuites(r *pipeline.Record) []*junitSuite {
	steps, checks := junitSuite{Name: "steps"}, junitSuite{Name: "checks"}
	for _, s := range r.Steps {
		steps.add(junitStep(s, funnelLine(r, s)))
	}
	for _, c := range r.Checks {
		checks.add(junitCheck(c))
	}
	checks.Properties = spent(r)
	suites := []*junitSuite{&steps, &checks}
	if left := junitLeftOut(r); left.Tests > 0 {
		suites = append(suites, left)
	}
	if r.Error != "" && steps.Failures+steps.Errors == 0 {
		// The run ended before or outside of any step.
		whole := junitSuite{Name: "run"}
		whole.add(junitCase{Class: "run", Name: cmp.Or(r.Run, r.Lake), Error: junitText(r.Error)})
		suites = append(suites, &whole)
	}
	for _, s := range suites {
		s.Time, s.Timestamp = seconds(s.spent), r.Started.UTC().Format(time.RFC3339)
	}
	return suites
}

func junitXML(suites []*junitSuite, spent float64) []byte {
	report := junitReport{Name: "stedi", Suites: suites, Time: seconds(spent)}
	for _, s := range suites {
		report.Tests += s.Tests
		report.Failures += s.Failures
		report.Errors += s.Errors
		report.Skipped += s.Skipped
	}
	var out bytes.Buffer
	out.WriteString(xml.Header)
	encoder := xml.NewEncoder(&out)
	encoder.Indent("", "  ")
	if err := encoder.Encode(report); err != nil {
		// The types above contain nothing that can fail to encode; if it fails
		// nevertheless, the reader of the file must see an error.
		return []byte(xml.Header + `<testsuites name="stedi" errors="1"/>` + "\n")
	}
	out.WriteByte('\n')
	return out.Bytes()
}

type junitReport struct {
	XMLName  xml.Name      `xml:"testsuites"`
	Name     string        `xml:"name,attr"`
	Tests    int           `xml:"tests,attr"`
	Failures int           `xml:"failures,attr"`
	Errors   int           `xml:"errors,attr"`
	Skipped  int           `xml:"skipped,attr"`
	Time     string        `xml:"time,attr"`
	Suites   []*junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name      string `xml:"name,attr"`
	Tests     int    `xml:"tests,attr"`
	Failures  int    `xml:"failures,attr"`
	Errors    int    `xml:"errors,attr"`
	Skipped   int    `xml:"skipped,attr"`
	Time      string `xml:"time,attr"`
	Timestamp string `xml:"timestamp,attr"`
	// Properties are what the suite has cost, if anything.
	Properties *junitProperties `xml:"properties"`
	Cases      []junitCase      `xml:"testcase"`
	spent      float64
}

type junitProperties struct {
	All []junitProperty `xml:"property"`
}

type junitProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

// spent is what the checks of a run have cost.
func spent(r *pipeline.Record) *junitProperties {
	if r.Spending == nil {
		return nil
	}
	return &junitProperties{[]junitProperty{
		{"queries", strconv.Itoa(len(r.Spending.QueryIDs))},
		{"scanned_bytes", strconv.FormatInt(r.Spending.ScannedBytes, 10)},
		{"cost_usd", strconv.FormatFloat(r.Spending.CostUSD, 'f', 6, 64)},
	}}
}

type junitCase struct {
	Class   string        `xml:"classname,attr"`
	Name    string        `xml:"name,attr"`
	Time    string        `xml:"time,attr"`
	Failure *junitMessage `xml:"failure"`
	Error   *junitMessage `xml:"error"`
	Skipped *junitMessage `xml:"skipped"`
	Out     string        `xml:"system-out,omitempty"`
	spent   float64
}

type junitMessage struct {
	Message string `xml:"message,attr,omitempty"`
	Text    string `xml:",chardata"`
}

func (s *junitSuite) add(c junitCase) {
	c.Class, c.Name, c.Out, c.Time = legible(c.Class), legible(c.Name), legible(c.Out), seconds(c.spent)
	s.Cases = append(s.Cases, c)
	s.Tests++
	s.spent += c.spent
	switch {
	case c.Failure != nil:
		s.Failures++
	case c.Error != nil:
		s.Errors++
	case c.Skipped != nil:
		s.Skipped++
	}
}

// junitStep returns a failure if the step failed, and an error if it was
// cancelled, because the CI build must not be green then.
func junitStep(s pipeline.StepRecord, way string) junitCase {
	c := junitCase{Class: "steps", Name: s.Table, Out: way, spent: s.Seconds}
	switch s.State {
	case pipeline.Failed:
		c.Failure = junitText(s.Error)
	case pipeline.Stopped:
		c.Error = junitText("cancelled")
	case pipeline.Skipped:
		c.Skipped = junitText(s.Reason)
	case pipeline.Waiting, pipeline.Running, pipeline.Published, pipeline.UpToDate:
	}
	return c
}

func junitCheck(c pipeline.CheckRecord) junitCase {
	test := junitCase{Class: "checks." + c.Check, Name: c.Check + " of " + c.Table}
	switch {
	case c.State == "fail" && c.Severity == "warning":
		test.Out = "warning: " + findings(c)
	case c.State == "fail":
		test.Failure = junitText(strings.Join(append([]string{findings(c)}, c.Diagnosis...), "\n"))
	case c.State == "skipped":
		test.Skipped = junitText(c.Message)
	}
	return test
}

// junitLeftOut returns a skipped case for each file that was not read, and a
// failed one for each file that cannot be read. Rejected lines are reported by
// the check "readable".
func junitLeftOut(r *pipeline.Record) *junitSuite {
	suite := &junitSuite{Name: "left out"}
	for _, t := range r.Tables {
		for _, name := range t.SkippedFiles {
			suite.add(junitCase{Class: "left out." + t.Table, Name: name, Skipped: junitText("skipped with --skip-file")})
		}
		for _, name := range t.UnreadableFiles {
			suite.add(junitCase{Class: "left out." + t.Table, Name: name, Failure: junitText("the file cannot be read")})
		}
	}
	return suite
}

// findings summarizes a failed check in one line.
func findings(c pipeline.CheckRecord) string {
	text := fmt.Sprintf("%d rows", c.Failing)
	if c.Failing == 1 {
		text = "1 row"
	}
	if c.Message == "" {
		return text
	}
	return c.Message + " (" + text + ")"
}

func junitText(text string) *junitMessage {
	text = legible(text)
	first, _, _ := strings.Cut(text, "\n")
	if first == text {
		return &junitMessage{Message: text}
	}
	return &junitMessage{Message: first, Text: text}
}

// legible removes characters that XML cannot contain and those that could
// change the order of displayed text: control characters and marks of writing
// direction.
func legible(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r < 0x20, r >= 0x7f && r < 0xa0, r == 0xfffe, r == 0xffff:
			return utf8.RuneError
		case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0x200e, r == 0x200f, r == 0x2028, r == 0x2029:
			return utf8.RuneError
		default:
			return r
		}
	}, strings.ToValidUTF8(text, string(utf8.RuneError)))
}

func seconds(s float64) string { return fmt.Sprintf("%.3f", s) }

// funnelLine writes the funnel of a step in one line; inputs after the first
// one come last.
func funnelLine(r *pipeline.Record, s pipeline.StepRecord) string {
	levels, others := r.Levels(s)
	parts := []string{levels.Text(func(n int64) string { return strconv.FormatInt(n, 10) }, true)}
	for _, o := range others {
		parts = append(parts, fmt.Sprintf("with %s %d", o.Name, o.Rows))
	}
	return strings.Join(parts, ", ")
}
