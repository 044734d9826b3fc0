package query

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"time"

	"stedi/pipeline"
	"stedi/pipeline/ndjson"
)

// Parent and child talk in frames over the child's stdin and stdout: a byte
// for the kind, four for the length, the payload. The parent asks, the child
// answers each frame with one; only stop may come while an answer is due.
// Payloads are JSON but for pages of rows, which are binary and typed, so that
// any text travels unharmed.

type kind byte

// Questions.
const (
	kindInit   kind = 'I'
	kindTables kind = 'T'
	kindParse  kind = 'P'
	kindQuery  kind = 'Q'
	kindNext   kind = 'N'
	kindStop   kind = 'S'
)

// Answers.
const (
	kindReady   kind = 'r'
	kindDone    kind = 'd'
	kindTree    kind = 't'
	kindColumns kind = 'c'
	kindPage    kind = 'p'
	kindEnd     kind = 'e'
	kindFault   kind = 'x'
)

type initMessage struct {
	Root    string `json:"root"`
	Memory  int64  `json:"memory"`
	Threads int    `json:"threads"`
}

type readyMessage struct {
	Confined string `json:"confined"`
}

type tablesMessage struct {
	Tables []wireTable `json:"tables"`
}

type wireTable struct {
	Name    string          `json:"name"`
	Columns []ndjson.Column `json:"columns"`
	Files   []ndjson.File   `json:"files"`
}

func wireTables(at tables) []wireTable {
	wired := make([]wireTable, 0, len(at.inputs))
	for _, name := range sortedKeys(at.inputs) {
		input := at.inputs[name]
		wired = append(wired, wireTable{input.Table.Name, input.Table.Columns, input.Files})
	}
	return wired
}

func (t wireTable) input() pipeline.Input {
	return pipeline.Input{Table: &pipeline.Table{Name: t.Name, Columns: t.Columns}, Files: t.Files}
}

type parseMessage struct {
	SQL string `json:"sql"`
}

type queryMessage struct {
	SQL     string        `json:"sql"`
	Tables  []string      `json:"tables"`
	Timeout time.Duration `json:"timeout"`
}

type nextMessage struct {
	Rows  int `json:"rows"`
	Bytes int `json:"bytes"`
}

// faultMessage is an error on its way: one of DuckDB's about the query, or a
// failure of ours.
type faultMessage struct {
	Query *wireFault    `json:"query,omitempty"`
	Kind  pipeline.Kind `json:"kind,omitempty"`
	Table string        `json:"table,omitempty"`
	Text  string        `json:"text,omitempty"`
	Fix   string        `json:"fix,omitempty"`
}

type wireFault struct {
	Type       string   `json:"type"`
	Message    string   `json:"message"`
	Position   int      `json:"position"`
	Candidates []string `json:"candidates"`
	Running    bool     `json:"running"`
}

// frame is one message.
type frame struct {
	kind    kind
	payload []byte
}

// decode reads the payload of a frame that must be of the kind.
func (f frame) decode(want kind, into any) error {
	if f.kind != want {
		return fmt.Errorf("a %q where a %q was due", f.kind, want)
	}
	if err := json.Unmarshal(f.payload, into); err != nil {
		return fmt.Errorf("a %q that is none: %w", f.kind, err)
	}
	return nil
}

// maxFrame bounds what one message may need of the parent's memory.
const maxFrame = 64 << 20

var errTooLong = errors.New("a message longer than 64 MB")

func writeFrame(w io.Writer, k kind, payload []byte) error {
	if len(payload) > maxFrame {
		return errTooLong
	}
	head := [5]byte{byte(k)}
	binary.LittleEndian.PutUint32(head[1:], uint32(len(payload))) //nolint:gosec // it was just compared
	if _, err := w.Write(append(head[:], payload...)); err != nil {
		return fmt.Errorf("write a message: %w", err)
	}
	return nil
}

