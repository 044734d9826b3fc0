package pipeline

import (
	"stedi/pipeline/ndjson"
)

// Losses are what a reading of a table had to leave out.
type Losses struct {
	rows      int64 // that could be read
	Text      int64 // bytes of the lines, uncompressed
	Lines     int64 // rejected
	Bytes     int64 // of them
	Uncounted int64 // of the lines: those that may hold any number of rows
	broken    int64 // files that cannot be read
}

// LossesOf adds up what was not read of a table.
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
