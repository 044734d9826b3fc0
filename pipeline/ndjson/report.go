package ndjson

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
)

// Report is the result of a scan.
type Report struct {
	Rows          int64 // without rejected lines
	Bytes         int64
	Text          int64        // bytes of the lines, uncompressed, without rejected files
	Rejected      int64        // lines, without those of rejected files
	RejectedBytes int64        // bytes of these lines, uncompressed
	Files         []FileReport // in the order of the scan's files
	Rejects       []Reject     // by file, then by position
	MissingKeys   []MissingKey // by file, then by column
	Notes         []Note
}

// HasOnlyColumns reports whether each column of the scan is a key of some line,
// in the case of the column, and no line has another key.
func (r *Report) HasOnlyColumns() bool {
	harmless := []NoteKind{EmptyFile, Compression, SameContent}
	return r.Rows > 0 && len(r.Rejects) == 0 && r.Rejected == 0 && len(r.MissingKeys) == 0 &&
		!slices.ContainsFunc(r.Notes, func(n Note) bool { return !slices.Contains(harmless, n.Kind) })
}

// FileReport is the result for one file.
type FileReport struct {
	Name          string
	Size          int64
	Hash          Hash
	Rows          int64
	Text          int64 // bytes of the lines, uncompressed
	Rejected      int64 // lines
	RejectedBytes int64
	Advice        Advice // set if the whole file, or most of its lines, are rejected
}

// Reject is a rejected line, or a rejected file if Line is 0.
type Reject struct {
	File   string
	Line   int64  // from 1
	Column int    // position of the fault in the line, in bytes from 1
	Field  string // the table column whose value is wrong, or ""
	Reason string // never contains a part of the line
	Raw    []byte // the line without its line feed, or the first 4 KiB of a line that is too long
	// Uncounted means that the number of lost rows is unknown: the reject is a
	// whole file, a line with more than two objects, or a line that is too long
	// and begins with more than one object.
	Uncounted bool
}

// Whole reports whether the reject is a whole file.
func (r Reject) Whole() bool { return r.Line == 0 }

// String formats the reject as file:line:column: reason.
func (r Reject) String() string {
	if r.Line == 0 {
		return r.File + ": " + r.Reason
	}
	return fmt.Sprintf("%s:%d:%d: %s", r.File, r.Line, r.Column, r.Reason)
}

// MissingKey is a key column that is missing from all lines of a file.
type MissingKey struct {
	File   string
	Column string
}

// missing is a MissingKey as indexes.
type missing struct{ file, column int }

// TooManyRejectsError reports that more lines were rejected than Limits allows
// to keep.
type TooManyRejectsError struct {
	Rejects int
	Bytes   int64
	First   Reject // an example, to show the fault
	File    string // the file of the last reject
	Advice  Advice // advice for that file
}

func (e *TooManyRejectsError) Error() string {
	return fmt.Sprintf("more than %d lines or %d bytes were rejected, such as %s", e.Rejects, e.Bytes, e.First)
}

// Repair says how to repair the file that has that many rejects.
func (e *TooManyRejectsError) Repair() string { return e.Advice.about(e.File) }

// rejected is a Reject whose line number may be unknown yet.
type rejected struct {
	Reject
	file  int
	at    int64 // offset of the line, or its number if known
	known bool
	cut   bool // the end of the line was not in the buffer
}

// keptOfLong is how many bytes of a line that is too long are kept.
const keptOfLong = 4 << 10

// reject records the line at part.at with the parser's fault, and skips the
// line.
func (c *Cursor) reject() error {
	p := c.part
	r, raw, next := p.refused(c.parser)
	c.parser.tally.lost += int64(min(next, p.textEnd()) - p.at)
	return c.rejectAs(r, raw, next, false)
}

// rejectCut records the line at part.end, whose end is not in the buffer.
func (c *Cursor) rejectCut() error {
	r, raw := c.part.refusedCut(c.parser)
	return c.rejectAs(r, raw, c.part.at, true)
}