func readFrame(r *bufio.Reader) (frame, error) {
	var head [5]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return frame{}, err
	}
	n := int64(binary.LittleEndian.Uint32(head[1:]))
	if n > maxFrame {
		return frame{}, errTooLong
	}
	// Growing as the bytes come, so that a false length costs nothing.
	payload, err := io.ReadAll(io.LimitReader(r, n))
	if err != nil {
		return frame{}, err
	}
	if int64(len(payload)) < n {
		return frame{}, io.ErrUnexpectedEOF
	}
	return frame{kind(head[0]), payload}, nil
}

// The tags of values in a page.
const (
	tagNull byte = iota
	tagFalse
	tagTrue
	tagInt
	tagFloat
	tagText
)

// encodePage writes rows: their number, the number of columns, the values.
func encodePage(rows [][]any) ([]byte, error) {
	columns := 0
	if len(rows) > 0 {
		columns = len(rows[0])
	}
	b := binary.AppendUvarint(nil, uint64(len(rows)))
	b = binary.AppendUvarint(b, uint64(columns)) //nolint:gosec // a length is not negative
	for _, row := range rows {
		for _, value := range row {
			switch v := value.(type) {
			case nil:
				b = append(b, tagNull)
			case bool:
				if v {
					b = append(b, tagTrue)
				} else {
					b = append(b, tagFalse)
				}
			case int64:
				b = binary.AppendVarint(append(b, tagInt), v)
			case float64:
				b = binary.LittleEndian.AppendUint64(append(b, tagFloat), math.Float64bits(v))
			case string:
				b = binary.AppendUvarint(append(b, tagText), uint64(len(v)))
				b = append(b, v...)
			default:
				return nil, fmt.Errorf("a value of type %T", value)
			}
			if len(b) > maxFrame {
				return nil, errTooLong
			}
		}
	}
	return b, nil
}

var errPage = errors.New("a page that is none")

// decodePage reads what encodePage wrote. It trusts nothing: whatever the
// bytes, the rows take memory in proportion to them.
func decodePage(b []byte, columns int) ([][]any, error) {
	p := pageReader{b}
	n, ok := p.uvarint()
	width, ok2 := p.uvarint()
	if !ok || !ok2 || width != uint64(columns) || columns < 1 || n > uint64(len(b)) { //nolint:gosec // a count of columns is not negative
		return nil, errPage
	}
	rows := make([][]any, 0, min(n, uint64(len(b)/columns))) //nolint:gosec // a quotient of lengths
	for range n {
		row := make([]any, columns)
		for i := range row {
			if row[i], ok = p.value(); !ok {
				return nil, errPage
			}
		}
		rows = append(rows, row)
	}
	if len(p.b) > 0 {
		return nil, errPage
	}
	return rows, nil
}

type pageReader struct{ b []byte }

func (p *pageReader) uvarint() (uint64, bool) {
	v, n := binary.Uvarint(p.b)
	if n <= 0 {
		return 0, false
	}
	p.b = p.b[n:]
	return v, true
}

func (p *pageReader) value() (any, bool) {
	if len(p.b) == 0 {
		return nil, false
	}
	tag := p.b[0]
	p.b = p.b[1:]
	switch tag {
	case tagNull:
		return nil, true
	case tagFalse, tagTrue:
		return tag == tagTrue, true
	case tagInt:
		v, n := binary.Varint(p.b)
		if n <= 0 {
			return nil, false
		}
		p.b = p.b[n:]
		return v, true
	case tagFloat:
		if len(p.b) < 8 {
			return nil, false
		}
		v := math.Float64frombits(binary.LittleEndian.Uint64(p.b))
		p.b = p.b[8:]
		return v, true
	case tagText:
		n, ok := p.uvarint()
		if !ok || n > uint64(len(p.b)) {
			return nil, false
		}
		v := string(p.b[:n])
		p.b = p.b[n:]
		return v, true
	default:
		return nil, false
	}
}
