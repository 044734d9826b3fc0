package main

import (
	"fmt"
	"strings"
	"testing"

	"stedi/pipeline"
)

func TestAnnotationsCannotBeBrokenOutOf(t *testing.T) {
	n := annotation{"error", "a: b, c%\n::warning::x", "50% \r\n::error::forged, with: all"}
	want := "::error title=a%3A b%2C c%25%0A%3A%3Awarning%3A%3Ax::50%25 %0D%0A::error::forged, with: all"
	if got := n.String(); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestGitHubGetsNoMoreAnnotationsThanItShows(t *testing.T) {
	record := &pipeline.Record{Error: "several"}
	for i := range 9 {
		record.Checks = append(record.Checks, pipeline.CheckRecord{Check: fmt.Sprint("odd", i), Table: "t", Severity: "warning", State: "fail"})
	}
	for i := range 7 {
		record.Steps = append(record.Steps, pipeline.StepRecord{Table: fmt.Sprint("t", i), State: pipeline.Failed, Error: "no"})
	}
	notes := fewer(notesOf(record))
	if len(notes) != 10 {
		t.Fatalf("%d annotations", len(notes))
	}
	if notes[6].level != "error" || notes[7].level != "warning" {
		t.Errorf("errors do not come first: %v", notes)
	}
	if last := notes[9]; last.title != "7 more" || strings.Count(last.message, "odd") != 7 || last.level != "warning" {
		t.Errorf("the last one is %+v", last)
	}
	record.Checks = record.Checks[:3]
	if notes := fewer(notesOf(record)); len(notes) != 10 || strings.Contains(notes[9].title, "more") {
		t.Errorf("ten are too many: %v", notes)
	}
}
