package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"stedi/pipeline"
	"stedi/pipeline/printable"
)

// progressLine prints the progress of a run to stderr: a live line on a terminal,
// and elsewhere a line when nothing was printed for half a minute.
type progressLine struct {
	out      io.Writer
	terminal bool
	now      func() time.Time
	last     time.Time
	shown    bool // the live line is visible
}

const (
	heartbeat = 30 * time.Second
	frame     = 50 * time.Millisecond
)

func (p *program) progressLine() *progressLine {
	return &progressLine{out: p.stderr, terminal: p.isTerminal(p.stderr), now: time.Now, last: time.Now()}
}

func (s *progressLine) event(e pipeline.Event) {
	if e.Log != "" {
		s.stop()
		s.last = s.now()
		tryWrite(s.out, fmt.Sprintf("%-26s %s\n", e.Step, printable.Text(e.Log)))
		return
	}
	if e.Progress == nil {
		return
	}
	pause := heartbeat
	if s.terminal {
		pause = frame
	}
	if s.now().Sub(s.last) < pause {
		return
	}
	s.last = s.now()
	line := describeProgress(e)
	if !s.terminal {
		tryWrite(s.out, line+"\n")
		return
	}
	s.shown = true
	tryWrite(s.out, "\r\x1b[K"+line)
}

// stop removes the live line.
func (s *progressLine) stop() {
	if s.shown {
		tryWrite(s.out, "\r\x1b[K")
		s.shown = false
	}
}

func describeProgress(e pipeline.Event) string {
	p := e.Progress
	if *p == (pipeline.Progress{}) { // the engine reports no details
		return fmt.Sprintf("%-26s under way", e.Step)
	}
	if p.Detail != "" && p.RowsRead+p.RowsWritten == 0 {
		return fmt.Sprintf("%-26s %s", e.Step, printable.Text(p.Detail))
	}
	line := fmt.Sprintf("%-26s %s rows read, %s written", e.Step, thousands(p.RowsRead), thousands(p.RowsWritten))
	if p.Detail != "" {
		line += "  " + printable.Text(p.Detail)
	}
	if p.BytesTotal > 0 {
		const width = 20
		done := int(min(p.BytesRead, p.BytesTotal) * width / p.BytesTotal)
		line += "  " + strings.Repeat("━", done) + strings.Repeat("─", width-done) +
			fmt.Sprintf(" %3d%%", min(p.BytesRead, p.BytesTotal)*100/p.BytesTotal)
	}
	return line
}

// rowsText returns a number of rows with its unit.
func rowsText(n int64) string {
	if n == 1 {
		return "1 row"
	}
	return thousands(n) + " rows"
}

// thousands formats a number with thousands separators.
func thousands(n int64) string { return printable.Thousands(n) }
