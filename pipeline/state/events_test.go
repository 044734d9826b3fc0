package state

import (
	"strings"
	"testing"
	"time"
)

func FuzzParseEvents(f *testing.F) {
	f.Add(`{"time":"2026-01-02T03:04:05Z","run":"1","state":"published","result":{"table":"a","funnel":[{"stage":"a","rows":1}]}}` + "\n{")
	f.Add(`{"time":"2026-01-02T03:04:05Z","run":"1","state":"??","progress":{"rows_read":-1}}`)
	f.Fuzz(func(t *testing.T, text string) {
		events := parseEvents([]byte(text))
		if len(events) > strings.Count(text, "\n")+1 {
			t.Errorf("%d events", len(events))
		}
		j := NewJournal(time.Time{})
		for _, e := range events {
			if e.State.String() == "" || e.Run == "" || e.Time.IsZero() {
				t.Errorf("an event of nothing: %+v", e)
			}
			e.Progress = nil // it may be left out
			j.Add(e)
		}
		if again := parseEvents(j.Text); len(again) != len(events) {
			t.Errorf("%d events, written and read again %d", len(events), len(again))
		}
	})
}
