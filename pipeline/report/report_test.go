package report_test

import (
	"bytes"
	"encoding/xml"
	"strings"
	"testing"
	"time"

	"stedi/pipeline"
	"stedi/pipeline/laketest"
	"stedi/pipeline/report"
)

// junit holds the parts of a report that a CI reads.
type junit struct {
	Tests    int `xml:"tests,attr"`
	Failures int `xml:"failures,attr"`
	Errors   int `xml:"errors,attr"`
	Skipped  int `xml:"skipped,attr"`
	Cases    []struct {
		Name    string `xml:"name,attr"`
		Failure *struct {
			Message string `xml:"message,attr"`
			Text    string `xml:",chardata"`
		} `xml:"failure"`
		Error   *struct{} `xml:"error"`
		Skipped *struct {
			Message string `xml:"message,attr"`
		} `xml:"skipped"`
		Out string `xml:"system-out"`
	} `xml:"testsuite>testcase"`
}

func readJUnit(t *testing.T, r *pipeline.Record) junit {
	t.Helper()
	var got junit
	if err := xml.Unmarshal(report.JUnit(r), &got); err != nil {
		t.Fatalf("%v in %s", err, report.JUnit(r))
	}
	return got
}

// eventful returns the record of a run in which everything happens.
func eventful() *pipeline.Record {
	want := int64(5)
	return &pipeline.Record{
		Run: "20260102T030405.000Z", Status: "failed", ExitCode: 3, Error: "b: the disk is full\n  Make room.", Engine: "duckdb",
		Started: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Seconds: 1.5,
		Tables: []pipeline.TableRecord{
			{Table: "raw", Zone: "landing", Rows: 7, Rejected: 2},
			{Table: "a", Zone: "trusted", Rows: 4, Expected: &want},
			{Table: "b", Zone: "trusted", Missing: true},
			{Table: "c", Zone: "curated", Rows: 1, Stale: "b will be rebuilt"},
		},
		Steps: []pipeline.StepRecord{
			{Table: "a", State: pipeline.Published, Seconds: 0.5, Rows: 4, Funnel: []pipeline.StageRows{{Name: "raw", Rows: 7}, {Name: "c", Rows: 1}, {Name: "whole", Rows: 6}, {Name: "a", Rows: 4}}},
			{Table: "b", State: pipeline.Failed, Error: "the disk is full\n  Make room."},
			{Table: "c", State: pipeline.Skipped, Reason: "b failed"},
			{Table: "d", State: pipeline.Stopped},
		},
		Checks: []pipeline.CheckRecord{
			{Check: "keys", Table: "a", Severity: "error", State: "fail", Failing: 1, Message: "a key | twice"},
			{Check: "odd", Table: "a", Severity: "warning", State: "fail", Failing: 3, Message: "odd"},
			{Check: "fine", Table: "a", Severity: "error", State: "pass"},
			{Check: "later", Table: "c", Severity: "error", State: "skipped", Message: "stale"},
		},
	}
}

func TestJUnitHasACaseForEachStepAndCheck(t *testing.T) {
	got := readJUnit(t, eventful())
	if got.Tests != 8 || got.Failures != 2 || got.Errors != 1 || got.Skipped != 2 {
		t.Errorf("it counts %+v", got)
	}
	for i, want := range []string{"a", "b", "c", "d", "keys of a", "odd of a", "fine of a", "later of c"} {
		if got.Cases[i].Name != want {
			t.Errorf("case %d is %s, want %s", i, got.Cases[i].Name, want)
		}
	}
	if got := got.Cases[0].Out; got != "raw 7 → whole 6 → a 4, with c 1" {
		t.Errorf("the funnel is %q", got)
	}
	if f := got.Cases[1].Failure; f == nil || f.Message != "the disk is full" || !strings.Contains(f.Text, "Make room.") {
		t.Errorf("the failure is %+v", f)
	}
	if s := got.Cases[2].Skipped; s == nil || s.Message != "b failed" {
		t.Errorf("the skipped step is %+v", s)
	}
	if f := got.Cases[4].Failure; f == nil || f.Message != "a key | twice (1 row)" {
		t.Errorf("the failed check is %+v", f)
	}
	if c := got.Cases[5]; c.Failure != nil || !strings.Contains(c.Out, "warning: odd (3 rows)") {
		t.Errorf("the warning is %+v", c)
	}
}