// refused describes the rejected line at p.at by the parser's fault, and
// returns the start of the next line. The returned line points into the buffer.
func (p *part) refused(parser *parser) (r Reject, raw []byte, next int) {
	f := parser.fault
	next = p.at + bytes.IndexByte(p.buffer[p.at:p.end], '\n') + 1
	line := trimEnd(p.buffer[p.at:next])
	if len(line) > parser.limits.Line {
		r, raw = p.tooLong(parser, line)
		return r, raw, next
	}
	r = Reject{File: p.in.Name, Column: min(f.at-p.at, len(line)) + 1, Reason: f.reason}
	if f.column >= 0 {
		r.Field = parser.columns[f.column].Name
		r.Reason = r.Field + ": " + r.Reason
	}
	if i := badUTF8(line); i >= 0 {
		r.Column, r.Field, r.Reason = i+1, "", utf8Reason(i+1)
		if binaryLine(line) {
			r.Reason = "binary data"
		}
	}
	r.Uncounted = objectsIn(line) > 2
	return r, line, next
}

// refusedCut is refused for the line at p.end, whose end is not in the buffer.
func (p *part) refusedCut(parser *parser) (r Reject, raw []byte) {
	p.cut = false
	return p.tooLong(parser, p.buffer[p.end:p.filled])
}

func (p *part) tooLong(parser *parser, line []byte) (r Reject, raw []byte) {
	// Only the beginning of the line is available, so more than one object
	// means any number of objects.
	seen := line[:min(parser.limits.Line, len(line))]
	r = Reject{File: p.in.Name, Column: parser.limits.Line + 1, Reason: parser.limits.lineReason(), Uncounted: objectsIn(seen) > 1}
	return r, line[:min(keptOfLong, len(line))]
}

func (c *Cursor) rejectAs(r Reject, raw []byte, next int, cut bool) error {
	p := c.part
	r.Raw = bytes.Clone(raw)
	full := rejected{Reject: r, file: p.in.index, at: p.base + int64(p.at), cut: cut}
	if p.stream != nil {
		full.Line, full.known = p.lineOf(p.at), true
		full.at = full.Line
	}
	p.at = next
	c.parser.tally.rejected++
	return c.scan.record(full)
}

func (s *Scan) record(r rejected) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept += int64(len(r.Raw))
	if len(s.rejects) >= s.limits.Rejects || s.kept > s.limits.RejectBytes {
		first := r.Reject
		if len(s.rejects) > 0 {
			first = s.rejects[0].Reject
		}
		first.Raw = nil
		s.codecs[r.file] = s.codecOf(r.file)
		same := slices.DeleteFunc(append(slices.Clone(s.rejects), r), func(other rejected) bool { return other.file != r.file })
		return &TooManyRejectsError{
			Rejects: s.limits.Rejects, Bytes: s.limits.RejectBytes, First: first, File: r.File, Advice: s.adviceFor(same, 0),
		}
	}
	// A million rejected lines share few distinct reasons.
	if shared, known := s.reasons[r.Reason]; known {
		r.Reason = shared
	} else {
		s.reasons[r.Reason] = r.Reason
	}
	s.rejects = append(s.rejects, r)
	s.refused.Add(1)
	if r.Uncounted {
		s.uncounted.Add(1)
	}
	return nil
}

// Refused returns the number of rejected lines and files so far, and how many
// of them are Uncounted. Cursors may still be reading.
func (s *Scan) Refused() (all, uncounted int64) { return s.refused.Load(), s.uncounted.Load() }

// codecOf returns the codec of a file that is still being read.
func (s *Scan) codecOf(file int) codec {
	for in := range s.opened {
		if in.index == file {
			return in.codec
		}
	}
	return plainFile
}

// merge adds the tally of a part to its file, and clears the tally.
func (s *Scan) merge(in *input, t *tally) {
	s.mu.Lock()
	defer s.mu.Unlock()
	in.tally.merge(t)
	s.notes.names.merge(&t.names)
	t.reset()
}

// finish closes a file that is completely read.
func (s *Scan) finish(in *input) error {
	err := in.unchanged()
	in.close()
	if in.codec == plainFile && in.blocks > 0 {
		in.sum()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.opened, in)
	if err != nil {
		return err
	}
	s.finished++
	s.results[in.index] = FileReport{
		Name: in.Name, Size: in.size, Hash: in.hash, Rows: in.tally.rows, Text: in.tally.text,
		Rejected: in.tally.rejected, RejectedBytes: in.tally.lost, Advice: in.advice,
	}
	if in.tally.rejected > 0 {
		s.codecs[in.index] = in.codec
	}
	if in.codec == plainFile && in.blocks > 0 {
		s.results[in.index].Text = in.size
	}
	s.notes.add(in)
	if in.tally.rows > 0 && !in.tally.whole {
		for i, c := range s.columns {
			if c.Key && !c.Partition && !in.tally.present[i] {
				s.missing = append(s.missing, missing{in.index, i})
			}
		}
	}
	return nil
}

