package pipeline

import (
	"stedi/pipeline/ndjson"
)

// Losses count what was left out of a table.
type Losses struct {
	rows      int64 // rows that were read
	Text      int64 // bytes of all lines, uncompressed
	Lines     int64 // rejected lines
	Bytes     int64 // bytes of the rejected lines
	Uncounted int64 // rejected lines that may hold any number of rows
	broken    int64 // files that cannot be read
}

// LossesOf sums up what was not read of a table.
func LossesOf(report ndjson.Report) Losses {
	l := Losses{rows: report.Rows, Text: report.Text, Bytes: report.RejectedBytes}
	for _, r := range report.Rejects {
		switch {
		case r.Whole():
			l.broken++
			continue
		case r.Uncounted:
			l.Uncounted++
		}
		l.Lines++
	}
	return l
}
