package query

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"stedi/pipeline"
	"stedi/pipeline/ndjson"
	"stedi/pipeline/rowcode"
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
	Root    string   `json:"root"`
	Also    []string `json:"also"`
	Memory  int64    `json:"memory"`
	Threads int      `json:"threads"`
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
	Landing bool            `json:"landing"`
}

func wireTables(at tables) []wireTable {
	wired := make([]wireTable, 0, len(at.inputs))
	for _, name := range sortedKeys(at.inputs) {
		input := at.inputs[name]
		wired = append(wired, wireTable{input.Table.Name, input.Table.Columns, input.Files, input.Table.IsLanding()})
	}
	return wired
}

func (t wireTable) input() pipeline.Input {
	table := &pipeline.Table{Name: t.Name, Columns: t.Columns}
	if !t.Landing {
		table.Transform = &pipeline.Transform{}
	}
	return pipeline.Input{Table: table, Files: t.Files}
}

type parseMessage struct {
	SQL string `json:"sql"`
}

type queryMessage struct {
	SQL     string        `json:"sql"`
	Tables  []string      `json:"tables"`
	Timeout time.Duration `json:"timeout"`

	Allow pipeline.Allowance `json:"allow"`
}

// endMessage comes after the last row.
type endMessage struct {
	LeftOut []pipeline.LeftOut `json:"left_out"`
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
		return fmt.Errorf("an invalid %q message: %w", f.kind, err)
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
	binary.LittleEndian.PutUint32(head[1:], uint32(len(payload))) // it was just compared
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

// encodePage writes rows: their number, the number of columns, the values.
func encodePage(rows [][]any) ([]byte, error) {
	columns := 0
	if len(rows) > 0 {
		columns = len(rows[0])
	}
	b := binary.AppendUvarint(nil, uint64(len(rows)))
	b = binary.AppendUvarint(b, uint64(columns)) // a length is not negative
	for _, row := range rows {
		var err error
		if b, err = rowcode.Append(b, row); err != nil {
			return nil, err
		}
		if len(b) > maxFrame {
			return nil, errTooLong
		}
	}
	return b, nil
}

var errPage = errors.New("an invalid page")

// decodePage reads what encodePage wrote. It trusts nothing: for any
// bytes, the rows take memory in proportion to them.
func decodePage(b []byte, columns int) ([][]any, error) {
	n, b, ok := uvarint(b)
	width, b, ok2 := uvarint(b)
	if !ok || !ok2 || width != uint64(columns) || columns < 1 || n > uint64(len(b)) { // a count of columns is not negative
		return nil, errPage
	}
	rows := make([][]any, 0, min(n, uint64(len(b)/columns))) // a quotient of lengths
	for range n {
		row := make([]any, columns)
		if b, ok = rowcode.Read(b, row); !ok {
			return nil, errPage
		}
		rows = append(rows, row)
	}
	if len(b) > 0 {
		return nil, errPage
	}
	return rows, nil
}

func uvarint(b []byte) (v uint64, rest []byte, ok bool) {
	v, n := binary.Uvarint(b)
	if n <= 0 {
		return 0, nil, false
	}
	return v, b[n:], true
}