// ErrUnfinished means that Report was called before the scan reached its end.
var ErrUnfinished = errors.New("the scan was not read to its end")

// Report returns the result after every cursor has reached the end of the scan.
// It reads files with rejected lines a second time to count their lines.
func (s *Scan) Report(ctx context.Context) (Report, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.err != nil:
		return Report{}, s.err
	case s.finished < len(s.files):
		return Report{}, ErrUnfinished
	}
	if err := s.number(ctx); err != nil {
		return Report{}, err
	}
	r := Report{Files: slices.Clone(s.results), Notes: append(s.notes.list(s.files), duplicates(s.results)...)}
	slices.SortFunc(s.missing, func(a, b missing) int {
		return cmp.Or(cmp.Compare(a.file, b.file), cmp.Compare(a.column, b.column))
	})
	for _, m := range s.missing {
		r.MissingKeys = append(r.MissingKeys, MissingKey{s.files[m.file].Name, s.columns[m.column].Name})
	}
	for _, f := range s.results {
		r.Rows += f.Rows
		r.Bytes += f.Size
		r.Rejected += f.Rejected
		r.RejectedBytes += f.RejectedBytes
		r.Text += f.Text
	}
	for i := range s.rejects {
		r.Rejects = append(r.Rejects, s.rejects[i].Reject)
	}
	return r, nil
}

// SoFar returns the rejects of a scan that is unfinished or has failed. No
// cursor may be running.
func (s *Scan) SoFar(ctx context.Context) (Report, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	err := s.number(ctx)
	r := Report{Rows: s.rows.Load()}
	for i := range s.rejects {
		r.Rejects = append(r.Rejects, s.rejects[i].Reject)
		if !s.rejects[i].Whole() {
			r.Rejected++
		}
	}
	return r, err
}

// number sorts the rejects and sets their line numbers. The caller holds mu.
func (s *Scan) number(ctx context.Context) error {
	slices.SortFunc(s.rejects, func(a, b rejected) int {
		return cmp.Or(cmp.Compare(a.file, b.file), cmp.Compare(a.at, b.at))
	})
	for i := 0; i < len(s.rejects); {
		end := i
		for end < len(s.rejects) && s.rejects[end].file == s.rejects[i].file {
			end++
		}
		if err := s.countLines(ctx, s.rejects[i:end]); err != nil {
			return err
		}
		if f := &s.results[s.rejects[i].file]; f.Advice.What == "" && f.Rejected > f.Rows {
			f.Advice = s.adviceFor(s.rejects[i:end], f.Rows)
		}
		i = end
	}
	return nil
}

// countLines sets the line numbers of the rejects of one file, which must be
// sorted, by counting the line feeds before them.
func (s *Scan) countLines(ctx context.Context, rejects []rejected) error {
	if !slices.ContainsFunc(rejects, func(r rejected) bool { return !r.known }) {
		return nil
	}
	in, err := s.open(rejects[0].file)
	if err != nil {
		return err
	}
	defer in.close()
	in.info = s.infos[in.index] // the state of the file when its lines were read
	buffer := make([]byte, blockSize/4)
	line, from := int64(1), int64(0)
	for i := range rejects {
		r := &rejects[i]
		if r.known {
			continue
		}
		for from < r.at {
			if err := ctx.Err(); err != nil {
				return err
			}
			b := buffer[:min(int64(len(buffer)), r.at-from)]
			if err := in.read(b, from); err != nil {
				return err
			}
			line += int64(bytes.Count(b, []byte{'\n'}))
			from += int64(len(b))
		}
		r.Line, r.known = line, true
		if r.cut {
			n, err := in.lineLength(ctx, buffer, r.at)
			if err != nil {
				return err
			}
			s.results[in.index].RejectedBytes += n
		}
	}
	return in.unchanged()
}

// lineLength returns the length in bytes, with the line feed, of the line at an
// offset.
func (in *input) lineLength(ctx context.Context, buffer []byte, start int64) (int64, error) {
	for from := start; from < in.size; {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		b := buffer[:min(int64(len(buffer)), in.size-from)]
		if err := in.read(b, from); err != nil {
			return 0, err
		}
		if i := bytes.IndexByte(b, '\n'); i >= 0 {
			return from + int64(i) + 1 - start, nil
		}
		from += int64(len(b))
	}
	return in.size - start, nil
}
