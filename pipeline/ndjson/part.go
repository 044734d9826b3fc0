package ndjson

import (
	"bytes"
	"errors"
	"io"

	"github.com/zeebo/xxh3"
)

// part is a sequence of whole lines of a file in memory: the lines that start
// in one block of an uncompressed file, or the next lines of a compressed file.
type part struct {
	in     *input
	buffer []byte // the last padding bytes are spare
	at     int    // start of the next line
	end    int    // after the last line feed
	base   int64  // offset of the buffer's first byte in the file or stream
	cut    bool   // a line that is too long starts at end

	stream io.ReadCloser // decompresses the rest of the file; nil for a block
	raw    *rawReader
	step   int  // bytes per read; 0: as many as fit
	filled int  // bytes in the buffer, including those after end
	ended  bool // stream only: the last byte of the buffer is a line feed that the stream lacks

	cutBytes int64 // stream only: bytes of the lines that are too long

	skip  bool  // stream only: the rest of a line that is too long is next
	done  bool  // stream only: the stream is at its end
	line  int64 // stream only: number of the line at counted
	count int   // stream only: line feeds are counted up to here
}

// grow makes room for n bytes and the padding, and keeps the content.
func (p *part) grow(n int) {
	if len(p.buffer) < n+padding {
		const unit = 64 << 10
		larger := newBuffer((n + padding + unit - 1) / unit * unit)
		copy(larger, p.buffer)
		reuse(p.buffer)
		p.buffer = larger
	}
}

// loadBlock reads the lines that start in a block, and hashes the block. The
// last line may end in a later block; a line longer than limit is truncated.
func (p *part) loadBlock(in *input, block, size, limit int) error {
	start := int64(block) * int64(size)
	stop := min(start+int64(size), in.size)
	low := max(start-1, 0) // a line starts at start if the byte before it is a line feed
	lead, n := int(start-low), int(stop-start)
	const slack = 4 << 10
	filled := int(min(stop+slack, in.size) - low)
	p.grow(filled + 1)
	if err := in.read(p.buffer[:filled], low); err != nil {
		return err
	}
	in.hashes[block] = xxh3.Hash128(p.buffer[lead : lead+n])
	p.in, p.base, p.cut, p.ended, p.stream = in, low, false, false, nil
	p.at, p.end = int(in.bom), 0
	if start > 0 {
		i := bytes.IndexByte(p.buffer[:n], '\n')
		if i < 0 {
			p.at = 0 // this block has no line start
			return nil
		}
		p.at = i + 1
	}
	// The last line starts before stop, and ends at the first line feed at
	// stop-1 or later.
	last := lead + n - 1
	for {
		if i := bytes.IndexByte(p.buffer[last:filled], '\n'); i >= 0 {
			p.end = last + i + 1
			return nil
		}
		if low+int64(filled) == in.size {
			p.buffer[filled] = '\n'
			p.end, p.ended = filled+1, true
			return nil
		}
		first := max(p.at, bytes.LastIndexByte(p.buffer[:lead+n-1], '\n')+1)
		if filled-first > limit+1 {
			p.end, p.cut, p.filled = first, true, filled
			return nil
		}
		last = filled
		more := int(min(int64(filled-first+slack), in.size-low-int64(filled)))
		p.grow(filled + more + 1)
		if err := in.read(p.buffer[filled:filled+more], low+int64(filled)); err != nil {
			return err
		}
		filled += more
	}
}

// startStream starts to read a compressed file that verify has accepted.
func (p *part) startStream(in *input, raw *rawReader) error {
	stream, err := in.codec.reader(raw)
	if err != nil {
		return &ChangedError{in.Name} // verify could read it before
	}
	*p = part{in: in, buffer: p.buffer, stream: stream, raw: raw, line: 1}
	return nil
}

// loadStream reads the next lines of a stream, about size bytes.
func (p *part) loadStream(size, limit int) error {
	p.lineOf(p.end)
	begun := p.filled > 0
	done := p.end
	if p.skip {
		done = p.filled
	}
	if p.skip {
		p.cutBytes += int64(p.filled - p.end)
	}
	p.base += int64(done)
	p.filled = copy(p.buffer, p.buffer[done:p.filled])
	p.at, p.end, p.count, p.cut = 0, 0, 0, false
	p.grow(max(size, limit+2) + len(bom) + 1)
	room := len(p.buffer) - padding - 1
	if p.step > 0 {
		room = min(room, p.filled+p.step)
	}
	for !p.done && p.filled < room {
		n, err := p.stream.Read(p.buffer[p.filled:room])
		p.filled += n
		if errors.Is(err, io.EOF) {
			p.done = true
		} else if err != nil {
			if p.raw.err != nil {
				return p.raw.err
			}
			return &ChangedError{p.in.Name} // verify could read it before
		}
	}
	if !begun && p.line == 1 && bytes.HasPrefix(p.buffer[:p.filled], bom) {
		p.at = len(bom)
	}
	if p.skip {
		i := bytes.IndexByte(p.buffer[:p.filled], '\n')
		if i < 0 {
			p.base += int64(p.filled)
			p.cutBytes += int64(p.filled)
			p.filled = 0
			return nil
		}
		p.skip = false
		p.at = i + 1
		p.cutBytes += int64(p.at)
	}
	p.endStream(limit)
	return nil
}

// endStream sets the end of the last whole line in the buffer.
func (p *part) endStream(limit int) {
	p.end = max(p.at, bytes.LastIndexByte(p.buffer[:p.filled], '\n')+1)
	switch {
	case p.done && p.end < p.filled:
		p.buffer[p.filled] = '\n'
		p.filled++
		p.end, p.ended = p.filled, true
	case !p.done && p.end == p.at && p.filled-p.at > limit+1:
		p.cut, p.skip = true, true
	}
}

// textEnd returns the end of the file's own bytes in the buffer.
func (p *part) textEnd() int {
	end := p.end
	if p.stream != nil {
		end = p.filled
	}
	if p.ended {
		end--
	}
	return end
}

// lineOf returns the line number at a position of a stream's buffer. Positions
// must not decrease between calls.
func (p *part) lineOf(at int) int64 {
	p.line += int64(bytes.Count(p.buffer[p.count:at], []byte{'\n'}))
	p.count = at
	return p.line
}
