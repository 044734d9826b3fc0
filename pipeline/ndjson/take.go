package ndjson

import (
	"bytes"
	"context"
)

// task is the next work of a cursor: the rest of an abandoned part, a block of
// an open file, or a file to open.
type task struct {
	part  *part
	in    *input
	block int
	file  int
}

// pick returns the next task. If the only possible work is in a file that
// another cursor is opening, it waits; the other cursor then only probes the
// file's first bytes.
func (s *Scan) pick() (t task, more bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		switch {
		case s.err != nil:
			return t, false, s.err
		case len(s.abandoned) > 0:
			t.part = s.abandoned[len(s.abandoned)-1]
			s.abandoned = s.abandoned[:len(s.abandoned)-1]
			return t, true, nil
		case len(s.queue) > 0:
			t.in = s.queue[0]
			t.block = t.in.next
			if t.in.next++; t.in.next == t.in.blocks {
				s.queue = s.queue[1:]
			}
			return t, true, nil
		case s.nextFile < len(s.files):
			t.file = s.nextFile
			s.nextFile++
			s.opening++
			return t, true, nil
		case s.opening == 0:
			return t, false, nil
		}
		s.ready.Wait()
	}
}

// advance loads the next lines into part. more is false at the end of the scan;
// if it is true, part may still have no line.
func (c *Cursor) advance(ctx context.Context) (more bool, err error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	c.parser.forget()
	p := c.part
	if p.cut {
		if err := c.rejectCut(); err != nil {
			return false, err
		}
	}
	if p.in != nil {
		if p.stream != nil && !p.done {
			return true, p.loadStream(c.scan.block, c.scan.limits.Line)
		}
		if err := c.leave(); err != nil {
			return false, err
		}
	}
	t, more, err := c.scan.pick()
	switch {
	case err != nil:
		return false, err
	case !more:
		c.take(new(part))
		return false, nil
	case t.part != nil:
		c.take(t.part)
	case t.in != nil:
		if err := p.loadBlock(t.in, t.block, c.scan.block, c.scan.limits.Line); err != nil {
			return false, err
		}
		c.scan.bytes.Add(min(int64(c.scan.block), t.in.size-int64(t.block)*int64(c.scan.block)))
	default:
		return true, c.enter(ctx, t.file)
	}
	return true, nil
}

// leave ends a part that is completely read.
func (c *Cursor) leave() error {
	s, p := c.scan, c.part
	in := p.in
	if p.stream != nil {
		_ = p.stream.Close() // it was read completely without an error
		c.parser.tally.text, c.parser.tally.lost = p.base+int64(p.textEnd()), c.parser.tally.lost+p.cutBytes
	}
	p.in, p.stream, p.raw = nil, nil, nil
	s.merge(in, &c.parser.tally)
	s.mu.Lock()
	in.left--
	last := in.left == 0
	s.mu.Unlock()
	if last {
		return s.finish(in)
	}
	return nil
}

// enter opens a file. It queues an uncompressed file for all cursors, and
// starts to read a compressed one. A rejected or empty file is finished
// immediately.
func (c *Cursor) enter(ctx context.Context, file int) error {
	s := c.scan
	in, why, err := c.look(file)
	switch {
	case err != nil:
		return err
	case in.codec != plainFile:
		if why, err = c.verify(ctx, in); err != nil {
			return err
		}
		if why.What == "" {
			in.left = 1
			return c.part.startStream(in, &rawReader{in: in, seen: func(b []byte) { s.bytes.Add(int64(len(b))) }})
		}
	case why.What != "":
		if err := in.hashAll(ctx, s.block); err != nil {
			return err
		}
	case in.size > 0:
		return nil // from now on other cursors may read and finish it
	default:
		in.sum()
	}
	s.bytes.Add(in.size)
	if why.What != "" {
		why.whole = true
		in.refused, in.advice = true, why
		if err := s.record(rejected{Reject: Reject{File: in.Name, Reason: why.reason(), Uncounted: true}, file: file, known: true}); err != nil {
			return err
		}
	}
	return s.finish(in)
}

// look opens a file and detects its compression. It divides an uncompressed
// file into blocks and queues it, unless why rejects the file.
func (c *Cursor) look(file int) (in *input, why Advice, err error) {
	s := c.scan
	// After any failure here, including a panic, the other cursors must not
	// wait forever.
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.opening--
		s.ready.Broadcast()
	}()
	if in, err = s.open(file); err != nil {
		return nil, why, err
	}
	s.mu.Lock()
	s.opened[in] = struct{}{}
	s.mu.Unlock()
	if what := c.parser.enter(in.Name); what != "" {
		return in, Advice{What: what, Do: "move it into a folder with the right value"}, nil
	}
	n := 0
	for _, size := range [...]int{probeSize, max(probeSize, s.limits.Line) + 2} {
		n = int(min(int64(size), in.size))
		c.part.grow(n)
		if err = in.read(c.part.buffer[:n], 0); err != nil {
			return in, why, err
		}
		magic, err := in.afterSkippable(c.part.buffer[:n])
		if err != nil {
			return in, why, err
		}
		if in.codec = codecOf(magic); in.codec != plainFile {
			return in, why, nil
		}
		if f, ok := formatOf(magic); ok {
			return in, f.advice(in.Name, in.codec), nil
		}
		if bytes.IndexByte(c.part.buffer[:n], '\n') >= 0 {
			break
		}
	}
	if bytes.HasPrefix(c.part.buffer[:n], bom) {
		in.bom = int64(len(bom))
	}
	if f := c.parser.formOf(c.part.buffer, n, int64(n) == in.size); f.what != "" {
		return in, f.advice(in.Name, in.codec), nil
	}
	if in.plan(s.block); in.blocks > 0 {
		s.mu.Lock()
		s.queue = append(s.queue, in)
		s.infos[in.index] = in.info
		s.mu.Unlock()
	}
	return in, why, nil
}