func TestJUnitTellsOfARunThatDidNotBegin(t *testing.T) {
	got := readJUnit(t, &pipeline.Record{Run: "not started", Error: "the lake is locked"})
	if got.Tests != 1 || got.Errors != 1 {
		t.Errorf("it counts %+v", got)
	}
}

func FuzzJUnitIsXMLWhateverItHolds(f *testing.F) {
	f.Add("plain")
	f.Add("a\x00b\x1b[31m]]>\xff\u202e<&\"'\ufffe\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		r := eventful()
		r.Error, r.Run, r.Steps[1].Error, r.Steps[2].Reason, r.Checks[0].Message, r.Steps[0].Table, r.Checks[1].Check = text, text, text, text, text, text, text
		if got := readJUnit(t, r); got.Tests != 8 || len(got.Cases) != 8 {
			t.Errorf("it has %d cases", len(got.Cases))
		}
		want := bytes.Count(report.Summary(eventful()), []byte("\n"))
		if got := bytes.Count(report.Summary(r), []byte("\n")); text != "" && got != want {
			t.Errorf("the text gives the summary %d lines, not %d", got, want)
		}
	})
}

func TestTheSummarySaysWhatCameOfTheRun(t *testing.T) {
	text := string(report.Summary(eventful()))
	for _, want := range []string{
		"❌ failed", "1.50 s", "> b: the disk is full<br>  Make room.\n",
		"| landing | raw | 7 |  | ⚠️ 2 rejected |\n", "| trusted | a | 4 | 5 | ❌ -1 rows, ❌ 1 check failed |\n", "| trusted | b |  |  | not built |\n",
		"| curated | c | 1 |  | ⚠️ stale: b will be rebuilt |\n", "4 checks: 1 passed, 1 failed, 1 warning, 1 skipped.",
		"| keys | a | error | 1 | a key &#124; twice |\n", "| a | published | 0.50 | raw 7 → whole 6 → a 4, with c 1 |\n", "| c | skipped | 0.00 | b failed |\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
}

func TestTheSummarySaysWhatTheRunHasCost(t *testing.T) {
	r := eventful()
	r.Steps = []pipeline.StepRecord{
		{Table: "a", State: pipeline.Published, ScannedBytes: 9_900_000, CostUSD: 0.00005},
		{Table: "b", State: pipeline.Published, ScannedBytes: 100_000, DPUSeconds: 142, CostUSD: 0.01735},
	}
	if text := string(report.Summary(r)); !strings.Contains(text, "142 DPU-seconds, 10.0 MB scanned, $0.01740\n") {
		t.Errorf("it says\n%s", text)
	}
}

func TestTheSummaryTakesNoOrdersFromNames(t *testing.T) {
	r := eventful()
	r.Checks[0].Message = "![x](https://example.com/p.png) <script> `code` @someone\n| a | b |"
	text := string(report.Summary(r))
	for _, bad := range []string{"![x]", "https://", "<script>", "`code`", "@someone", "\n| a | b |"} {
		if strings.Contains(text, bad) {
			t.Errorf("%q is in\n%s", bad, text)
		}
	}
}

func TestARunLeavesItsReports(t *testing.T) {
	w := laketest.New(t, laketest.Orders)
	record, err := w.Run(t, pipeline.RunOptions{})
	if err != nil {
		t.Fatal(err)
	}
	folder := ".stedi/runs/" + record.Run
	if got, want := w.Read(t, folder+"/junit.xml"), string(report.JUnit(record)); got != want {
		t.Errorf("junit.xml is %q, want %q", got, want)
	}
	if got, want := w.Read(t, folder+"/summary.md"), string(report.Summary(record)); got != want || !strings.Contains(got, "✅ all checks passed") {
		t.Errorf("summary.md is %q, want %q", got, want)
	}
}

// Whenever a run exceeds its time limit, its error is the cause, not "context
// deadline exceeded".
