package sample

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/klauspost/compress/gzip"
)

const flushSize = 256 << 10

// writer splits the rows of a table into files. A chain of calls that ends with
// endRow or endExtra writes a row.
type writer struct {
	dir     string // the lake
	mkdir   func(string) error
	base    string // of the file names
	columns columns
	perFile int
	forms   []Form   // the forms of the files, in rotation; nil if all are plain
	dirt    *dirt    // nil if the rows are clean
	spoiler *spoiler // nil if there are no rejects

	buf    []byte
	start  int    // start of the current row in the buffer
	row    []byte // the last regular row, before the form of its file changed it
	name   string // of the current file, relative to the lake
	form   Form
	line   int64 // lines in the current file
	inFile int   // regular rows in it
	file   *os.File
	zip    *gzip.Writer

	made  []string
	table Table
	odd   []OddFile
}

func (w *writer) text(s string) *writer {
	w.buf = append(w.buf, s...)
	return w
}

func (w *writer) add(b []byte) *writer {
	w.buf = append(w.buf, b...)
	return w
}

func (w *writer) number(n int64) *writer {
	w.buf = strconv.AppendInt(w.buf, n, 10)
	return w
}

// digits appends the last width digits of n, with leading zeros.
func (w *writer) digits(n uint64, width int) *writer {
	end := len(w.buf) + width
	w.buf = append(w.buf, "00000000000000000000"[:width]...)
	for i := 1; i <= width; i++ {
		w.buf[end-i] = byte('0' + n%10)
		n /= 10
	}
	return w
}

// begin prepares the next file. flush creates it with its first row.
func (w *writer) begin() {
	w.form = plain
	if len(w.forms) > 0 {
		w.form = w.forms[w.table.Files%len(w.forms)]
	}
	w.name = fmt.Sprintf("%s/%s%s-%05d%s", w.table.Path, w.form.folder(), w.base, w.table.Files+1, w.form.extension())
	w.line, w.inFile = 0, 0
	w.buf = w.form.head(w.buf[:0])
	if w.form == BlankLines {
		w.line++
	}
	w.start = len(w.buf)
}

// endRow ends a regular row. Dirt and bad lines follow it into its file, so a
// file never begins with a bad line, and its size depends only on the regular
// rows.
func (w *writer) endRow() error {
	w.table.Rows++
	w.inFile++
	if w.dirt != nil || w.spoiler != nil {
		w.row = append(w.row[:0], w.buf[w.start:]...)
	}
	w.endLine()
	if w.dirt != nil {
		w.dirt.follow(w, w.row)
	}
	if w.spoiler != nil {
		w.spoiler.follow(w, w.row)
	}
	switch {
	case w.inFile == w.perFile:
		return w.closeFile()
	case len(w.buf) >= flushSize:
		return w.flush()
	}
	return nil
}

// endExtra ends a row that only a dirty lake has.
func (w *writer) endExtra(kind Dirt) {
	w.table.Rows++
	w.dirt.added[kind]++
	w.endLine()
}

// endLine applies the form of the file to a line.
func (w *writer) endLine() {
	if w.form == KeyCase {
		changeCase(w.buf[w.start:], w.line)
	}
	w.endBadLine()
}

// endBadLine changes only the end of the line.
func (w *writer) endBadLine() {
	w.line++
	switch {
	case w.form == CRLF:
		w.buf = append(w.buf[:len(w.buf)-1], "\r\n"...)
	case w.form == BlankLines && w.line%3 == 0:
		w.text(blanks[w.line/3%int64(len(blanks))])
		w.line++
	}
	w.start = len(w.buf)
}

// flush writes the buffer, except the last line feed if the file may end
// without one.
func (w *writer) flush() error {
	held := 0
	if w.form == NoFinalNewline {
		held = 1
	}
	return w.write(len(w.buf) - held)
}

// write writes the first n bytes of the buffer to the file.
func (w *writer) write(n int) error {
	if w.file == nil {
		if err := w.open(); err != nil {
			return err
		}
	}
	var err error
	if w.form.zipped() {
		_, err = w.zip.Write(w.buf[:n])
	} else {
		_, err = w.Write(w.buf[:n])
	}
	w.buf = append(w.buf[:0], w.buf[n:]...)
	w.start = len(w.buf)
	return err
}

func (w *writer) open() error {
	file, err := w.create(w.name)
	if err != nil {
		return err
	}
	w.file = file
	w.table.Files++
	if w.form != plain {
		w.odd = append(w.odd, OddFile{File: w.name, Form: w.form})
	}
	if !w.form.zipped() {
		return nil
	}
	if w.zip == nil {
		w.zip, err = gzip.NewWriterLevel(w, gzip.BestSpeed)
		return err
	}
	w.zip.Reset(w)
	return nil
}

// create creates a file, which must not exist.
func (w *writer) create(name string) (*os.File, error) {
	path := filepath.Join(w.dir, filepath.FromSlash(name))
	if err := w.mkdir(filepath.Dir(path)); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err == nil {
		w.made = append(w.made, path)
	}
	return file, err
}

// Write writes bytes to the current file, compressed if its form requires it.
func (w *writer) Write(p []byte) (int, error) {
	n, err := w.file.Write(p)
	w.table.Bytes += int64(n)
	return n, err
}

// closeFile writes the rest of the file. It creates no file if there is no row
// since the last one.
func (w *writer) closeFile() error {
	if w.inFile == 0 {
		return nil
	}
	n := len(w.buf)
	if w.form == NoFinalNewline {
		n--
	}
	if err := w.write(n); err != nil {
		return err
	}
	if w.form.zipped() {
		if err := w.zip.Close(); err != nil {
			return err
		}
	}
	err := w.file.Close()
	w.file = nil
	w.begin()
	return err
}

func (w *writer) remove() error {
	var errs []error
	if w.file != nil {
		errs = append(errs, w.file.Close())
		w.file = nil
	}
	for _, name := range w.made {
		errs = append(errs, os.Remove(name))
	}
	return errors.Join(errs...)
}
