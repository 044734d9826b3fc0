package main

import (
	"encoding/json"
	"io"

	"stedi/pipeline"
)

// jsonPrinter prints the record of a run as JSON. With lines it prints one line
// per event, and the record as the last line.
type jsonPrinter struct {
	out      io.Writer
	progress *progressLine
	lines    bool
	err      error
}

func (j *jsonPrinter) event(e pipeline.Event) {
	j.progress.event(e)
	if j.lines && j.err == nil {
		j.err = json.NewEncoder(j.out).Encode(e)
	}
}

func (j *jsonPrinter) stop() { j.progress.stop() }

func (j *jsonPrinter) end(record *pipeline.Record) error {
	if j.err != nil {
		return j.err
	}
	encoder := json.NewEncoder(j.out)
	if !j.lines {
		encoder.SetIndent("", "  ")
	}
	return encoder.Encode(record)
}
